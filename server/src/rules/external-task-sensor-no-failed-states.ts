import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { quoteString } from "../edits/layout.ts";
import { setTaskArguments } from "../edits/task.ts";
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
  docs: {
    why: `\`failed_states\` is empty by default, so a failed upstream is no answer for the sensor: it goes on asking until its own timeout, 7 days unless you set one, and only then does anybody hear of the failure (standard provider, \`sensors/external_task.py\`).`,
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
      // failed_states came with Airflow 1.10.15 and 2.0.
      if (!hasParameter(file.project, task.operator.known, "failed_states")) continue;
      const failed = argument(file, task, "failed_states");
      if (failed !== "absent" && !isEmpty(failed)) continue;
      if (namesFailure(argument(file, task, "allowed_states")) || namesFailure(argument(file, task, "skipped_states")))
        continue;
      report({
        span: task.span,
        message: `${task.operator.name} has no failed_states: when the upstream fails, it goes on waiting${untilWhen(file, task)}.`,
        hint: "List the states in which the upstream will never succeed.",
        fixes: () => [fix(file, task)],
      });
    }
  },
});

/** A deferred one took no heed of its own timeout before the standard provider's later releases. */
function untilWhen(file: DagFile, task: Task): string {
  const deferrable = argument(file, task, "deferrable");
  const off =
    deferrable === "absent"
      ? file.project.deployment.defaultDeferrable !== true
      : typeof deferrable === "object" && deferrable.resolved.kind === "boolean" && !deferrable.resolved.value;
  if (!off) return "";
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
  if (found === "absent") return false;
  if (found === "unknown" || found.resolved.kind !== "list" || !found.resolved.complete) return true;
  return found.resolved.items.some((one) => {
    if (one.kind === "string") return one.folded.holes.length > 0 || /failed$/.test(one.folded.text);
    // State.SUCCESS, DagRunState.FAILED, TaskInstanceState.SKIPPED.value
    const member = one.kind === "reference" ? /\w*State\.([A-Z_]+)(\.value)?$/.exec(one.qualified)?.[1] : undefined;
    return member === undefined || member.endsWith("FAILED");
  });
}

function fix(file: DagFile, task: Task): Fix | undefined {
  // A watched DAG run is never "upstream_failed", and Airflow refuses that state unless a task or group is surely named.
  const watchesTask = ["external_task_id", "external_task_ids", "external_task_group_id"].some((name) => {
    const given = argument(file, task, name);
    if (typeof given !== "object") return false;
    return given.origin === "expand" || given.resolved.kind === "string" || given.resolved.kind === "list";
  });
  const states = watchesTask ? ["failed", "upstream_failed"] : ["failed"];
  const text = `[${states.map((one) => quoteString(file, one)).join(", ")}]`;
  const edits = setTaskArguments(file, task, [{ name: "failed_states", text }]);
  return edits && edits.length > 0 ? { title: `Add failed_states=${text}`, edits, safety: "safe" } : undefined;
}
