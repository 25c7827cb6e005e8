/** Which limit, if any, ends a task that waits too long. */
import { keyword } from "../syntax/python.ts";
import type { Value } from "../syntax/value.ts";
import { dagOf } from "./adoption.ts";
import { argument, dagArgument } from "./arguments.ts";
import { isSetLater } from "./attributes.ts";
import { isAirflow1 } from "./availability.ts";
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
  return hasNoRunTimeout(file, task) || (dagOf(file, task) !== undefined && !runTimeoutEndsTasks(file));
}

/** Airflow 1.10 marks the run failed and leaves its running tasks alone (`jobs/scheduler_job.py`, `create_dag_run`). */
function runTimeoutEndsTasks(file: DagFile): boolean {
  return !isAirflow1(file.project);
}

/**
 * Whether some task that runs the call, of this file or of another, has certainly no end of its own; what only operators
 * or hooks of other files run is bounded, or not, by whatever is made of them.
 */
export function hasUnboundedRunner(file: DagFile, call: RemoteCall): boolean {
  return call.tasks.some((task) => isUnbounded(file, task)) || call.users.some((user) => !user.bounded);
}

/** A bound after so long a time that nobody notices sooner, in seconds. */
const late = 3600;

/** What ends a wait, late: `the task's execution_timeout`, 21600. */
export type LateBound = { readonly by: string; readonly seconds: number };

/**
 * What ends a call that waits for ever, where that surely takes longer than an hour: the last of the bounds of all the
 * tasks that run it. Undefined where one of them is not known, or has none.
 */
export function lateBound(file: DagFile, call: RemoteCall): LateBound | undefined {
  if (call.users.length > 0) return undefined;
  let last: LateBound | undefined;
  for (const task of call.tasks) {
    const bound = surelyBound(file, task);
    if (!bound) return undefined;
    if (!last || bound.seconds > last.seconds) last = bound;
  }
  return last && last.seconds > late ? last : undefined;
}

/** What ends a task, where that surely takes longer than an hour. */
export function lateTaskBound(file: DagFile, task: Task): LateBound | undefined {
  const bound = surelyBound(file, task);
  return bound && bound.seconds > late ? bound : undefined;
}

/** What ends the task, with its seconds, where no other bound may come before it. */
function surelyBound(file: DagFile, task: Task): LateBound | undefined {
  const own = argument(file, task, "execution_timeout");
  if (own === "unknown" || isSetLater(file, task, "execution_timeout")) return undefined;
  if (isUnset(own) && file.project.deployment.defaultTaskExecutionTimeout !== undefined) return undefined;
  if (typeof own === "object" && own.resolved.kind !== "none" && secondsOf(own.resolved) === undefined)
    return undefined;
  if (runTimeout(file, task) === "unknown") return undefined;
  const bound = taskBound(file, task);
  if (bound?.seconds === undefined) return undefined;
  const by = bound.by === "execution_timeout" ? "the task's execution_timeout" : bound.by;
  return { by, seconds: bound.seconds };
}

/** The seconds of a number or a duration; undefined for anything else. */
export function secondsOf(value: Value): number | undefined {
  if (value.kind === "number") return value.value;
  return value.kind === "timedelta" ? value.seconds : undefined;
}

/** The seconds after which the `dagrun_timeout` of its DAG ends the task; `none`, or `unknown` when it cannot be told. */
export function runTimeout(file: DagFile, task: Task): number | "none" | "unknown" {
  if (hasNoRunTimeout(file, task) || !runTimeoutEndsTasks(file)) return "none";
  const dag = dagOf(file, task);
  if (dag?.made) {
    const found = dagArgument(file, dag, "dagrun_timeout");
    return typeof found === "object" ? (secondsOf(found.resolved) ?? "unknown") : "unknown";
  }
  const given = dag?.call && keyword(dag.call, "dagrun_timeout");
  return (given && secondsOf(file.values.evaluate(given.value, dag?.scope ?? task.scope))) ?? "unknown";
}

/** What ends a wait, and after how many seconds at most; undefined: not known. */
export type Bound = { readonly by: string; readonly seconds: number | undefined };

/** What ends the task before others do: its `execution_timeout`, its DAG's `dagrun_timeout`. */
export function taskBound(file: DagFile, task: Task): Bound | undefined {
  const own = argument(file, task, "execution_timeout");
  const bounds: Bound[] = [];
  if (typeof own === "object" && own.resolved.kind !== "none")
    bounds.push({ by: "execution_timeout", seconds: secondsOf(own.resolved) });
  const run = runTimeout(file, task);
  if (typeof run === "number") bounds.push({ by: "the DAG's dagrun_timeout", seconds: run });
  return soonest(bounds);
}

/** The bound that comes first; one of unknown length where none is known. */
export function soonest(bounds: readonly Bound[]): Bound | undefined {
  return bounds.toSorted((a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity))[0];
}

/** Whether the task's DAG certainly has no `dagrun_timeout`. */
export function hasNoRunTimeout(file: DagFile, task: Task): boolean {
  const dag = dagOf(file, task);
  return dag !== undefined && runsWithoutTimeout(file, dag);
}

/** Whether a DAG certainly has no `dagrun_timeout`. */
export function runsWithoutTimeout(file: DagFile, dag: Dag): boolean {
  const { call, scope } = dag;
  if (dag.made) return isUnset(dagArgument(file, dag, "dagrun_timeout"));
  for (const one of call?.args ?? []) {
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
