import { argument } from "../airflow/arguments.ts";
import { hasParameter, importPath, providerAtLeast } from "../airflow/availability.ts";
import { type Background, backgroundJobs, jobName } from "../airflow/background.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Lookup } from "../airflow/dagfile.ts";
import { hungUpBy } from "../airflow/hangup.ts";
import { isA, known, operators, runsAs } from "../airflow/kinds.ts";
import { backgroundFixes } from "../edits/backgroundFixes.ts";
import { withConnection } from "../edits/sshConnection.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET101",
  name: "ssh-background-command",
  group: "fire-and-forget",
  severity: "error",
  summary: "A command on a remote host is left in the background",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["pty-kills-background-job"],
  docs: {
    why: `A remote shell that is told \`nohup job &\` answers at once with status 0. With the job's output redirected, SSHOperator ends with that 0 a second later. A job that still holds the output keeps it waiting, but only for the next output, on which it succeeds, or for its \`cmd_timeout\`, on which it fails while the job runs on. With \`get_pty\` the terminal's end takes the job along, and often even one under nohup that has not got going. The job's own status goes nowhere, nothing stops it when the task is cleared or times out, and a retry starts it a second time. An ssh client in a shell text also ends at once when the job's output is redirected; otherwise it waits until the job closes its output, and reports 0 all the same.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("training") as dag:
    train = SSHOperator(
        task_id="train",
        ssh_conn_id="gpu1",
        command="nohup python /opt/train.py --day {{ ds }} > /dev/null 2>&1 &",
        cmd_timeout=60,
    )
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("training") as dag:
    train = SSHRemoteJobOperator(
        task_id="train",
        ssh_conn_id="gpu1",
        command="python /opt/train.py --day {{ ds }}",
        timeout=6 * 3600,
    )
`,
    limits:
      "Services (`systemctl start`), containers, helpers that the same text stops, and servers whose port or log the text then asks are left alone, as is a job that writes its exit status to a file which a later sensor reads.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/operators/ssh/index.html",
    ],
  },
  check(file, report) {
    for (const one of backgroundJobs(file)) {
      if (!one.remote) continue;
      report({
        span: one.span,
        message: message(file, one),
        hint: hint(file, one),
        severity: one.outputAwaited ? "warning" : "error",
        fixes: () => backgroundFixes(file, one),
      });
    }
  },
});

function message(file: DagFile, one: Background): string {
  const { job, outputAwaited, task } = one;
  const program = jobName(one);
  if (outputAwaited)
    return `ssh waits until ${program ?? "the command"} closes its output, but reports 0 whatever its exit status: a failed run is a green task.`;
  if (hungUpBy(file, one))
    return `The task succeeds at once, and the terminal (get_pty) that closes behind the shell takes ${program ?? "the command"} with it.`;
  const left = `${program ?? "This command"} is left in the background`;
  if (waitsForOutput(file, one))
    return `${left} (${job.how}): SSHOperator succeeds at its next output or fails at cmd_timeout, and nobody learns how it ends.`;
  const ends = task && !task.executedBy ? "the task succeeds at once" : "the call returns at once";
  return `${left} on the remote host (${job.how}): ${ends}, and nobody learns how it ends.`;
}

/**
 * SSHOperator without a terminal, and a job that holds the output: the exit status that the shell leaves behind is no
 * output, so that the operator sees it only together with the next one, or not at all. Measured with ssh 7.0.1 and
 * OpenSSH; in force since the provider keeps `cmd_timeout`, 3.3.0.
 */
function waitsForOutput(file: DagFile, { task, job }: Background): boolean {
  if (!task || !runsAs(task, operators.ssh) || job.nestedIn.length > 0 || !job.keepsStdout) return false;
  if (!providerAtLeast(file.project, "apache-airflow-providers-ssh", "3.3.0")) return false;
  return isFalse(argument(file, task, "get_pty")) && !job.script.folded.text.startsWith("sudo");
}

function isFalse(found: Lookup): boolean {
  return isUnset(found) || (typeof found === "object" && found.resolved.kind === "boolean" && !found.resolved.value);
}

function hint(file: DagFile, { task, script }: Background): string {
  const { project } = file;
  if (task && isA(task, operators.ssm))
    return "Run it in the foreground: the operator waits for it, up to the executionTimeout of the document.";
  if (task && !task.executedBy && script && runsAs(task, operators.bash)) {
    const operator = importPath(project, known(operators.sshRemoteJob)) ? "SSHRemoteJobOperator" : "SSHOperator";
    const named = withConnection(file, script, true, `Let ${operator} run it in the foreground`);
    if (named) return named;
  }
  // What code executes cannot be deferred, as a remote job is.
  return !task?.executedBy && importPath(project, known(operators.sshRemoteJob))
    ? "Run it in the foreground: with SSHRemoteJobOperator when it is long, else with a cmd_timeout that allows for its silence."
    : hasParameter(project, known(operators.ssh), "cmd_timeout")
      ? "Run it in the foreground with a cmd_timeout that allows for its silence, or let it write its exit status for a sensor."
      : "Run it in the foreground, or let it write its exit status for a sensor.";
}
