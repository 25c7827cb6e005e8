import { argument } from "../airflow/arguments.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { sensorFacts } from "../catalog/sensors.ts";
import { setTaskArguments } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

/** `jobs/42`, `api/v1/status`, `…/batches/{{ … }}`: a page that tells how work is doing. */
const statusPath =
  /(^|[/?&=_.-])(jobs?|runs?|status(es)?|states?|batch(es)?|executions?|builds?|pipelines?|dagruns?|workflows?|operations?|tasks?|quer(y|ies)|exports?|progress)([/?&=_.-]|$)/i;

export default defineRule({
  code: "TET708",
  name: "http-sensor-no-response-check",
  group: "sensor",
  severity: "warning",
  summary: "HttpSensor asks for a job's status and does not read the answer",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `Without \`response_check\` an HttpSensor is satisfied by any answer below 400. A page that tells the status of a job answers 200 from the first moment, with "running" or "failed" in its text: the sensor succeeds at once, and what follows runs on nothing (http provider, \`sensors/http.py\`).`,
    bad: `from airflow import DAG
from airflow.providers.http.sensors.http import HttpSensor

with DAG("nightly") as dag:
    HttpSensor(task_id="done", endpoint="jobs/nightly/status", mode="reschedule", timeout=3600)
`,
    good: `from airflow import DAG
from airflow.providers.http.sensors.http import HttpSensor

with DAG("nightly") as dag:
    HttpSensor(
        task_id="done",
        endpoint="jobs/nightly/status",
        response_check=lambda response: response.json()["state"] == "DONE",
        extra_options={"timeout": 30},
        mode="reschedule",
        timeout=3600,
    )
`,
    limits: "It goes by the words of the endpoint: a page that exists only once the work is done is a good answer too.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-http/stable/operators.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.httpSensor) || !isUnset(argument(file, task, "response_check"))) continue;
      // It judges the answer itself.
      if (task.operator.known && sensorFacts(task.operator.known)?.onFailure === "fails") continue;
      const endpoint = argument(file, task, "endpoint");
      if (typeof endpoint !== "object" || endpoint.resolved.kind !== "string") continue;
      const { text } = endpoint.resolved.folded;
      if (!statusPath.test(text.replaceAll(/\{\{.*?\}\}/gs, "")) && !/\{\{[^}]*xcom_pull/.test(text)) continue;
      report({
        span: endpoint.call ? endpoint.span : task.span,
        cause: task.span,
        message: `${task.operator.name} has no response_check: any answer below 400 counts as done, also one that says "running" or "failed".`,
        hint: "Read the status in response_check; raise when the job has failed.",
        fixes: () => [fix(file, task)],
      });
    }
  },
});

function fix(file: DagFile, task: Task): Fix | undefined {
  const text = 'lambda response: response.json()["status"] == "SUCCEEDED"';
  const edits = setTaskArguments(file, task, [{ name: "response_check", text }]);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: "Add a response_check",
    edits,
    safety: "unsafe",
    why: "the names of the field and of the state are examples; put in those of your service",
  };
}
