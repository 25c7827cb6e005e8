import { argument } from "../airflow/arguments.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { isDeferred } from "../airflow/sensing.ts";
import { airflowMajor } from "../airflow/target.ts";
import { executionTimeoutFix, secondsFix } from "../edits/limits.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET705",
  name: "external-task-sensor-check-existence-noop",
  group: "sensor",
  severity: "info",
  summary: "check_existence=True checks nothing here, and no timeout ends the wait",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `\`check_existence=True\` is meant to fail at once when the DAG or task that is waited for does not exist. On Airflow 3 the sensor asks the API server for counts and never looks (standard provider 1.21, \`_poke_af3\` in \`sensors/external_task.py\`); in Airflow 2 the deferred sensor of Airflow itself does not look either, and is ended only by \`execution_timeout\`. A renamed DAG is then waited for until the timeout, 7 days by default, or without end.`,
    bad: `from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("report") as dag:
    ExternalTaskSensor(task_id="wait", external_dag_id="load", check_existence=True, mode="reschedule")
`,
    good: `from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

with DAG("report") as dag:
    ExternalTaskSensor(
        task_id="wait",
        external_dag_id="load",
        check_existence=True,
        failed_states=["failed"],
        mode="reschedule",
        timeout=3600,
    )
`,
    links: ["https://github.com/apache/airflow/issues/72517", "https://github.com/apache/airflow/issues/40745"],
  },
  check(file, report) {
    if (file.project.deployment.defaultSensorTimeout !== undefined) return;
    for (const task of file.tasks) {
      if (!runsAs(task, operators.externalTaskSensor)) continue;
      const asked = argument(file, task, "check_existence");
      if (typeof asked !== "object" || asked.resolved.kind !== "boolean" || !asked.resolved.value) continue;
      const blind = blindPlace(file, task);
      if (!blind || !isUnset(argument(file, task, "execution_timeout"))) continue;
      if (blind.heedsTimeout && !isUnset(argument(file, task, "timeout"))) continue;
      report({
        span: asked.call ? asked.span : task.span,
        message: `check_existence=True has no effect ${blind.where}: a DAG or task that does not exist is waited for ${blind.heedsTimeout ? "until the timeout of 7 days" : "without end"}.`,
        hint: `Set ${blind.heedsTimeout ? "timeout" : "execution_timeout"} to the longest wait that still makes sense.`,
        fixes: () => [
          blind.heedsTimeout
            ? secondsFix(file, task, "timeout", file.project.limits.sensorTimeout, "sensor-timeout")
            : executionTimeoutFix(file, task),
        ],
      });
    }
  },
});

/** Where the sensor does not look, and whether its own timeout ends the wait there. */
type Blind = { readonly where: string; readonly heedsTimeout: boolean };

function blindPlace(file: DagFile, task: Task): Blind | undefined {
  if (airflowMajor(file.project.target) >= 3) return { where: "on Airflow 3", heedsTimeout: true };
  // The standard provider looks before it defers.
  if (task.operator.imported.startsWith("airflow.providers.") || isDeferred(file, task) !== "yes") return undefined;
  return { where: "in a deferred sensor", heedsTimeout: false };
}
