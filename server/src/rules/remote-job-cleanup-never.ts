import { argument } from "../airflow/arguments.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { Lookup } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { outputUsed } from "../airflow/mentions.ts";
import { quoteString } from "../edits/layout.ts";
import { setTaskArguments } from "../edits/task.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET506",
  name: "remote-job-cleanup-never",
  group: "orphan",
  severity: "info",
  summary: "SSHRemoteJobOperator leaves the files of every job on the host",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `Each job, and each retry, gets a directory of its own below \`/tmp/airflow-ssh-jobs\` with its log, its exit status and its process id. \`cleanup\` is "never" by default (ssh provider, \`operators/ssh_remote_job.py\`), so that they pile up until the disk is full or the host is booted. The log has reached Airflow by then.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("fit") as dag:
    fit = SSHRemoteJobOperator(task_id="fit", ssh_conn_id="gpu1", command="python /opt/fit.py", timeout=3600)
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("fit") as dag:
    fit = SSHRemoteJobOperator(
        task_id="fit", ssh_conn_id="gpu1", command="python /opt/fit.py", timeout=3600, cleanup="on_success"
    )
`,
    limits: "A host that tidies its /tmp by itself needs none of it.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.sshRemoteJob)) continue;
      const given = argument(file, task, "cleanup");
      if (!isUnset(given) && !saysNever(given)) continue;
      report({
        span: typeof given === "object" ? given.span : task.span,
        message: "Every run and every retry leaves a directory with its log below /tmp/airflow-ssh-jobs on the host.",
        hint: 'Set cleanup="on_success", or "always" where the log in Airflow is enough.',
        fixes: () => {
          const edits = setTaskArguments(file, task, [{ name: "cleanup", text: quoteString(file, "on_success") }]);
          const title = 'Set cleanup="on_success"';
          if (!edits) return [];
          if (outputUsed(file, task) === "no") return [{ title, edits, safety: "safe" }];
          return [
            {
              title,
              edits,
              safety: "unsafe",
              why: "a later task reads where the job's files are, which are gone then",
            },
          ];
        },
      });
    }
  },
});

function saysNever(found: Lookup): boolean {
  return typeof found === "object" && found.resolved.kind === "string" && found.resolved.folded.text === "never";
}
