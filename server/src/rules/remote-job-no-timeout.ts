import { argument } from "../airflow/arguments.ts";
import { isUnset } from "../airflow/bounds.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { secondsFix } from "../edits/limits.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET203",
  name: "remote-job-no-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "SSHRemoteJobOperator without a timeout waits for ever",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `The operator defers to a trigger that asks the host every \`poll_interval\` seconds whether the file with the exit status is there. \`timeout\` is None by default, so a host that was rebooted, a job that was killed, or a command that leaves the wrapper with \`exec\` keeps the task deferred for ever. \`execution_timeout\` does not help: the operator defers without it (ssh provider, \`operators/ssh_remote_job.py\`).`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("nightly_report") as dag:
    report = SSHRemoteJobOperator(task_id="report", ssh_conn_id="edge", command="/opt/report.sh --day {{ ds }}")
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("nightly_report") as dag:
    report = SSHRemoteJobOperator(
        task_id="report", ssh_conn_id="edge", command="/opt/report.sh --day {{ ds }}", timeout=2 * 3600
    )
`,
    limits: "On expiry Airflow fails the task but does not stop the remote job.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.sshRemoteJob)) continue;
      const timeout = argument(file, task, "timeout");
      const zero = typeof timeout === "object" && timeout.resolved.kind === "number" && timeout.resolved.value === 0;
      if (!isUnset(timeout) && !zero) continue;
      const bounded = argument(file, task, "execution_timeout");
      report({
        span: task.span,
        message:
          typeof bounded === "object"
            ? `${task.operator.name} defers without its execution_timeout: a job whose exit file never appears stays deferred for ever.`
            : `${task.operator.name} has no timeout: a job whose exit file never appears keeps the task deferred for ever.`,
        hint: "Set timeout, in seconds; the remote job itself needs its own limit, such as timeout(1).",
        related: typeof bounded === "object" ? [{ span: bounded.span, message: "does not bound the deferral" }] : [],
        fixes: () => [secondsFix(file, task, "timeout", file.project.limits.remoteJobTimeout, "remote-job-timeout")],
      });
    }
  },
});
