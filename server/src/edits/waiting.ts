/** Fixes that make an operator wait for what it starts. */
import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast, hasParameter } from "../airflow/availability.ts";
import { isUnbounded } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import type { Behaviour, Keyword, OwnTimeout } from "../catalog/behaviour/facts.ts";
import { deferralEnd } from "../catalog/deferrals.ts";
import type { Fix } from "../text/edit.ts";
import type { Needed } from "./bindings.ts";
import { durationText } from "./durations.ts";
import { localName } from "./imports.ts";
import { shownSeconds } from "./limits.ts";
import { setTaskArguments } from "./task.ts";

/** Names in the catalogue's texts that must be imported. */
const imported: Readonly<Record<string, Needed>> = {
  WaitPolicy: { module: "airflow.providers.amazon.aws.utils.waiter", name: "WaitPolicy" },
};

/**
 * Fixes that switch on the waiting of the task's own operator: handed to the triggerer where its class can do that, and
 * in the worker where it can do it there. Empty where the project's version knows no way.
 */
export function waitingFixes(file: DagFile, task: Task, behaviour: Behaviour): readonly Fix[] {
  const { wait } = behaviour;
  const { known } = task.operator;
  if ("always" in wait || !wait.emit || !known) return [];
  const has = (one: Keyword): boolean => hasParameter(file.project, known, one.name);
  const decisive = wait.emit.filter((one) => one.name !== "deferrable");
  const defers = wait.emit.some((one) => one.name === "deferrable" && has(one)) && canDefer(file, task);
  if (!decisive.every(has)) return [];
  const inWorker = decisive.length > 0 ? fix(file, task, behaviour, decisive, false) : undefined;
  const deferred = defers
    ? fix(file, task, behaviour, [...decisive, { name: "deferrable", text: "True" }], true)
    : undefined;
  return [deferred, inWorker].filter((one) => one !== undefined);
}

/** A deferral that is switched off in the call was a decision; one that nothing would end is no advice. */
function canDefer(file: DagFile, task: Task): boolean {
  const { known } = task.operator;
  const endless = known !== undefined && deferralEnd(known) === "nothing" && airflowAtLeast(file.project, "3.0.0");
  if (endless && isUnbounded(file, task)) return false;
  return argument(file, task, "deferrable") === "absent" && argument(file, task, "start_from_trigger") === "absent";
}

function fix(
  file: DagFile,
  task: Task,
  behaviour: Behaviour,
  keywords: readonly Keyword[],
  deferred: boolean,
): Fix | undefined {
  const needs: Needed[] = [];
  const named: Keyword[] = [];
  for (const { name, text } of keywords) {
    const [root = text] = text.split(".");
    const needed = imported[root];
    const local = needed && localName(file, needed);
    if (needed && local === undefined) return undefined;
    if (needed) needs.push(needed);
    named.push({ name, text: local === undefined ? text : local + text.slice(root.length) });
  }
  const limit = file.project.limits.executionTimeout;
  const duration =
    isWithoutEnd(file, task, behaviour) && (!deferred || endsDeferral(file, task))
      ? durationText(file, limit.seconds)
      : undefined;
  if (duration) {
    named.push({ name: "execution_timeout", text: duration.text });
    needs.push(...duration.needs);
  }
  const edits = setTaskArguments(file, task, named, needs);
  if (!edits || edits.length === 0) return undefined;
  const shown = named.map((one) => `${one.name}=${one.text}`).join(", ");
  const title = deferred ? `Wait in the triggerer: ${shown} (needs a running triggerer)` : `Wait: ${shown}`;
  const them = isPlural(behaviour.product) ? "them" : "it";
  const waiter = deferred ? "the task stays deferred" : "the task keeps its worker slot";
  const proposal = limit.configured ? "" : ", Tether's proposal";
  const bound = duration
    ? `; the wait gives up after ${shownSeconds(limit.seconds)}${proposal}`
    : behaviour.timeout && ownBound(file, task, behaviour.timeout);
  const why = `${waiter} while it waits for ${behaviour.product}, fails with ${them}, and a retry requests ${them} again${bound ?? ""}`;
  return { title, edits, safety: "unsafe", why };
}

/** Whether nothing would end the wait: neither a limit of the operator's own nor one of the project's. */
function isWithoutEnd(file: DagFile, task: Task, { timeout, executionTimeoutBindsWait }: Behaviour): boolean {
  if (executionTimeoutBindsWait !== undefined || !isUnbounded(file, task)) return false;
  if (!timeout?.boundsWait) return true;
  return timeout.default === undefined && argument(file, task, timeout.parameter) === "absent";
}

/** Whether execution_timeout ends a deferral: Airflow 2 sees to that, in Airflow 3 the operator must hand it on. */
function endsDeferral(file: DagFile, { operator: { known } }: Task): boolean {
  return !airflowAtLeast(file.project, "3.0.0") || (known !== undefined && deferralEnd(known) === "execution-timeout");
}

/** What the operator's own limit does to the wait. */
function ownBound(file: DagFile, task: Task, limit: OwnTimeout): string | undefined {
  const { known } = task.operator;
  if (!limit.boundsWait || !known || !hasParameter(file.project, known, limit.parameter)) return undefined;
  if (limit.default === undefined || argument(file, task, limit.parameter) !== "absent") return undefined;
  const shown = limit.unit === "seconds" ? `${limit.default} s` : limit.default;
  return `; the wait gives up after ${shown} unless ${limit.parameter} says otherwise`;
}

/** Whether the operator's own limit, left as it is, ends the wait within minutes: then a sensor is the better watch. */
export function givesUpEarly({ timeout }: Behaviour): boolean {
  if (!timeout?.boundsWait || timeout.unit !== "seconds" || timeout.default === undefined) return false;
  return Number(timeout.default) <= 300;
}

/** Whether a product is several: "the EMR steps". */
export function isPlural(product: string): boolean {
  return /[^s]s$/.test(product);
}
