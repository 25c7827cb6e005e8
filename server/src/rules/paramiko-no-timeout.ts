import { isUnbounded, type LateBound, lateBound } from "../airflow/bounds.ts";
import { mayBeBounded } from "../airflow/classLimits.ts";
import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { answersSoon, awaitedBy, hasNoTimeout } from "../airflow/sshCalls.ts";
import { inTriggerer } from "../airflow/triggerer.ts";
import { editArguments } from "../edits/arguments.ts";
import { secondsText } from "../edits/durations.ts";
import { executionTimeoutFix, limitFix, shownBound, shownSeconds } from "../edits/limits.ts";
import { keyword } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule, type Report } from "./rule.ts";

export default defineRule({
  code: "TET208",
  name: "paramiko-no-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "A callable waits for a remote command through paramiko without a limit",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`exec_command\` without \`timeout=\` gives the channel none: reading the output of a remote command that hangs, or of a machine that is gone, waits for ever, and so does fabric's \`Connection.run\`. Airflow shows a running task, which holds its worker slot. An SSHHook's \`cmd_timeout\` is for \`exec_ssh_client_command\`; a client of \`get_conn()\` does not know it. \`timeout=\` limits every wait for output; \`recv_exit_status()\` knows no timeout at all, so read the output first. \`connect()\` without \`timeout=\` waits for the kernel, about two minutes for a host that does not answer.`,
    bad: `from airflow.decorators import dag, task
from airflow.exceptions import AirflowException
from airflow.providers.ssh.hooks.ssh import SSHHook


@dag(schedule=None)
def restart():
    @task
    def compose():
        with SSHHook("app1").get_conn() as client:
            stdin, stdout, stderr = client.exec_command("cd /srv/app && docker compose pull")
            print(stdout.read().decode())
            if stdout.channel.recv_exit_status() != 0:
                raise AirflowException("docker compose pull failed")

    compose()


restart()
`,
    good: `from datetime import timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException
from airflow.providers.ssh.hooks.ssh import SSHHook


@dag(schedule=None)
def restart():
    @task(execution_timeout=timedelta(minutes=30))
    def compose():
        with SSHHook("app1").get_conn() as client:
            stdin, stdout, stderr = client.exec_command("cd /srv/app && docker compose pull", timeout=600)
            print(stdout.read().decode())
            if stdout.channel.recv_exit_status() != 0:
                raise AirflowException("docker compose pull failed")

    compose()


restart()
`,
    limits:
      "A command whose output and status nobody waits for, or whose streams leave the function, is left alone; so is a task that an execution_timeout or dagrun_timeout ends within an hour, or after a time that Tether cannot read. A later end makes it an info. The code of an operator class that gives, or may inherit, an execution_timeout is left alone, too.",
    links: [
      "https://docs.paramiko.org/en/stable/api/client.html#paramiko.client.SSHClient.exec_command",
      "https://docs.paramiko.org/en/stable/api/channel.html#paramiko.channel.Channel.recv_exit_status",
    ],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (!call.live || !hasNoTimeout(file, call)) continue;
      const bounded = mayBeBounded(file, call);
      const late = bounded ? lateBound(file, call) : undefined;
      if (bounded && !late) continue;
      // A thread that the triggerer waits for is no worker slot, and its end is not known.
      if (inTriggerer(file, call) === "thread") continue;
      if (call.kind === "paramiko-connect") connecting(file, call, report);
      else if (call.kind === "paramiko-exec" || call.kind === "fabric-run") waiting(file, call, late, report);
    }
  },
});

function waiting(file: DagFile, call: RemoteCall, late: LateBound | undefined, report: Report): void {
  const by = call.kind === "fabric-run" ? "output" : awaitedBy(call);
  if (by === "nothing" || by === "unknown") return;
  const name = call.callee.split(".").at(-1);
  if (inTriggerer(file, call)) {
    report({
      span: call.span,
      cause: call.call.span,
      message: `${name} has no timeout: a remote command that falls silent stops the triggerer's event loop, and every trigger in it, for ever.`,
      hint: "Use an async client such as asyncssh, or await asyncio.to_thread(…), and pass timeout=.",
      fixes: () => [by === "output" ? channelFix(file, call) : undefined],
    });
    return;
  }
  // Without a limit of its own for the channel there is nothing better than the task's.
  if (late && by !== "output") return;
  if (late) {
    report({
      span: call.span,
      severity: "info",
      message: `${name} has no timeout: a remote command that falls silent is only noticed when ${shownBound(late)}.`,
      hint: call.kind === "fabric-run" ? "Pass timeout=, in seconds." : "Pass timeout=, in seconds of silence.",
      fixes: () => [channelFix(file, call)],
    });
    return;
  }
  report({
    span: call.span,
    cause: call.call.span,
    ...(answersSoon(call) ? { severity: "info" as const } : {}),
    message:
      by === "output"
        ? `${name} has no timeout: if the remote command falls silent, the task waits for it, and holds its worker slot, for ever.`
        : "Nothing limits this remote command: recv_exit_status() knows no timeout, and the task waits, holding its worker slot, for ever.",
    hint:
      by === "output"
        ? call.kind === "fabric-run"
          ? "Pass timeout=, in seconds."
          : "Pass timeout=, in seconds of silence."
        : "Read stdout to its end before the status and pass timeout= to exec_command, or give the task an execution_timeout.",
    fixes: () => [by === "output" ? channelFix(file, call) : taskFix(file, call)],
  });
}

/** A TCP connection fails by itself, after tcp_syn_retries of the kernel: 127 seconds on Linux. */
function connecting(file: DagFile, call: RemoteCall, report: Report): void {
  // The other end of a jump host is reached already.
  if (keyword(call.call, "sock")) return;
  report({
    span: call.span,
    severity: "info",
    ...(inTriggerer(file, call)
      ? {
          message:
            "connect() has no timeout: a host that does not answer stops the triggerer's event loop for about 2 minutes.",
          hint: "Use an async client such as asyncssh, or await asyncio.to_thread(…), and pass timeout=.",
        }
      : {
          message:
            "connect() has no timeout: a host that does not answer holds the task for about 2 minutes, and each retry again.",
          hint: "Pass timeout=, in seconds.",
        }),
  });
}

function channelFix(file: DagFile, call: RemoteCall): Fix | undefined {
  // fabric's timeout is for the whole run.
  const whole = call.kind === "fabric-run";
  const limit = whole ? file.project.limits.subprocessTimeout : file.project.limits.commandTimeout;
  const text = secondsText(limit.seconds);
  const third = call.call.args[2];
  const edits =
    call.kind === "paramiko-exec" && third?.form === "positional"
      ? editArguments(file, call.call, { replace: [{ argument: third, text }] })
      : editArguments(file, call.call, { set: [{ name: "timeout", text }] });
  const title = `Add timeout=${text} (${shownSeconds(limit.seconds)}${whole ? "" : " of silence"})`;
  return limitFix(title, limit, whole ? "subprocess-timeout" : "command-timeout", edits);
}

function taskFix(file: DagFile, call: RemoteCall): Fix | undefined {
  const [task, ...others] = call.tasks.filter((one) => isUnbounded(file, one));
  return task && others.length === 0 ? executionTimeoutFix(file, task) : undefined;
}
