import { httpStarts } from "../airflow/httpStarts.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET115",
  name: "http-job-start-not-polled",
  group: "fire-and-forget",
  severity: "info",
  summary: "A request starts work on another machine, and nobody asks how it ends",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `A service that is asked to start a job answers 200, 201 or 202 as soon as it has noted the request. \`HttpOperator\`, \`curl\` and \`requests.post\` are content with that: the task is green within a second, whatever becomes of the job. \`deferrable=True\` of HttpOperator defers that one request, not the job. Somebody must ask for the job's state: an HttpSensor on the id that the answer brought, or an operator made for the service.`,
    bad: `from airflow import DAG
from airflow.providers.http.operators.http import HttpOperator

with DAG("nightly") as dag:
    start = HttpOperator(
        task_id="start", endpoint="api/v1/jobs/42/run", http_conn_id="jobs", extra_options={"timeout": 30}
    )
`,
    good: `from airflow import DAG
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.http.sensors.http import HttpSensor
from company.jobs import has_ended

with DAG("nightly") as dag:
    start = HttpOperator(
        task_id="start",
        endpoint="api/v1/jobs/42/run",
        http_conn_id="jobs",
        response_filter=lambda response: response.json()["id"],
        extra_options={"timeout": 30},
    )
    wait = HttpSensor(
        task_id="wait",
        endpoint="api/v1/runs/{{ ti.xcom_pull(task_ids='start') }}",
        http_conn_id="jobs",
        response_check=has_ended,
        mode="reschedule",
        timeout=3600,
        extra_options={"timeout": 30},
    )
    start >> wait
`,
    limits:
      "That a request starts something is told by its path alone: `/run`, `/jobs`, `/trigger`, `/dagRuns` and their like. A service that does the work before it answers needs no second question: ignore the finding there. Webhooks, metrics and messages to people are left alone.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-http/stable/operators.html"],
  },
  check(file, report) {
    for (const { name, path, span, cause } of httpStarts(file)) {
      const shown = path.length > 40 ? "this address" : path.replaceAll("\uFFFC", "…");
      report({
        span,
        cause,
        message: `The answer from ${shown} to ${name} only says that the work was accepted: the task succeeds, and nobody asks how the work ends.`,
        hint: "Let a sensor or an operator made for the service ask for the state until it is final.",
      });
    }
  },
});
