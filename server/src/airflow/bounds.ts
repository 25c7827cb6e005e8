/** Which limit, if any, ends a task that waits too long. */
import { qualifiedName } from "../syntax/names.ts";
import { type Expr, keyword, unwrap } from "../syntax/python.ts";
import { lookup, type Scope } from "../syntax/scope.ts";
import { knownText, type Value } from "../syntax/value.ts";
import { slice } from "../text/span.ts";
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
  if (task.executedBy) return hasUnboundedRunner(file, task.executedBy);
  if (file.project.deployment.defaultTaskExecutionTimeout !== undefined) return false;
  if (!isUnset(argument(file, task, "execution_timeout"))) return false;
  // load.execution_timeout = timedelta(hours=1)
  if (isSetLater(file, task, "execution_timeout")) return false;
  return hasNoRunTimeout(file, task) || (dagOf(file, task) !== undefined && !runTimeoutEndsTasks(file));
}

/** The task whose limits are in force: for an operator that code runs the only one which runs that code, where it is one. */
export function limitedBy(task: Task): Task | undefined {
  if (!task.executedBy) return task;
  const { tasks, users } = task.executedBy;
  return tasks.length === 1 && users.length === 0 ? tasks[0] : undefined;
}

/** Airflow 1.10 marks the run failed and leaves its running tasks alone (`jobs/scheduler_job.py`, `create_dag_run`). */
function runTimeoutEndsTasks(file: DagFile): boolean {
  return !isAirflow1(file.project);
}

/**
 * Whether some task that runs the call, of this file or of another, has certainly no end of its own; what only operators
 * or hooks of other files run is bounded, or not, by whatever is made of them.
 */
export function hasUnboundedRunner(file: DagFile, call: Pick<RemoteCall, "tasks" | "users">): boolean {
  return call.tasks.some((task) => isUnbounded(file, task)) || call.users.some((user) => !user.bounded);
}

/** A bound after so long a time that nobody notices sooner, in seconds. */
const late = 3600;

/** What ends a wait, late, for a message: the task's execution_timeout ends it after 21600 seconds. */
export type LateBound = {
  readonly by: string;
  readonly seconds: number;
  /** The environment may say otherwise: `timedelta(hours=int(os.getenv("HOURS", 6)))`. */
  readonly byDefault: boolean;
};

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

/** What ends the task, where no other bound may come before it; for an operator that code runs, what ends the one task that does. */
function surelyBound(file: DagFile, runner: Task): LateBound | undefined {
  const task = limitedBy(runner);
  if (!task) return undefined;
  const run = runTimeout(file, task);
  if (run === "unknown" || isSetLater(file, task, "execution_timeout")) return undefined;
  const whole = run === "none" ? undefined : { by: "the DAG's dagrun_timeout", seconds: run, byDefault: false };
  const given = argument(file, task, "execution_timeout");
  if (given === "unknown") return undefined;
  if (isUnset(given)) return file.project.deployment.defaultTaskExecutionTimeout === undefined ? whole : undefined;
  if (given === "absent") return undefined;
  const known = secondsOf(given.resolved);
  const seconds = known ?? (task.made ? undefined : defaultSeconds(file, given.value));
  if (seconds === undefined) return undefined;
  const own = { by: "the task's execution_timeout", seconds, byDefault: known === undefined };
  return whole && whole.seconds < seconds ? whole : own;
}

const secondsIn: Readonly<Record<string, number>> = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 };

/** The seconds of a `timedelta(…)` at module level where the environment says nothing: those of its defaults. */
function defaultSeconds(file: DagFile, value: Expr): number | undefined {
  const { module } = file.values.names;
  // A dict of another file stands at other places.
  if (value.kind !== "call" || !/\btimedelta$/.test(slice(file.text, value.func.span))) return undefined;
  if (qualifiedName(value.func, module) !== "datetime.timedelta") return undefined;
  let sum = 0;
  for (const one of value.args) {
    const unit = one.name === undefined ? undefined : secondsIn[one.name];
    const count = unit === undefined ? undefined : defaultNumber(file, one.value, module);
    if (unit === undefined || count === undefined) return undefined;
    sum += unit * count;
  }
  return sum;
}

/** `6`, `HOURS` where that is `int(os.getenv("HOURS", "6"))`. */
function defaultNumber(file: DagFile, expr: Expr, scope: Scope): number | undefined {
  const value = file.values.evaluate(expr, scope);
  if (value.kind === "number") return value.value;
  const text = knownText(value);
  if (text !== undefined) return /^\d+$/.test(text) ? Number(text) : undefined;
  const one = unwrap(expr);
  if (one.kind === "name") {
    const found = lookup(scope, one.id, one.span.start);
    if (!found || found === "unbound" || found.binding.kind !== "value") return undefined;
    const next = found.binding.value;
    // n = n or 6
    return next.span.end < one.span.start ? defaultNumber(file, next, found.scope) : undefined;
  }
  if (one.kind !== "call") return undefined;
  const [first, second] = one.args;
  if (/^(os\.)?(getenv|environ\.get)$/.test(qualifiedName(one.func, scope) ?? ""))
    return second && defaultNumber(file, second.value, scope);
  const converts = one.func.kind === "name" && /^(int|float)$/.test(one.func.id) && one.args.length === 1;
  return converts && first ? defaultNumber(file, first.value, scope) : undefined;
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
export function taskBound(file: DagFile, runner: Task): Bound | undefined {
  const task = limitedBy(runner);
  if (!task) return undefined;
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
