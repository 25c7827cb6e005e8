import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { isSensor, redefines, shownName } from "../airflow/kinds.ts";
import { failureStates } from "../catalog/sensors.ts";
import { quoteString } from "../edits/layout.ts";
import { setTaskArguments } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET308",
  name: "sensor-ignores-failed-state",
  group: "unmonitored",
  severity: "info",
  summary: "A sensor waits for success only, and waits on after a failure",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `Most job sensors fail when their job has failed. A few know only the states that they are told: without \`failure_statuses\` (Data Fusion, Dataform) or \`failed_states\` (Cloud Composer) a failed job is one that has not succeeded yet, and the sensor asks on until its timeout (google provider, \`sensors/datafusion.py\`, \`sensors/dataform.py\`, \`sensors/cloud_composer.py\`).`,
    bad: `from airflow import DAG
from airflow.providers.google.cloud.sensors.datafusion import CloudDataFusionPipelineStateSensor

with DAG("nightly") as dag:
    CloudDataFusionPipelineStateSensor(
        task_id="done",
        pipeline_name="load",
        pipeline_id="{{ ti.xcom_pull(task_ids='start') }}",
        expected_statuses=["COMPLETED"],
        instance_name="etl",
        location="europe-west1",
        mode="reschedule",
        timeout=3600,
    )
`,
    good: `from airflow import DAG
from airflow.providers.google.cloud.sensors.datafusion import CloudDataFusionPipelineStateSensor

with DAG("nightly") as dag:
    CloudDataFusionPipelineStateSensor(
        task_id="done",
        pipeline_name="load",
        pipeline_id="{{ ti.xcom_pull(task_ids='start') }}",
        expected_statuses=["COMPLETED"],
        failure_statuses=["FAILED", "KILLED", "REJECTED"],
        instance_name="etl",
        location="europe-west1",
        mode="reschedule",
        timeout=3600,
    )
`,
    limits:
      "ExternalTaskSensor, BashSensor and HttpSensor have rules of their own. A sensor that expects a failed state is left alone.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/datafusion.html",
      "https://airflow.apache.org/docs/apache-airflow-providers-google/stable/operators/cloud/dataform.html",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      if (!known || !isSensor(task) || redefines(task, "execute") || redefines(task, "poke")) continue;
      const facts = failureStates(known);
      if (!facts || !hasParameter(file.project, known, facts.parameter)) continue;
      const given = argument(file, task, facts.parameter);
      if (given !== "absent" && !isEmptyList(given)) continue;
      if (facts.awaited.some((name) => expectsFailure(argument(file, task, name)))) continue;
      report({
        span: typeof given === "object" && given.call ? given.span : task.span,
        cause: task.span,
        message: `${shownName(task)} knows no failed states: a job that has failed is waited for until the timeout.`,
        hint: `List the states in which the job will never succeed in ${facts.parameter}.`,
        fixes: () => [fix(file, task, facts.parameter, facts.states)],
      });
    }
  },
});

function isEmptyList(found: Lookup): boolean {
  if (typeof found !== "object") return false;
  const { resolved } = found;
  return resolved.kind === "none" || (resolved.kind === "list" && resolved.complete && resolved.items.length === 0);
}

/** Whether the states that are waited for hold a failure, or cannot be read. */
function expectsFailure(found: Lookup): boolean {
  if (found === "absent") return false;
  if (found === "unknown") return true;
  const { resolved } = found;
  if (resolved.kind !== "list" || !resolved.complete) return true;
  return resolved.items.some((one) => {
    const name =
      one.kind === "string"
        ? one.folded.text
        : one.kind === "reference"
          ? one.qualified.replace(/^.*\./, "")
          : "failed";
    return /fail|kill|cancel|reject|error|abort/i.test(name);
  });
}

function fix(file: DagFile, task: Task, name: string, states: readonly string[]): Fix | undefined {
  if (states.length === 0) return undefined;
  const text = `[${states.map((one) => quoteString(file, one)).join(", ")}]`;
  const edits = setTaskArguments(file, task, [{ name, text }]);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: `Set ${name}=${text}`,
    edits,
    safety: "unsafe",
    why: "the sensor fails at once where it waited on, for a job that was started anew as well",
  };
}
