import type { DagFile, Task } from "../airflow/dagfile.ts";
import { edgesFrom } from "../airflow/edges.ts";
import { shownName, watches } from "../airflow/kinds.ts";
import { readsOutput, textsOf } from "../airflow/mentions.ts";
import { writtenCall } from "../airflow/written.ts";
import { withImports } from "../edits/imports.ts";
import { insertAfter } from "../edits/statements.ts";
import type { Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET307",
  name: "sensor-not-ordered-after-submit",
  group: "unmonitored",
  severity: "warning",
  summary: "A sensor watches what another task starts, but may run before it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  amongTasks: true,
  docs: {
    why: `An \`xcom_pull\` in a template or in a function makes no dependency; only \`>>\`, its relatives, and an XComArg (\`submit.output\`) do. A sensor that is not behind the task whose job it watches starts at the same time: it gets \`None\` for the id of the job, and then fails, or watches nothing (core concepts, "XComs").`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor

with DAG("spark", default_args={"execution_timeout": timedelta(hours=4)}) as dag:
    add = EmrAddStepsOperator(task_id="add", job_flow_id="j-1", steps=[])
    wait = EmrStepSensor(
        task_id="wait",
        job_flow_id="j-1",
        step_id="{{ ti.xcom_pull(task_ids='add')[0] }}",
        mode="reschedule",
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor

with DAG("spark", default_args={"execution_timeout": timedelta(hours=4)}) as dag:
    add = EmrAddStepsOperator(task_id="add", job_flow_id="j-1", steps=[])
    wait = EmrStepSensor(
        task_id="wait",
        job_flow_id="j-1",
        step_id="{{ ti.xcom_pull(task_ids='add')[0] }}",
        mode="reschedule",
    )
    add >> wait
`,
    limits:
      "It is silent in a file where an edge cannot be followed, or where the tasks are handed to other code. Two tasks that are only given the same name of a job are not compared.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/xcoms.html"],
  },
  check(file, report) {
    if (!file.edgesComplete) return;
    for (const sensor of file.tasks) {
      if (!watches(sensor) || !sensor.dag) continue;
      for (const task of file.tasks) {
        if (task === sensor || task.dag !== sensor.dag || sameName(task, sensor)) continue;
        if (readsOutput(file, sensor, task) !== "yes" || asksElsewhere(file, sensor)) continue;
        if (runsBefore(file, task, sensor) || outOfSight(file, task) || outOfSight(file, sensor)) continue;
        const id = task.id === undefined ? shownName(task) : `"${task.id}"`;
        report({
          span: sensor.span,
          message: `${shownName(sensor)} reads the result of ${id}, but nothing makes it run after that task: it may start first and get None.`,
          hint: "Put the sensor behind that task.",
          related: [{ span: task.span, message: "starts what the sensor watches" }],
          fixes: () => [fix(file, task, sensor)],
        });
      }
    }
  },
});

/** xcom_pull(dag_id="other", task_ids="submit") */
function asksElsewhere(file: DagFile, sensor: Task): boolean {
  const code = sensor.callable ? slice(file.text, sensor.callable.span) : "";
  return [code, ...textsOf(file, sensor)].some((text) => /xcom_pull[^)]*(dag_id|include_prior_dates)/s.test(text));
}

/** Whether any way leads from one task to the other, not counting XComs that are only read. */
function runsBefore(file: DagFile, first: Task, second: Task): boolean {
  const seen = new Set<Task>([first]);
  const next = [first];
  for (let one = next.pop(); one; one = next.pop()) {
    for (const { to, form } of edgesFrom(file.edges, one)) {
      if (form === "template" || seen.has(to)) continue;
      if (to === second) return true;
      seen.add(to);
      next.push(to);
    }
  }
  return false;
}

/** Two branches of one `if`, or two turns of a loop, may make tasks of the same id. */
function sameName(a: Task, b: Task): boolean {
  return a.id !== undefined && a.id === b.id;
}

/** The task is handed to code that may order it. */
function outOfSight(file: DagFile, task: Task): boolean {
  if (task.form === "taskflow" && !task.call) return true;
  const made = writtenCall(task);
  if (!made) return true;
  const linked = file.edges.some((one) => (one.from === task || one.to === task) && one.form !== "template");
  const { uses } = file.results.resultOf(made);
  return !linked && uses.some((use) => use.kind === "returned" || use.kind === "stored" || use.kind === "argument");
}

function fix(file: DagFile, task: Task, sensor: Task): Fix | undefined {
  if (!task.variable || !sensor.variable || task.repeated || sensor.repeated || task.scope !== sensor.scope)
    return undefined;
  const later = task.statement.span.start > sensor.statement.span.start ? task : sensor;
  const edge = `${task.variable} >> ${sensor.variable}`;
  const edits = withImports(file, insertAfter(file, later.statement, [edge]), []);
  return edits && { title: `Add ${edge}`, edits, safety: "safe" };
}
