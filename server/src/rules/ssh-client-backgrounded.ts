import { importPath } from "../airflow/availability.ts";
import { type Background, backgroundJobs, isSshClient } from "../airflow/background.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { known, operators, runsAs } from "../airflow/kinds.ts";
import { waitsOf } from "../airflow/processes.ts";
import { shellTexts } from "../airflow/shellTexts.ts";
import { backgroundFixes } from "../edits/backgroundFixes.ts";
import { withConnection } from "../edits/sshConnection.ts";
import { type Detached, detached } from "../shell/detach.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { partKey } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET106",
  name: "ssh-client-backgrounded",
  group: "fire-and-forget",
  severity: "error",
  summary: "A shell text sends its ssh client to the background",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`ssh host job &\` and \`ssh -f host job\` return before the job has ended, and nobody takes the client's exit status, which would have been the job's, or 255 when the connection broke. The task is green at once; the client runs on beside the worker, out of reach of \`on_kill\` and \`execution_timeout\`, and on KubernetesExecutor it dies with the pod, while the job on the other side may go on. A tunnel that is opened by \`ssh -f -N\` and never closed stays when the task has ended, and the next run finds its port taken.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(task_id="export", bash_command="ssh etl@db1 '/opt/export.sh --all' > /tmp/export.log 2>&1 &")
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("export") as dag:
    export = SSHRemoteJobOperator(
        task_id="export",
        ssh_conn_id="db1",
        command="/opt/export.sh --all",
        timeout=2 * 3600,
    )
`,
    limits:
      "Clients that the same text waits for or stops, and tunnels that it closes (`ssh -O exit`, kill) or that close themselves (`sleep` as their command), are left alone.",
    links: [
      "https://man.openbsd.org/ssh#f",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html",
    ],
  },
  check(file, report) {
    for (const one of backgroundJobs(file)) {
      if (one.remote || !isSshClient(one)) continue;
      // Popen("ssh h job &", shell=True): whoever does not wait for the shell is told by popen-not-waited.
      if (one.call?.kind === "popen" && waitsOf(one.call).length === 0) continue;
      report({
        span: one.span,
        message: message(one),
        hint: hint(file, one),
        severity: one.outputAwaited ? "warning" : "error",
        fixes: () => backgroundFixes(file, one),
      });
    }
    const seen = new Set<string>();
    for (const tunnel of openTunnels(file)) {
      const span = sourceSpan(tunnel.script.folded, tunnel.span);
      if (seen.has(partKey(span))) continue;
      seen.add(partKey(span));
      report({
        span,
        severity: "warning",
        message:
          "Nothing closes this tunnel: its ssh stays on the worker when the task has ended, and the next run finds the port taken.",
        hint: "Open it with -M -S /path/socket and close it with ssh -S /path/socket -O exit, or use SSHHook.get_tunnel().",
      });
    }
  },
});

function message({ job, outputAwaited, task }: Background): string {
  if (outputAwaited)
    return `${task ? "Airflow" : "The call"} waits until this ssh closes its output, but its exit status is lost: a remote failure passes as success.`;
  const ends = task ? "the task succeeds at once" : "the call returns at once";
  return `This ssh is left in the background (${job.how}): ${ends}, and a failed remote command or a broken connection goes unnoticed.`;
}

function hint(file: DagFile, { task, script }: Background): string {
  const use = importPath(file.project, known(operators.sshRemoteJob))
    ? "Run it in the foreground with ConnectTimeout and ServerAliveInterval, or let SSHRemoteJobOperator run and watch the job"
    : "Run it in the foreground with ConnectTimeout and ServerAliveInterval, or let SSHOperator run it";
  const named = task && script && runsAs(task, operators.bash) && withConnection(file, script, true, use);
  return named || `${use}.`;
}

/** `ssh -f -N -L …` without a word that closes it. */
function openTunnels(file: DagFile): Detached[] {
  return shellTexts(file).flatMap(({ root }) =>
    root.place === "worker" && /\bssh\b/.test(root.folded.text)
      ? detached(root).filter((one) => one.how === "ssh -f" && one.service && one.nestedIn.length === 0)
      : [],
  );
}
