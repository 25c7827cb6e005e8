import { operators, runsAs } from "../airflow/kinds.ts";
import { foregroundEdits } from "../edits/foreground.ts";
import { type Detached, detached } from "../shell/detach.ts";
import { sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET117",
  name: "remote-job-nested-detach",
  group: "fire-and-forget",
  severity: "error",
  summary: "The command of SSHRemoteJobOperator leaves its work in the background",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `SSHRemoteJobOperator detaches the command by itself and waits for the exit status that its wrapper writes to a file. A command that detaches again, by \`&\`, \`setsid -f\`, \`screen -dm\` or their like, ends at once: the wrapper records 0, the task is green, and the work runs on with nobody who learns how it ends. The operator's \`timeout\` and its kill do not reach it.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("training") as dag:
    train = SSHRemoteJobOperator(
        task_id="train",
        ssh_conn_id="gpu1",
        command="nohup python /opt/train.py > /tmp/train.log 2>&1 &",
        timeout=6 * 3600,
    )
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("training") as dag:
    train = SSHRemoteJobOperator(
        task_id="train", ssh_conn_id="gpu1", command="python /opt/train.py", timeout=6 * 3600, cleanup="on_success"
    )
`,
    limits: "Services (`systemctl start`), containers, and jobs that the same text waits for or stops are left alone.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.sshRemoteJob)) continue;
      for (const { script, template } of task.scripts) {
        if (template || script.dialect === "powershell") continue;
        for (const job of detached(script)) {
          if (job.service || job.inUrl || job.waited !== "no" || job.recordsStatus) continue;
          if (/^(?:docker|podman|nerdctl)\b/.test(job.how)) continue;
          const lines = job.script.folded.text.slice(job.span.start, job.span.end).includes("\n");
          report({
            span: sourceSpan(job.script.folded, lines && job.ampersand ? job.ampersand : job.span),
            cause: sourceSpan(job.script.folded, job.span),
            message: `${job.program ?? "The work"} is left in the background (${job.how}): the job ends at once with status 0, and nobody learns how the work ends.`,
            hint: "Run it in the foreground: the operator detaches it by itself, and keeps its output in a log.",
            fixes: () => [foreground(job)],
          });
        }
      }
    }
  },
});

function foreground(job: Detached): Fix | undefined {
  const edits = foregroundEdits(job);
  return (
    edits && {
      title: "Run it in the foreground",
      edits,
      safety: "unsafe",
      why: "the task now runs as long as the command does, and fails with it",
    }
  );
}
