/** How often Airflow runs a task again that failed. */
import { argument } from "./arguments.ts";
import { limitedBy } from "./bounds.ts";
import type { Argument, DagFile, Task } from "./dagfile.ts";

/** The `retries` in force, and the argument that gives them; undefined: the deployment's default. */
export type Retries = { readonly count: number; readonly given: Argument | undefined };

/** The `retries` of a task: its own, its DAG's, the deployment's `[core] default_task_retries`, else 0; `unknown` when that cannot be told. */
export function retriesOf(file: DagFile, runner: Task): Retries | "unknown" {
  const task = limitedBy(runner);
  if (!task) return "unknown";
  const found = argument(file, task, "retries");
  if (found === "unknown") return "unknown";
  const byDefault = { count: file.project.deployment.defaultTaskRetries ?? 0, given: undefined };
  if (found === "absent" || found.resolved.kind === "none") return byDefault;
  return found.resolved.kind === "number" ? { count: found.resolved.value, given: found } : "unknown";
}
