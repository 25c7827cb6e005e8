/** Time limits of one task that make each other idle. */
import { timeoutSeconds } from "../shell/pace.ts";
import { commands } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import type { Span } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { isSetLater } from "./attributes.ts";
import { runTimeout, secondsOf } from "./bounds.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { isSensor, operators, runsAs } from "./kinds.ts";
import { silenceLimit } from "./silence.ts";

/** A limit in seconds, as it is written. */
export type KnownLimit = { readonly name: string; readonly seconds: number; readonly span: Span };

/** An inner limit that cannot be reached, since the outer one ends the task first; or a wait that asks no second time. */
export type IdleLimit = {
  readonly kind: "never-reached" | "asks-once";
  readonly inner: KnownLimit;
  readonly outer: KnownLimit;
};

/** The limits of a task that another of its limits makes idle; only those whose values are known are compared. */
export function idleLimits(file: DagFile, task: Task): readonly IdleLimit[] {
  const found: IdleLimit[] = [];
  const execution = limitOf(file, task, "execution_timeout");
  const over = (inner: KnownLimit | undefined, outer: KnownLimit | undefined): void => {
    if (inner && outer && inner.seconds > outer.seconds) found.push({ kind: "never-reached", inner, outer });
  };
  if (runsAs(task, operators.ssh) && typeof silenceLimit(file, task) === "object")
    over(limitOf(file, task, "cmd_timeout"), execution);
  for (const one of shellLimits(task)) over(one, execution);
  const run = runTimeout(file, task);
  const span = task.dag?.call?.args.find((one) => one.name === "dagrun_timeout")?.span;
  if (typeof run === "number" && span) over(execution, { name: "dagrun_timeout", seconds: run, span });
  if (isSensor(task)) {
    const timeout = limitOf(file, task, "timeout");
    if (typeof run === "number" && span) over(timeout, { name: "dagrun_timeout", seconds: run, span });
    const interval = limitOf(file, task, "poke_interval");
    if (timeout && interval && interval.seconds > timeout.seconds)
      found.push({ kind: "asks-once", inner: interval, outer: timeout });
  }
  return found;
}

/** `cmd_timeout=7200`, `execution_timeout=timedelta(hours=1)` */
function limitOf(file: DagFile, task: Task, name: string): KnownLimit | undefined {
  const given = argument(file, task, name);
  if (typeof given !== "object" || isSetLater(file, task, name)) return undefined;
  const seconds = secondsOf(given.resolved);
  return seconds === undefined || seconds <= 0 ? undefined : { name, seconds, span: given.span };
}

/** `timeout 2h ./load.sh` in a text of the task */
function* shellLimits(task: Task): Generator<KnownLimit> {
  for (const { script } of task.scripts) {
    if (!/\btimeout\b/.test(script.folded.text)) continue;
    for (const { statement, script: own } of commands(script)) {
      const wrapper = statement.wrappers.find((one) => one.name === "timeout");
      const seconds = timeoutSeconds(statement);
      if (wrapper && seconds !== undefined)
        yield { name: "timeout", seconds, span: sourceSpan(own.folded, wrapper.span) };
    }
  }
}
