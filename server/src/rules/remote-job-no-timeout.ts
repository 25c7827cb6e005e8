import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast } from "../airflow/availability.ts";
import { hasNoRunTimeout, isUnbounded, isUnset } from "../airflow/bounds.ts";
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
    why: `The operator defers to a trigger that asks the host every \`poll_interval\` seconds whether the file with the exit status is there. \`timeout\` is None by default, so a job that hangs, a job shell that was killed, or a command that leaves that shell with \`exec\` keeps the task deferred for ever. In Airflow 3 \`execution_timeout\` does not help: it counts only while the task's own code runs, and the operator defers without it (ssh provider, \`operators/ssh_remote_job.py\`; task SDK, \`execution_time/task_runner.py\`). Airflow 2.11 ends the deferral at the earlier of the two.`,
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
    limits:
      "On expiry Airflow fails the task but does not stop the remote job. A DAG with a `dagrun_timeout` is left alone, and on Airflow 2 a task with an `execution_timeout`.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.sshRemoteJob)) continue;
      const timeout = argument(file, task, "timeout");
      const zero = typeof timeout === "object" && timeout.resolved.kind === "number" && timeout.resolved.value === 0;
      if (!isUnset(timeout) && !zero) continue;
      const bounded = argument(file, task, "execution_timeout");
      if (!hasNoRunTimeout(file, task)) continue;
      // Airflow 2 makes it the deferral's limit too.
      if (!airflowAtLeast(file.project, "3.0.0") && !isUnbounded(file, task)) continue;
      report({
        span: task.span,
        message:
          typeof bounded === "object"
            ? `${task.operator.name} has no timeout, and execution_timeout does not count while it is deferred: a job that hangs keeps it deferred for ever.`
            : `${task.operator.name} has no timeout: a job that hangs or loses its shell keeps the task deferred for ever.`,
        hint: "Set timeout, in seconds; the remote job itself needs its own limit, such as timeout(1).",
        related: typeof bounded === "object" ? [{ span: bounded.span, message: "does not bound the deferral" }] : [],
        fixes: () => [secondsFix(file, task, "timeout", file.project.limits.remoteJobTimeout, "remote-job-timeout")],
      });
    }
  },
});
