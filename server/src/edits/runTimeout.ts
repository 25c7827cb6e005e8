/** Adds `dagrun_timeout` to a DAG. */
import type { Dag, DagFile } from "../airflow/dagfile.ts";
import type { Fix } from "../text/edit.ts";
import { editArguments } from "./arguments.ts";
import { durationText } from "./durations.ts";
import { withImports } from "./imports.ts";
import { shownSeconds } from "./limits.ts";

/** The fix that bounds the runs of a DAG by our proposal; undefined where the call cannot be edited. */
export function runTimeoutFix(file: DagFile, dag: Dag): Fix | undefined {
  if (!dag.call) return undefined;
  // No setting speaks of whole runs.
  const { seconds } = file.project.limits.executionTimeout;
  const duration = durationText(file, seconds);
  const added = duration && editArguments(file, dag.call, { set: [{ name: "dagrun_timeout", text: duration.text }] });
  const edits = duration && withImports(file, added, duration.needs);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: `Add dagrun_timeout (${shownSeconds(seconds)}) to ${dag.id === undefined ? "the DAG" : `DAG ${dag.id}`}`,
    edits,
    safety: "unsafe",
    why: `${shownSeconds(seconds)} is Tether's proposal; a run that takes longer, with all its tasks, would be failed`,
  };
}
