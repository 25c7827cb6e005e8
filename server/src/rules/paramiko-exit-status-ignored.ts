import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { isRead, onlyTidies } from "../airflow/processes.ts";
import { cleansUp, isJudged, succeedsAlways } from "../airflow/sshCalls.ts";
import { freeName } from "../edits/freeNames.ts";
import { lineIndent, startsLine } from "../edits/layout.ts";
import { raising } from "../edits/raising.ts";
import { insertAfter, replaceStatement } from "../edits/statements.ts";
import type { Call, Stmt } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET302",
  name: "paramiko-exit-status-ignored",
  group: "unmonitored",
  severity: "error",
  summary: "exec_command starts a remote command and nobody reads its exit status",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`SSHClient.exec_command\` returns as soon as the request is sent. It never raises for a command that fails: the exit status stands on the channel, \`stdout.channel.recv_exit_status()\`, and somebody must ask for it. Without that the task succeeds whatever the remote command did; when the client is closed first, the command may even be cut off.`,
    bad: `from airflow.decorators import dag, task
from airflow.providers.ssh.hooks.ssh import SSHHook


@dag(schedule=None)
def migrate():
    @task
    def run():
        with SSHHook("app1").get_conn() as client:
            stdin, stdout, stderr = client.exec_command("cd /srv/app && ./migrate.sh")
            print(stdout.read().decode())

    run()


migrate()
`,
    good: `from datetime import timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException
from airflow.providers.ssh.hooks.ssh import SSHHook


@dag(schedule=None)
def migrate():
    @task(execution_timeout=timedelta(minutes=10))
    def run():
        with SSHHook("app1").get_conn() as client:
            stdin, stdout, stderr = client.exec_command("cd /srv/app && ./migrate.sh", timeout=300)
            print(stdout.read().decode())
            if stdout.channel.recv_exit_status() != 0:
                raise AirflowException("migrate.sh failed")

    run()


migrate()
`,
    limits:
      "Streams that are returned or handed to another function are left alone: the status may be read there. So is output that a parser or a test with a `raise` judges. What only tidies up or asks (`rm`, `kill`, `docker compose down`) is an info.",
    links: ["https://docs.paramiko.org/en/stable/api/channel.html#paramiko.channel.Channel.recv_exit_status"],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (call.kind !== "paramiko-exec" || !call.live) continue;
      const { result } = call;
      if (result.escapes || result.entered || succeedsAlways(call)) continue;
      const asked = result.uses.filter(asksStatus);
      // lambda: stdout.channel.recv_exit_status, handed on without a call
      if (asked.some((use) => use.kind !== "method")) continue;
      // f(stdout.channel)
      if (result.uses.some((use) => use.kind === "attribute" && use.path.at(-1) === "channel")) continue;
      const thrownAway = asked.filter((use) => use.call && isThrownAway(file, use.call));
      if (asked.length > thrownAway.length) continue;
      // if stderr.read(): return failed
      const errors = (use: Use): boolean => use.path[0] === "[2]" || (use.name ?? "") === (result.names[2] ?? "_");
      if (result.uses.some((use) => isJudged(file, use, errors(use)))) continue;
      const [first] = thrownAway;
      const answers = result.uses.some((use) => isTaken(file, use));
      report({
        span: first?.span ?? call.span,
        severity: onlyTidies(call) || (!answers && cleansUp(call)) ? "info" : answers ? "warning" : "error",
        message: first
          ? "Nothing depends on this exit status: when the remote command fails, Airflow still marks the task success."
          : answers
            ? "Nobody reads this exit status: a remote command that fails looks like one that printed nothing, and the task goes on."
            : "Nobody reads the exit status of this exec_command: when the remote command fails, Airflow still marks the task success.",
        hint: "Raise when stdout.channel.recv_exit_status() is not 0, after the output has been read.",
        related: first ? [{ span: call.span, message: "starts the remote command" }] : [],
        fixes: () => [first?.call ? raiseInstead(file, first.call) : raiseAfter(file, call)],
      });
    }
  },
});

function asksStatus({ path }: Use): boolean {
  return path.includes("recv_exit_status") || path.includes("exit_status_ready") || path.includes("exit_status");
}

/** `exit_status_ready()` says whether it is over, not how. */
function isThrownAway(file: DagFile, call: Call): boolean {
  return (call.func.kind === "attribute" && call.func.name === "exit_status_ready") || !isRead(file, call);
}

/** What was read from the streams goes further than a print or a log line. */
function isTaken(file: DagFile, use: Use, depth = 0): boolean {
  if (depth > 8 || use.kind === "shown") return false;
  if (asksStatus(use) || use.path.at(-1) === "close") return false;
  // out.split()[-1] goes somewhere; what becomes of `stdout.channel` is not about the output.
  if (use.kind !== "method") return use.kind !== "attribute" || use.path.every((one) => one.startsWith("["));
  if (!use.call) return false;
  const outcome = file.results.resultOf(use.call);
  return !outcome.discarded && (outcome.escapes || outcome.uses.some((one) => isTaken(file, one, depth + 1)));
}

/**
 * stdout.channel.recv_exit_status() → if stdout.channel.recv_exit_status() != 0: raise …
 * code = stdout.channel.recv_exit_status() → the same, and behind it: if code != 0: raise …
 */
function raiseInstead(file: DagFile, wait: Call): Fix | undefined {
  if (wait.func.kind !== "attribute" || wait.func.name !== "recv_exit_status") return undefined;
  const statement = file.results.statementOf(wait);
  if (!statement || !startsLine(file.text, statement.span.start)) return undefined;
  if (statement.kind === "expression" && statement.expr === wait)
    return raising(file, (lines) => replaceStatement(file, statement, lines), slice(file.text, wait.span));
  const [target] = statement.kind === "assign" && statement.value === wait ? statement.targets : [];
  if (target?.kind !== "name" || target.id === "_") return undefined;
  return raising(file, (lines) => insertAfter(file, statement, lines), target.id);
}

/** Adds the check behind the last use of the streams, in the block of the call itself. */
function raiseAfter(file: DagFile, call: RemoteCall): Fix | undefined {
  const { statement, names, uses } = call.result;
  if (statement?.kind !== "assign" && statement?.kind !== "expression") return undefined;
  if (!startsLine(file.text, statement.span.start)) return undefined;
  const indent = lineIndent(file.text, statement.span.start);
  if (call.result.discarded) {
    const stdout = freeName(file, "stdout");
    if (stdout === undefined) return undefined;
    const { start } = statement.span;
    const place = (lines: readonly string[]): Edit[] | undefined => {
      const behind = insertAfter(file, statement, [`${stdout}.read()  # ${drained}`, ...lines]);
      return behind && [{ span: { start, end: start }, text: `_, ${stdout}, _ = ` }, ...behind];
    };
    return raising(file, place, `${stdout}.channel.recv_exit_status()`);
  }
  const stdout = names[1];
  if (names.length !== 3 || stdout === undefined || stdout === "_") return undefined;
  const last = lastUse(file, uses, statement);
  if (!last || lineIndent(file.text, last.span.start) !== indent || !startsLine(file.text, last.span.start))
    return undefined;
  const isDrained = uses.some((use) => use.name === stdout && use.path[0]?.startsWith("read"));
  const drain = isDrained ? [] : [`${stdout}.read()  # ${drained}`];
  return raising(
    file,
    (lines) => insertAfter(file, last, [...drain, ...lines]),
    `${stdout}.channel.recv_exit_status()`,
  );
}

// Nothing read the output.
const drained = "a full pipe would block the command";

/** The statement of the last use; undefined when one leaves the function or stands in a loop of its own. */
function lastUse(file: DagFile, uses: readonly Use[], statement: Stmt): Stmt | undefined {
  let last = statement;
  for (const use of uses) {
    if (use.span.start < statement.span.start) return undefined;
    const at = use.call ? file.results.statementOf(use.call) : undefined;
    if (!at || (at.kind !== "assign" && at.kind !== "expression")) return undefined;
    if (at.span.end > last.span.end) last = at;
  }
  return last;
}
