import { argument } from "../airflow/arguments.ts";
import type { Argument, DagFile, Task } from "../airflow/dagfile.ts";
import { downstreamOf, followersOf } from "../airflow/edges.ts";
import { isA, isSensor, operators, redefines, shownName } from "../airflow/kinds.ts";
import { asksForState, looksForSuccess, looksOnce } from "../airflow/sensing.ts";
import { triggerRuleOf } from "../airflow/triggerRules.ts";
import { sensorFacts } from "../catalog/sensors.ts";
import { dropArgument } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

type Switch = "soft_fail" | "never_fail" | "silent_fail";

export default defineRule({
  code: "TET414",
  name: "soft-fail-hides-failure",
  group: "lost-failure",
  severity: "warning",
  summary: "A sensor that watches work is told to skip, or to go on, when that work fails",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `With \`soft_fail=True\` a sensor that times out, or whose job has failed, is marked skipped; \`never_fail=True\` (Airflow 2.10) does so for every exception. A skipped task skips all that follows it by the default rule \`all_success\`, and a run in which nothing failed is a success: a dead upstream looks like a quiet day. \`silent_fail=True\` (2.6) logs what a look raises and looks again; a sensor that reports a failed job by raising then asks for it until its timeout (task SDK, \`bases/sensor.py\`).`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("report") as dag:
    wait = ExternalTaskSensor(
        task_id="wait",
        external_dag_id="load",
        failed_states=["failed"],
        mode="reschedule",
        timeout=3600,
        soft_fail=True,
    )
    wait >> BashOperator(task_id="publish", bash_command="/opt/publish.py")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("report") as dag:
    wait = ExternalTaskSensor(
        task_id="wait", external_dag_id="load", failed_states=["failed"], mode="reschedule", timeout=3600
    )
    wait >> BashOperator(task_id="publish", bash_command="/opt/publish.py")
`,
    limits:
      "Only sensors that watch work which can fail: files, times and conditions of your own may well stay away. A sensor that looks only once is a condition and is left alone; where a later task has a trigger rule of its own, the skip was planned for, and the finding is an info, as it is for a sensor whose execution_date_fn looks for a run that has succeeded.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!isSensor(task) || redefines(task, "execute")) continue;
      const on = switchedOn(file, task);
      if (!on || !watchesWork(file, task, on.name) || looksOnce(file, task)) continue;
      if (on.name !== "silent_fail" && !outcomeKnown(file, task)) continue;
      const planned = on.name !== "silent_fail" && skipIsPlannedFor(file, task);
      report({
        span: on.argument.call ? on.argument.span : task.span,
        cause: task.span,
        ...(planned || looksForSuccess(file, task) ? { severity: "info" } : {}),
        message: messageOf(file, task, on.name, planned),
        hint: "Let it fail: a failure is seen, and can be retried.",
        fixes: () => [fix(file, task, on.argument)],
      });
    }
  },
});

function switchedOn(file: DagFile, task: Task): { name: Switch; argument: Argument } | undefined {
  for (const name of ["soft_fail", "never_fail", "silent_fail"] as const) {
    const found = argument(file, task, name);
    if (typeof found !== "object" || found.resolved.kind !== "boolean" || !found.resolved.value) continue;
    return { name, argument: found };
  }
  return undefined;
}

/** Whether what the sensor watches can fail, and the switch hides it. */
function watchesWork(file: DagFile, task: Task, name: Switch): boolean {
  if (isA(task, operators.pythonSensor)) return name !== "silent_fail" && asksForState(file, task);
  const known = task.operator.known && sensorFacts(task.operator.known);
  const onFailure = known?.onFailure ?? "none";
  // What a look raises is a failed job only where the class raises for it; elsewhere it is a hiccup of the network.
  return name === "silent_fail" ? onFailure === "fails" && !redefines(task, "poke") : onFailure !== "none";
}

/** Whether it is certain what follows the sensor, or some of it at least. */
function outcomeKnown(file: DagFile, task: Task): boolean {
  return file.edgesComplete || downstreamOf(file.edges, task).length > 0;
}

/** A later task runs whether its parents were skipped or not. */
function skipIsPlannedFor(file: DagFile, task: Task): boolean {
  return [...followersOf(file.edges, task)].some((one) => triggerRuleOf(file, one) !== "all_success");
}

function messageOf(file: DagFile, task: Task, name: Switch, planned: boolean): string {
  const sensor = shownName(task);
  if (name === "silent_fail")
    return `silent_fail=True only logs that the watched job has failed: ${sensor} asks on until its timeout.`;
  const when = name === "never_fail" ? "after any error" : "when what it watches fails or never ends";
  if (planned) return `${name}=True skips ${sensor} ${when}: later tasks run as if all were well.`;
  const rest = downstreamOf(file.edges, task).length > 0 ? "the rest is skipped too, and the run" : "the run";
  return `${name}=True skips ${sensor} ${when}: ${rest} ends green.`;
}

function fix(file: DagFile, task: Task, found: Argument): Fix | undefined {
  const edits = dropArgument(file, task, found, "False");
  if (!edits || edits.length === 0) return undefined;
  return {
    title: `Drop ${found.name}`,
    edits,
    safety: "unsafe",
    why:
      found.name === "silent_fail"
        ? "a look that raises for a moment fails the task, which then needs retries"
        : "the task fails where it was skipped, and the run with it",
  };
}
