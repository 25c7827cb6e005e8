import { argument } from "../airflow/arguments.ts";
import { parameterDefault } from "../airflow/availability.ts";
import { isUnbounded, isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { limitOfWatchedWork, looksAtEndedWork } from "../airflow/endedWork.ts";
import { isA, isSensor, operators, redefines, shownName } from "../airflow/kinds.ts";
import { endsAtFirstLook } from "../airflow/poking.ts";
import { deferralEnd, heldSlot, isDeferred } from "../airflow/sensing.ts";
import type { Default } from "../catalog/operator.ts";
import { sensorFacts } from "../catalog/sensors.ts";
import { secondsText } from "../edits/durations.ts";
import { executionTimeoutFix, limitFix, shownSeconds } from "../edits/limits.ts";
import { type Release, releases } from "../edits/slot.ts";
import { setTaskArguments } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET205",
  name: "sensor-default-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "A sensor keeps the default timeout of 7 days",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A sensor without \`timeout\` takes \`[sensors] default_timeout\`, 604800 s. Whatever it waits for may have failed in the first minute: the sensor asks on for a week, in the default mode "poke" with a worker slot in its hand, and only then the task fails, or is skipped with \`soft_fail\`. Deferred, a few sensors heed only \`execution_timeout\`, and never give up without one (task SDK, \`bases/sensor.py\`; Airflow 1.10 and 2 have the same 7 days).`,
    bad: `from airflow import DAG
from airflow.providers.sftp.sensors.sftp import SFTPSensor

with DAG("intake") as dag:
    arrived = SFTPSensor(task_id="arrived", path="/in/day.csv", sftp_conn_id="partner")
`,
    good: `from airflow import DAG
from airflow.providers.sftp.sensors.sftp import SFTPSensor

with DAG("intake") as dag:
    arrived = SFTPSensor(
        task_id="arrived", path="/in/day.csv", sftp_conn_id="partner", mode="reschedule", timeout=6 * 3600
    )
`,
    limits:
      "Sensors that wait for the clock, or whose first look always ends the wait (`exit 0`), are left alone, and so are sensors for work that the operator before them has waited for or given the service a limit (`MaxRuntimeInSeconds`), those with an `execution_timeout` or in a DAG with a `dagrun_timeout`. If your deployment sets `default_timeout`, say so in [tool.tether.airflow].",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  check(file, report) {
    if (file.project.deployment.defaultSensorTimeout !== undefined) return;
    for (const task of file.tasks) {
      const { known } = task.operator;
      if (!known || !isSensor(task) || redefines(task, "execute")) continue;
      // It waits for its own sub-DAG, whose tasks have limits of their own.
      if (isA(task, operators.subDag)) continue;
      const facts = sensorFacts(known);
      if (!facts || facts.timeOnly) continue;
      if (!isSevenDays(parameterDefault(file.project, task, "timeout"))) continue;
      if (!isUnset(argument(file, task, "timeout"))) continue;
      if (!isUnbounded(file, task)) continue;
      const end = isDeferred(file, task) === "no" ? "timeout" : deferralEnd(file, task);
      if (end === "attempts" || looksAtEndedWork(file, task)) continue;
      if (limitOfWatchedWork(file, task) !== undefined || endsAtFirstLook(file, task)) continue;
      if (end === "execution_timeout") {
        report({
          span: task.span,
          message: `${shownName(task)} waits in the triggerer without execution_timeout: when what it waits for never comes, it never gives up.`,
          hint: "Set execution_timeout: deferred, this sensor does not heed its own timeout.",
          fixes: () => [executionTimeoutFix(file, task)],
        });
        continue;
      }
      // A slot that is held for those days is the same story, and one fix ends both.
      const ways = heldSlot(file, task) ? releases(file, task) : [];
      const untilThen = ways.length > 0 ? "it holds a worker slot for 7 days" : "it gives up only after 7 days";
      const also = ways[0] ? `, and ${ways[0].shown} to give the slot back` : "";
      report({
        span: task.span,
        message: `${shownName(task)} has no timeout: when what it waits for never comes, ${untilThen}.`,
        hint: `Set timeout, in seconds, to the longest wait that still makes sense${also}.`,
        fixes: () => (ways.length > 0 ? ways.map((one) => timeoutFix(file, task, one)) : [timeoutFix(file, task)]),
      });
    }
  },
});

function timeoutFix(file: DagFile, task: Task, way?: Release): Fix | undefined {
  const limit = file.project.limits.sensorTimeout;
  const timeout = { name: "timeout", text: secondsText(limit.seconds) };
  const edits = setTaskArguments(file, task, [timeout, ...(way?.named ?? [])]);
  const title = `Add timeout (${shownSeconds(limit.seconds)})${way ? ` and ${way.shown}` : ""}`;
  const fix = limitFix(title, limit, "sensor-timeout", edits);
  if (!fix || way?.why === undefined) return fix;
  return { ...fix, safety: "unsafe", why: fix.safety === "unsafe" ? `${fix.why}; ${way.why}` : way.why };
}

/** The base class's own default, in its spellings through the versions; a sensor may have one of its own. */
function isSevenDays(timeout: Default | undefined): boolean {
  if (timeout?.kind === "literal") return timeout.value === null || timeout.value === 7 * 86_400;
  return (
    timeout?.kind === "expression" && (/default_timeout/.test(timeout.text) || /60 \* 60 \* 24 \* 7/.test(timeout.text))
  );
}
