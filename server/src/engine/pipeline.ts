import { build, relevant, type Source } from "../airflow/build.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import type { Project } from "../airflow/target.ts";
import { rules } from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";
import { disk } from "./sources.ts";

/** What a source goes through: the parts that a test may replace. */
export type Pipeline = {
  /** False: the text holds nothing that any rule looks at, so it need not be parsed. */
  readonly relevant: (text: string) => boolean;
  readonly build: (source: Source, project: Project) => DagFile;
  readonly rules: readonly Rule[];
};

/** The real one. */
export const pipeline: Pipeline = {
  relevant,
  build: (source, project) => build(source, project, disk),
  rules,
};
