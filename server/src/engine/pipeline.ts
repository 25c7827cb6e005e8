import { build, relevant, type Source, type Sources } from "../airflow/build.ts";
import type { DagFile, Run } from "../airflow/dagfile.ts";
import type { Project } from "../airflow/target.ts";
import { rules } from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";

/** What a source goes through: the parts that a test may replace. */
export type Pipeline = {
  /** False: the text holds nothing that any rule looks at, so it need not be parsed. */
  readonly relevant: (text: string) => boolean;
  readonly build: (source: Source, project: Project, sources: Sources, users: readonly Run[]) => DagFile;
  readonly rules: readonly Rule[];
};

/** The real one. */
export const pipeline: Pipeline = { relevant, build, rules };
