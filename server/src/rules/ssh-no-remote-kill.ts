import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset, limitedBy, secondsOf } from "../airflow/bounds.ts";
import type { DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { known, operators } from "../airflow/kinds.ts";
import { silenceLimit } from "../airflow/silence.ts";
import { type Survivor, survivorOf } from "../airflow/survivors.ts";
import { shownSeconds } from "../edits/limits.ts";
import { clientTerminalFix, remoteTimeoutFix, terminalFix } from "../edits/survivors.ts";
import type { Span } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET502",
  name: "ssh-no-remote-kill",
  group: "orphan",
  severity: "warning",
  summary: "A time limit ends the task, but not the remote command",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["retries-duplicate-remote-job", "bash-ssh-call"],
  docs: {
    why: `When \`execution_timeout\` or \`cmd_timeout\` passes, or the task is cleared, SSHOperator closes its channel (ssh provider, \`operators/ssh.py\`, \`on_kill\` since 3.12.0), and Airflow ends a Bash task's local ssh. sshd tells the remote command nothing, unless it has a terminal: a silent one runs on to its end, holding the locks, the memory and the card that the next run wants. With \`get_pty=True\`, or \`ssh -tt\`, the terminal that closes sends it SIGHUP; \`timeout\` on the other side ends it whatever becomes of the connection.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("warehouse") as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="/opt/load.sh --full",
        cmd_timeout=600,
        execution_timeout=timedelta(hours=1),
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("warehouse") as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="timeout --foreground --kill-after=30s 3600s /opt/load.sh --full",
        cmd_timeout=600,
        execution_timeout=timedelta(hours=1),
    )
`,
    limits:
      "It speaks of commands that may take long: quick ones, copies, questions and submissions are left alone, and so is a `cmd_timeout` below one minute without an `execution_timeout`, which is for commands that answer at once. A command under nohup or setsid survives a terminal's end, too.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/operators/ssh/index.html",
      "https://github.com/apache/airflow/issues/6586",
    ],
  },
  check(file, report) {
    for (const task of file.operators) {
      const survivor = survivorOf(file, task);
      if (!survivor || survivor.by === "remote-job") continue;
      const limit = limitOf(file, task, survivor);
      if (!limit) continue;
      report({
        span: task.span,
        cause: survivor.cause,
        message: message(survivor, limit),
        hint:
          survivor.by === "ssh-operator"
            ? `${hasParameter(file.project, known(operators.ssh), "get_pty") ? "Set get_pty=True, or run" : "Run"} the command under timeout(1) on the other side.`
            : "Use ssh -tt, or run the command under timeout(1) on the other side.",
        related: limit.span ? [{ span: limit.span, message: "this limit ends the task alone" }] : [],
        fixes: () => [
          survivor.by === "ssh-operator" ? terminalFix(file, task) : clientTerminalFix(survivor),
          limit.seconds === undefined || limit.name !== "execution_timeout"
            ? undefined
            : remoteTimeoutFix(survivor, limit.seconds),
        ],
      });
    }
  },
});

type Found = {
  readonly name: "execution_timeout" | "cmd_timeout" | "timeout(1)";
  /** Undefined: not constant. */
  readonly seconds: number | undefined;
  readonly span: Span | undefined;
};

// A smaller silence is allowed only to commands that answer at once.
const shortSilence = 60;

/** The limit that the author gave the task; undefined when there is none for sure. */
function limitOf(file: DagFile, task: Task, { by, client }: Survivor): Found | undefined {
  const limited = limitedBy(task);
  const execution = limited && given(argument(file, limited, "execution_timeout"));
  if (execution) return { name: "execution_timeout", ...execution };
  if (by === "ssh-client")
    return client?.command.wrappers.some((one) => one.name === "timeout")
      ? { name: "timeout(1)", seconds: undefined, span: undefined }
      : undefined;
  const silence = given(silenceLimit(file, task));
  if (silence?.seconds === undefined || silence.seconds < shortSilence) return undefined;
  return { name: "cmd_timeout", ...silence };
}

function given(found: Lookup): { seconds: number | undefined; span: Span } | undefined {
  if (typeof found === "string" || isUnset(found)) return undefined;
  return { seconds: secondsOf(found.resolved), span: found.span };
}

function message({ by }: Survivor, { name, seconds }: Found): string {
  const number = seconds === undefined ? "" : ` (${shownSeconds(seconds)})`;
  if (by === "ssh-client")
    return `When ${name}${number} passes, only the local ssh is ended: the remote command runs on, and nobody knows.`;
  const event = name === "cmd_timeout" ? `When cmd_timeout${number} passes in silence` : `When ${name}${number} passes`;
  return `${event}, only the ssh channel is closed: the task fails, and the remote command runs on.`;
}
