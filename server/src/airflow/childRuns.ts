/** What a TriggerDagRunOperator starts, and who in its file watches it. */
import { knownText } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { isA, operators, watches } from "./kinds.ts";

/** The id of the DAG that a task triggers; undefined when it triggers none, or that cannot be told. */
export function triggeredDag(file: DagFile, task: Task): string | undefined {
  if (!isA(task, operators.triggerDagRun)) return undefined;
  const given = argument(file, task, "trigger_dag_id");
  return typeof given === "object" ? knownText(given.resolved) : undefined;
}

/** Whether a task starts a DAG of the same file in which a sensor looks for the runs of DAG `child`. */
export function startsWatcherOf(file: DagFile, task: Task, child: string): boolean {
  const started = triggeredDag(file, task);
  if (started === undefined) return false;
  return file.tasks.some((one) => {
    if (one.dag?.id !== started || !watches(one)) return false;
    const asked = argument(file, one, "external_dag_id");
    return typeof asked === "object" && knownText(asked.resolved) === child;
  });
}
