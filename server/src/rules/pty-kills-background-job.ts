import { importPath } from "../airflow/availability.ts";
import { backgroundJobs, jobName } from "../airflow/background.ts";
import { hungUpBy } from "../airflow/hangup.ts";
import { known, operators } from "../airflow/kinds.ts";
import { backgroundFixes } from "../edits/backgroundFixes.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET504",
  name: "pty-kills-background-job",
  group: "orphan",
  severity: "error",
  summary: "A background job is hung up with the terminal of its ssh session",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `With a terminal (\`get_pty=True\`, a command that starts with sudo, \`ssh -tt\`) the remote shell leads a session of its own. A job that is only followed by \`&\` stays in the shell's process group; the shell goes on to the end of its text and exits, the terminal closes, and the kernel sends SIGHUP to that group. The task is green within a second, and the job is dead before it did its work. Only nohup or setsid keep a job from that, and then nobody learns how it ends.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("training") as dag:
    train = SSHOperator(task_id="train", ssh_conn_id="gpu1", command="python /opt/train.py &", get_pty=True)
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("training") as dag:
    train = SSHRemoteJobOperator(
        task_id="train",
        ssh_conn_id="gpu1",
        command="python /opt/train.py",
        timeout=6 * 3600,
        cleanup="on_success",
    )
`,
    limits:
      "Jobs that the text waits for or stops, services, and jobs under nohup or setsid are left alone; those are ssh-background-command's.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html",
      "https://man7.org/linux/man-pages/man7/credentials.7.html",
    ],
  },
  check(file, report) {
    for (const one of backgroundJobs(file)) {
      const through = one.remote ? hungUpBy(file, one) : undefined;
      if (!through) continue;
      const program = jobName(one) ?? "this command";
      report({
        span: one.span,
        message: `The shell does not wait for ${program}, and the terminal (${through}) that closes behind it kills it: a green task, and no work done.`,
        hint: importPath(file.project, known(operators.sshRemoteJob))
          ? "Run it in the foreground, or as a job of SSHRemoteJobOperator."
          : "Run it in the foreground, or leave get_pty out and let it write its exit status for a sensor.",
        fixes: () => backgroundFixes(file, one),
      });
    }
  },
});
