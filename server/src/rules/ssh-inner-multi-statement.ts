import { judgedTexts } from "../airflow/judged.ts";
import { errexitFix, errexitStatement } from "../edits/strictShell.ts";
import { type Lost, lostFailures } from "../shell/lost.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { harmlessCommands } from "./harmlessCommands.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET408",
  name: "ssh-inner-multi-statement",
  group: "lost-failure",
  severity: "warning",
  summary: "A remote shell text goes on after a failure, and only its last statement counts",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `sshd hands the command to the user's login shell, and a here-document to that shell's standard input. Neither runs with \`-e\`, whatever the local text has set: a statement that fails does not end the remote text. ssh, SSHOperator and \`recv_exit_status\` see the exit status of the last statement alone, so a failed first half is a green task.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("report") as dag:
    report = SSHOperator(
        task_id="report",
        ssh_conn_id="app",
        cmd_timeout=600,
        command="""
            /opt/report.sh --day {{ ds }}
            gzip -f /data/report.csv
        """,
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("report") as dag:
    report = SSHOperator(
        task_id="report",
        ssh_conn_id="app",
        get_pty=True,
        cmd_timeout=600,
        execution_timeout=timedelta(hours=1),
        command="""
            set -e
            /opt/report.sh --day {{ ds }}
            gzip -f /data/report.csv
        """,
    )
`,
    limits:
      "Statements that prepare, ask or tidy up (cd, export, source, mkdir, rm, grep, docker rm …) may fail, and so may those that only print (a curl that saves and sends nothing, `gcloud config list`); `harmless-commands` adds your own. A text that looks at `$?`, leaves by `exit 1` or ends with a check of its own is left alone. The text of SSHRemoteJobOperator is the matter of remote-job-command-shape.",
    links: [
      "https://man.openbsd.org/sshd.8#LOGIN_PROCESS",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/operators/ssh/index.html",
    ],
  },
  options: [harmlessCommands],
  check(file, report, option) {
    const harmless = new Set(option(harmlessCommands));
    for (const text of judgedTexts(file)) {
      const { script, by } = text;
      for (const lost of lostFailures(script, harmless)) {
        // On the worker or in a container: multi-statement-without-errexit.
        if (lost.script.place !== "remote") continue;
        // errexit-disabled
        if (lost.off) continue;
        report({
          span: sourceSpan(lost.script.folded, lost.statement.span),
          message: message(lost, lost.nestedIn.at(-1)?.program ?? by),
          hint: `Start the remote text with \`${errexitStatement(lost)}\`, or join its statements with \`&&\`.`,
          fixes: () => [errexitFix(file, lost, text, harmless)],
        });
      }
    }
  },
});

function message(lost: Lost, by: string): string {
  const { program, instead, loop } = lost;
  if (loop)
    return `A failure of ${program} is lost unless it is the last turn's: the remote loop goes on, and ${by} sees that turn's exit status alone.`;
  const other = instead === undefined || instead === program ? "the last statement" : instead;
  return `A failure of ${program} is lost: the remote shell goes on, and ${by} sees the exit status of ${other} alone.`;
}
