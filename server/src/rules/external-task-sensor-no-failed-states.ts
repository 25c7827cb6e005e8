import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset, secondsOf } from "../airflow/bounds.ts";
import type { Argument, DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { isDeferred, isOwnExternalTaskSensor, looksForSuccess } from "../airflow/sensing.ts";
import { quoteString } from "../edits/layout.ts";
import { setTaskArguments } from "../edits/task.ts";
import { knownText, type Value } from "../syntax/value.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET701",
  name: "external-task-sensor-no-failed-states",
  group: "sensor",
  severity: "warning",
  summary: "ExternalTaskSensor without failed_states waits on after the upstream has failed",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  // A sensor that never finds the run has no use for its states.
  mergesInto: ["external-task-sensor-date-mismatch"],
  docs: {
    why: `\`failed_states\` is empty by default, so a failed upstream is no answer for the sensor: it goes on asking until its own timeout, 7 days unless you set one, and only then does anybody hear of the failure. In Airflow 2 the sensor of Airflow itself does not heed \`failed_states\` at all once it is deferred (standard provider, \`sensors/external_task.py\`).`,
    bad: `from airflow import DAG
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("report") as dag:
    wait = ExternalTaskSensor(
        task_id="wait", external_dag_id="load", external_task_id="publish", mode="reschedule", timeout=3600
    )
`,
    good: `from airflow import DAG
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("report") as dag:
    wait = ExternalTaskSensor(
        task_id="wait",
        external_dag_id="load",
        external_task_id="publish",
        failed_states=["failed", "upstream_failed"],
        mode="reschedule",
        timeout=3600,
    )
`,
    limits: "A sensor that counts a failure as an allowed or a skipped state was designed to go on, and is left alone.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/sensors/external_task_sensor.html",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.externalTaskSensor) || !task.operator.known) continue;
      // failed_states came with Airflow 2.0.
      if (!hasParameter(file.project, task.operator.known, "failed_states")) continue;
      if (ignoresStates(file, task)) {
        report({
          span: task.span,
          message: `Deferred, ${task.operator.name} of Airflow 2 does not heed failed_states: when the upstream fails, it goes on waiting.`,
          hint: 'Wait in mode "reschedule", or take the sensor of the standard provider.',
          fixes: () => [rescheduleFix(file, task)],
        });
        continue;
      }
      if (namesFailure(argument(file, task, "allowed_states")) || namesFailure(argument(file, task, "skipped_states")))
        continue;
      const failed = argument(file, task, "failed_states");
      if (forgetsUpstream(failed) && watchesTask(file, task)) {
        if (looksForSuccess(file, task)) continue;
        report({
          ...(givesUpSoon(file, task) ? { severity: "info" } : {}),
          span: failed.call ? failed.span : task.span,
          cause: task.span,
          message: `failed_states lacks "upstream_failed": when a task before the awaited one fails, ${task.operator.name} goes on waiting${untilWhen(file, task)}.`,
          hint: 'Add "upstream_failed": a task whose upstream failed never runs, and ends in that state.',
          fixes: () => [withUpstream(file, task, failed)],
        });
        continue;
      }
      if (failed !== "absent" && !isEmpty(failed)) continue;
      report({
        span: task.span,
        message: `${task.operator.name} has no failed_states: when the upstream fails, it goes on waiting${untilWhen(file, task)}.`,
        hint: "List the states in which the upstream will never succeed.",
        fixes: () => [fix(file, task)],
      });
    }
  },
});

/** A wait of some minutes is no long one, whatever ends it. */
function givesUpSoon(file: DagFile, task: Task): boolean {
  const timeout = argument(file, task, "timeout");
  const seconds = typeof timeout === "object" ? secondsOf(timeout.resolved) : undefined;
  return seconds !== undefined && seconds <= 600;
}

/** Airflow 2's own sensor hands only allowed_states to its trigger (`airflow/sensors/external_task.py` of 2.7 to 2.11). */
function ignoresStates(file: DagFile, task: Task): boolean {
  if (isDeferred(file, task) !== "yes" || !isOwnExternalTaskSensor(file, task)) return false;
  const allowed = argument(file, task, "allowed_states");
  return !namesFailure(allowed);
}

function rescheduleFix(file: DagFile, task: Task): Fix | undefined {
  const failed = argument(file, task, "failed_states");
  const text = statesText(file, task);
  const edits = setTaskArguments(file, task, [
    { name: "deferrable", text: "False" },
    { name: "mode", text: quoteString(file, "reschedule") },
    ...(failed === "absent" || isEmpty(failed) ? [{ name: "failed_states", text }] : []),
  ]);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: 'Wait in mode="reschedule"',
    edits,
    safety: "unsafe",
    why: "it looks from a worker once in each poke_interval, not from the triggerer",
  };
}

/** A deferred one took no heed of its own timeout before the standard provider's later releases. */
function untilWhen(file: DagFile, task: Task): string {
  if (isDeferred(file, task) !== "no") return "";
  // It may end the wait before.
  if (!isUnset(argument(file, task, "execution_timeout"))) return "";
  const ownDefault = file.project.deployment.defaultSensorTimeout === undefined;
  return ownDefault && isUnset(argument(file, task, "timeout")) ? " until its timeout of 7 days" : " until its timeout";
}

function isEmpty(found: Lookup): boolean {
  if (typeof found !== "object") return false;
  const { resolved } = found;
  return resolved.kind === "none" || (resolved.kind === "list" && resolved.complete && resolved.items.length === 0);
}

/** Whether a list of states holds a failure, or may hold one. */
function namesFailure(found: Lookup): boolean {
  if (isUnset(found)) return false;
  if (typeof found !== "object" || found.resolved.kind !== "list" || !found.resolved.complete) return true;
  return found.resolved.items.some((one) => /failed$/.test(stateOf(one) ?? "failed"));
}

/** failed_states=["failed"], by a list that shows all of its states. */
function forgetsUpstream(found: Lookup): found is Argument {
  if (typeof found !== "object" || found.resolved.kind !== "list" || !found.resolved.complete) return false;
  const states = found.resolved.items.map(stateOf);
  return states.includes("failed") && !states.some((one) => one === undefined || one === "upstream_failed");
}

/** `"failed"`, `State.FAILED`, `TaskInstanceState.FAILED.value`; undefined when it cannot be told. */
function stateOf(value: Value): string | undefined {
  if (value.kind === "string") return knownText(value);
  const member = value.kind === "reference" ? /\w*State\.([A-Z_]+)(\.value)?$/.exec(value.qualified)?.[1] : undefined;
  return member?.toLowerCase();
}

/** Whether a task or group is surely named. A watched DAG run is never "upstream_failed", and Airflow refuses that state there. */
function watchesTask(file: DagFile, task: Task): boolean {
  return ["external_task_id", "external_task_ids", "external_task_group_id"].some((name) => {
    const given = argument(file, task, name);
    if (typeof given !== "object") return false;
    return given.origin === "expand" || given.resolved.kind === "string" || given.resolved.kind === "list";
  });
}

/** The states in which the upstream will never succeed, as Python. */
function statesText(file: DagFile, task: Task): string {
  const states = watchesTask(file, task) ? ["failed", "upstream_failed"] : ["failed"];
  return `[${states.map((one) => quoteString(file, one)).join(", ")}]`;
}

/** failed_states=["failed"] → failed_states=["failed", "upstream_failed"] */
function withUpstream(file: DagFile, task: Task, failed: Argument): Fix | undefined {
  const { kind, span } = failed.value;
  const own = failed.call !== undefined && (kind === "list" || kind === "tuple") && failed.origin !== "class";
  const written = file.text.slice(span.start, span.end);
  const closing = /,?\s*[\])]$/.exec(written);
  if (!own || !closing || written.includes("#")) return undefined;
  const text = `${written.slice(0, closing.index)}, ${quoteString(file, "upstream_failed")}${closing[0]}`;
  const edits = setTaskArguments(file, task, [{ name: "failed_states", text }]);
  return edits && edits.length > 0
    ? { title: 'Add "upstream_failed" to failed_states', edits, safety: "safe" }
    : undefined;
}

function fix(file: DagFile, task: Task): Fix | undefined {
  const text = statesText(file, task);
  const edits = setTaskArguments(file, task, [{ name: "failed_states", text }]);
  return edits && edits.length > 0 ? { title: `Add failed_states=${text}`, edits, safety: "safe" } : undefined;
}
