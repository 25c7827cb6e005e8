/** Which limit, if any, ends a task that waits too long. */
import { keyword } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import type { Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import { isSetLater } from "./attributes.ts";
import type { Dag, DagFile, Lookup, RemoteCall, Task } from "./dagfile.ts";

/** Whether an argument certainly has no effect: absent, or a literal `None`. */
export function isUnset(found: Lookup): boolean {
  return found === "absent" || (typeof found === "object" && found.resolved.kind === "none");
}

/**
 * Whether it is certain that nothing in the project bounds the task's running time:
 * no `execution_timeout`, no `dagrun_timeout` on its DAG, no default in the deployment.
 */
export function isUnbounded(file: DagFile, task: Task): boolean {
  if (file.project.deployment.defaultTaskExecutionTimeout !== undefined) return false;
  if (!isUnset(argument(file, task, "execution_timeout"))) return false;
  // load.execution_timeout = timedelta(hours=1)
  if (isSetLater(file, task, "execution_timeout")) return false;
  return hasNoRunTimeout(file, task);
}

/**
 * Whether some task that runs the call, of this file or of another, has certainly no end of its own; what only operators
 * or hooks of other files run is bounded, or not, by whatever is made of them.
 */
export function hasUnboundedRunner(file: DagFile, call: RemoteCall): boolean {
  return call.tasks.some((task) => isUnbounded(file, task)) || call.users.some((user) => !user.bounded);
}

/** The seconds of a number or a duration; undefined for anything else. */
export function secondsOf(value: Value): number | undefined {
  if (value.kind === "number") return value.value;
  return value.kind === "timedelta" ? value.seconds : undefined;
}

/** The seconds of the `dagrun_timeout` of the task's DAG; `none`, or `unknown` when it cannot be told. */
export function runTimeout(file: DagFile, task: Task): number | "none" | "unknown" {
  if (hasNoRunTimeout(file, task)) return "none";
  const given = task.dag?.call && keyword(task.dag.call, "dagrun_timeout");
  return (given && secondsOf(file.values.evaluate(given.value, task.scope))) ?? "unknown";
}

/** Whether the task's DAG certainly has no `dagrun_timeout`. */
export function hasNoRunTimeout(file: DagFile, task: Task): boolean {
  return task.dag !== undefined && runsWithoutTimeout(file, task.dag, task.scope);
}

/** Whether a DAG certainly has no `dagrun_timeout`; names in its call are looked up from `scope`. */
export function runsWithoutTimeout(file: DagFile, dag: Dag, scope: Scope): boolean {
  for (const one of dag.call?.args ?? []) {
    if (one.form === "star") return false;
    if (one.form === "double-star") {
      const value = file.values.evaluate(one.value, scope);
      if (value.kind !== "dict" || !value.complete || value.entries.some((entry) => entry.key === "dagrun_timeout"))
        return false;
    }
    if (one.name === "dagrun_timeout" && file.values.evaluate(one.value, scope).kind !== "none") return false;
  }
  return true;
}
