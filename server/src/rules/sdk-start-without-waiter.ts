import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { outputUsed } from "../airflow/mentions.ts";
import { watched } from "../airflow/monitor.ts";
import { isReturnedToAirflow } from "../airflow/returned.ts";
import { handleStarts, type Start, startedBy } from "../airflow/sdkStarts.ts";
import { insertAfter } from "../edits/statements.ts";
import { keyword } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import { knownText } from "../syntax/value.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET116",
  name: "sdk-start-without-waiter",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A callable starts work through a cloud library and returns without waiting for it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `boto3's \`start_job_run\`, \`add_job_flow_steps\` or \`start_query_execution\` answer with an id as soon as the request is accepted; BigQuery's \`client.query()\` and Azure's \`begin_…\` answer with an object that stands for the running work. The callable returns, Airflow marks the task success, the next task finds no data yet, and a failure of the work is seen by nobody.`,
    bad: `from google.cloud import bigquery

from airflow.decorators import dag, task


@dag(schedule="@daily")
def report():
    @task
    def build():
        client = bigquery.Client()
        client.query("CALL reports.build_daily()")

    build()


report()
`,
    good: `from google.cloud import bigquery

from airflow.decorators import dag, task


@dag(schedule="@daily")
def report():
    @task
    def build():
        client = bigquery.Client()
        client.query("CALL reports.build_daily()").result(timeout=3600)

    build()


report()
`,
    limits:
      "Code that speaks of a waiter or of a method that asks for the state is left alone, and so is an id that goes to other code or that a later task reads.",
    links: [
      "https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#waiters",
      "https://cloud.google.com/python/docs/reference/bigquery/latest/google.cloud.bigquery.job.QueryJob#google_cloud_bigquery_job_QueryJob_result",
    ],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (!call.live) continue;
      if (call.kind === "sdk-handle") {
        if (call.result.entered || call.result.escapes || !call.result.uses.every(looksOnly)) continue;
        const what = handleStarts(call.callee);
        report({
          span: call.span,
          message: `${methodOf(call)}() returns before the ${what} ends: the task succeeds meanwhile, and nobody sees the work fail.`,
          hint: "Call .result() on what it returns: it waits, and raises when the work failed.",
          fixes: () => [awaitResult(file, call)],
        });
      }
      if (call.kind === "sdk-request") {
        const start = startedBy(methodOf(call), serviceOf(file, call));
        if (!start || start.asks.test(file.text) || isFollowed(file, call, start)) continue;
        if (methodOf(call) === "invoke" && !isEvent(file, call)) continue;
        report({
          span: call.span,
          message: `${methodOf(call)}() returns once the ${start.what} is accepted: the task succeeds while it runs, and nobody sees it fail.`,
          hint: "Use the operator that waits for it, a sensor behind this task, or ask for its state until it ends.",
        });
      }
    }
  },
});

function methodOf({ callee }: RemoteCall): string {
  return callee.slice(callee.lastIndexOf(".") + 1);
}

/** Looks at the handle without waiting: `job.job_id`, `print(job)`. */
function looksOnly(use: Use): boolean {
  if (use.kind === "shown") return true;
  return use.kind === "attribute" && use.call === undefined ? !/^(result|wait|done)$/.test(use.path[0] ?? "") : false;
}

/** `boto3.client("glue")`, `AwsBaseHook(client_type="glue")`. */
function serviceOf(file: DagFile, call: RemoteCall): string | undefined {
  const { func } = call.call;
  const owner = func.kind === "attribute" ? file.values.evaluate(func.value, call.scope) : undefined;
  if (owner?.kind !== "call") return undefined;
  const named = owner.call.args.find((one) => one.name === "service_name") ?? owner.call.args[0];
  return named && named.form !== "star" && named.form !== "double-star"
    ? knownText(file.values.evaluate(named.value, call.scope))
    : undefined;
}

/** invoke(FunctionName="f", InvocationType="Event") */
function isEvent(file: DagFile, { call, scope }: RemoteCall): boolean {
  const given = keyword(call, "InvocationType");
  return given !== undefined && knownText(file.values.evaluate(given.value, scope)) === "Event";
}

/** The answer goes to somebody who may ask for the state: other code, a later task, a sensor. */
function isFollowed(file: DagFile, call: RemoteCall, start: Start): boolean {
  const { result, tasks } = call;
  const leaving = result.uses.filter((use) => leaves(file, use, 0));
  if (leaving.some((use) => !isReturnedToAirflow(file, call, use))) return true;
  if (leaving.length > 0 && !tasks.every((task) => outputUsed(file, task) === "no")) return true;
  return tasks.some(
    (task) => watched(file, task, { provider: "apache-airflow-providers-amazon", later: start.asks }) !== "no",
  );
}

function leaves(file: DagFile, use: Use, depth: number): boolean {
  if (use.kind === "shown" || use.kind === "tested" || use.kind === "compared") return false;
  if (use.kind !== "method" || depth > 4) return true;
  // response.get("JobRunId")
  const next = use.call && file.results.resultOf(use.call);
  return (
    next !== undefined && !next.discarded && (next.escapes || next.uses.some((one) => leaves(file, one, depth + 1)))
  );
}

/** client.query(sql) → client.query(sql).result(); job = client.query(sql) → the same, and behind it: job.result() */
function awaitResult(file: DagFile, call: RemoteCall): Fix | undefined {
  const { statement, discarded, names } = file.results.resultOf(call.call);
  const { end } = call.call.span;
  let edits: readonly Edit[] | undefined;
  if (discarded) edits = [{ span: { start: end, end }, text: ".result()" }];
  else if (
    statement?.kind === "assign" &&
    statement.value === call.call &&
    names.length === 1 &&
    names[0] !== undefined
  )
    edits = insertAfter(file, statement, [`${names[0]}.result()`]);
  return (
    edits && {
      title: "Wait for it with .result()",
      edits,
      safety: "unsafe",
      why: "the task now waits for the work and fails with it",
    }
  );
}
