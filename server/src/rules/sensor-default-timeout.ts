import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isSensor, runsAs, shownName } from "../airflow/kinds.ts";
import { secondsFix } from "../edits/limits.ts";
import { defineRule } from "./rule.ts";

/** Sensors that wait for the clock: they end by themselves. */
const clocks = [
  "DateTimeSensor",
  "DateTimeSensorAsync",
  "TimeDeltaSensor",
  "TimeDeltaSensorAsync",
  "TimeSensor",
  "TimeSensorAsync",
  "DayOfWeekSensor",
  "WaitSensor",
];

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
    why: `A sensor without \`timeout\` takes \`[sensors] default_timeout\`, 604800 s. Whatever it waits for may have failed in the first minute: the sensor asks on for a week, in the default mode "poke" with a worker slot in its hand, and only then the task fails (task SDK, \`bases/sensor.py\`).`,
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
      "Sensors that wait for the clock are left alone. If your deployment sets `default_timeout`, say so in [tool.tether.airflow].",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  check(file, report) {
    if (file.project.deployment.defaultSensorTimeout !== undefined) return;
    for (const task of file.tasks) {
      if (!isSensor(task) || !task.operator.known || !runsAs(task, task.operator.known.fqcn)) continue;
      if (clocks.includes(task.operator.known.name)) continue;
      if (!hasParameter(file.project, task.operator.known, "timeout") || ownDefault(file, task)) continue;
      if (!isUnset(argument(file, task, "timeout"))) continue;
      if (!isUnset(argument(file, task, "execution_timeout"))) continue;
      report({
        span: task.span,
        message: `${shownName(task)} has no timeout: when what it waits for never comes, Airflow fails it only after 7 days.`,
        hint: "Set timeout, in seconds, to the longest wait that still makes sense.",
        fixes: [secondsFix(file, task, "timeout", file.project.limits.sensorTimeout, "sensor-timeout")],
      });
    }
  },
});

/** A class of the file between the task and the known sensor may set a timeout in ways that were not read. */
function ownDefault(file: DagFile, task: Task): boolean {
  return task.operator.subclasses.length > 0 && argument(file, task, "timeout") !== "absent";
}
