import { unwatchedSubmissions } from "../airflow/submissions.ts";
import { waitingProgramFix } from "../edits/submissions.ts";
import { howToWait } from "../shell/submitter.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET112",
  name: "cloud-cli-async-flag",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A command that would wait is told not to, and nobody watches its work",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`gcloud dataproc jobs submit\`, \`az vm create\`, \`bq query\` and \`databricks jobs run-now\` wait for the work and fail with it, unless \`--async\`, \`--no-wait\` or \`--nosync\` says otherwise. Then they exit with 0 as soon as the request is accepted, the task is green, and a failure of the work is seen by nobody.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="gcloud dataproc jobs submit pyspark load.py --cluster=etl --async")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="gcloud dataproc jobs submit pyspark load.py --cluster=etl")
`,
    limits:
      "Commands that delete or stop something are left alone, and so is work that a later command, sensor or polling task asks about. `docker run -d` and its like are a rule of their own.",
    links: [
      "https://cloud.google.com/sdk/gcloud/reference/dataproc/jobs/submit/pyspark",
      "https://learn.microsoft.com/en-us/cli/azure/use-azure-cli-successfully-tips#asynchronous-operations",
    ],
  },
  check(file, report) {
    for (const one of unwatchedSubmissions(file, "told-not-to-wait")) {
      const { visit, submitter } = one.submission;
      const program = visit.statement.program ?? "The command";
      const flag = submitter.instead.startsWith("dropping ")
        ? submitter.instead.replace(/^dropping (`[^`]+`).*$/, "$1")
        : "its option";
      report({
        span: one.span,
        cause: one.cause,
        message: `${flag} makes ${program} exit with 0 before the work has ended: the task turns green, and a failure is seen by nobody.`,
        hint: `${howToWait(submitter)}, or let a sensor on the work run after this task.`,
        fixes: () => [waitingProgramFix(file, one)],
      });
    }
  },
});
