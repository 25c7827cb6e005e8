import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { setTaskArguments } from "../edits/task.ts";
import { knownText } from "../syntax/value.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET707",
  name: "bash-sensor-any-error-waits",
  group: "sensor",
  severity: "warning",
  summary: 'BashSensor takes every error of its command for "not yet"',
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A BashSensor succeeds when its command exits with 0, and looks again after any other status: a typo (127), a host that refuses (255) and a job that has failed all look like work that is not done, until the sensor's timeout. Since Airflow 2.6 \`retry_exit_code\` names the one status that means "not yet"; every other fails the task at once (standard provider, \`sensors/bash.py\`).`,
    bad: `from airflow import DAG
from airflow.sensors.bash import BashSensor

with DAG("intake") as dag:
    BashSensor(task_id="ready", bash_command="test -f /in/_SUCCESS", mode="reschedule", timeout=3600)
`,
    good: `from airflow import DAG
from airflow.sensors.bash import BashSensor

with DAG("intake") as dag:
    BashSensor(
        task_id="ready", bash_command="test -f /in/_SUCCESS", retry_exit_code=1, mode="reschedule", timeout=3600
    )
`,
    limits: "Before Airflow 2.6 there is no such argument, and nothing is said.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/sensors/bash.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      if (!known || !runsAs(task, operators.bashSensor)) continue;
      if (!hasParameter(file.project, known, "retry_exit_code")) continue;
      if (!isUnset(argument(file, task, "retry_exit_code"))) continue;
      if (onlyExits(file, task)) continue;
      report({
        span: task.span,
        message: `${task.operator.name} takes every exit status but 0 for "not yet": a typo or a failed job is waited on until the timeout.`,
        hint: 'Let the command exit with one status for "not yet", and name it in retry_exit_code.',
        fixes: () => [fix(file, task)],
      });
    }
  },
});

/** bash_command="exit 0": a stand-in, which cannot fail in another way. */
function onlyExits(file: DagFile, task: Task): boolean {
  const command = argument(file, task, "bash_command");
  const text = typeof command === "object" ? knownText(command.resolved) : undefined;
  return text !== undefined && /^\s*(exit(\s+\d+)?|true|false)\s*$/.test(text);
}

/** What programs say that only means "not there": ls, curl --fail; the others, with test, grep and pgrep, say 1. */
const notThere: readonly (readonly [RegExp, number])[] = [
  [/^ls\b/, 2],
  [/^curl\b/, 22],
];

function fix(file: DagFile, task: Task): Fix | undefined {
  const command = argument(file, task, "bash_command");
  const text = typeof command === "object" ? knownText(command.resolved) : undefined;
  const last = text?.split(/[;&|\n]+/).findLast((one) => one.trim() !== "");
  const status = notThere.find(([program]) => program.test(last?.trim() ?? ""))?.[1] ?? 1;
  const edits = setTaskArguments(file, task, [{ name: "retry_exit_code", text: String(status) }]);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: `Add retry_exit_code=${status}`,
    edits,
    safety: "unsafe",
    why: `every status but 0 and ${status} then fails the task at once`,
  };
}
