import { airflowAtLeast } from "../airflow/availability.ts";
import { hasNoRunTimeout } from "../airflow/bounds.ts";
import type { Dag, DagFile } from "../airflow/dagfile.ts";
import { doesRemoteWork } from "../airflow/runOutcome.ts";
import { keyword } from "../syntax/python.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET212",
  name: "dag-no-dagrun-timeout",
  group: "missing-timeout",
  severity: "info",
  summary: "A scheduled DAG does remote work and nothing bounds its runs",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `\`dagrun_timeout\` is the only limit that counts a whole run: waiting for a slot, retries with their delays, deferrals and sensors. Without it a run that hangs stays running, keeps one of \`max_active_runs\` and, with \`depends_on_past\`, holds all runs after it. When it passes, Airflow marks the run failed and its unfinished tasks skipped.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly", schedule="@daily") as dag:
    load = SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", cmd_timeout=600)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly", schedule="@daily", dagrun_timeout=timedelta(hours=6)) as dag:
    load = SSHOperator(
        task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", cmd_timeout=600, get_pty=True
    )
`,
    limits:
      "DAGs that are only started by hand or by others (`schedule=None`) are left alone. It counts for scheduled runs only, and Airflow tells nobody by itself.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html"],
  },
  check(file, report) {
    for (const dag of file.dags) {
      const work = file.tasks.find((one) => one.dag === dag && doesRemoteWork(file, one));
      if (!work || !hasNoRunTimeout(file, work) || !isScheduled(file, dag)) continue;
      report({
        span: dag.span,
        message: `This DAG has no dagrun_timeout: a run that hangs stays running for ever, and keeps one of max_active_runs.`,
        hint: "Set dagrun_timeout to the longest time that a run may take, retries and waiting included.",
        related: [{ span: work.span, message: "works on another machine" }],
      });
    }
  },
});

/** Whether Airflow starts its runs by time; a DAG without a schedule has one in Airflow 2: daily. */
function isScheduled(file: DagFile, { call, scope }: Dag): boolean {
  const given = call && (keyword(call, "schedule") ?? keyword(call, "schedule_interval") ?? keyword(call, "timetable"));
  if (!given) return !airflowAtLeast(file.project, "3.0.0") && !call?.args.some((one) => one.form === "double-star");
  const value = file.values.evaluate(given.value, scope);
  return value.kind === "timedelta" || (value.kind === "string" && !/^@(?:once|continuous)$/.test(value.folded.text));
}
