import { hasUnboundedRunner, type LateBound, lateBound } from "../airflow/bounds.ts";
import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { waitsOf } from "../airflow/processes.ts";
import { runsLocally, staysForWork, waitsThrough } from "../airflow/remote.ts";
import { inTriggerer } from "../airflow/triggerer.ts";
import { editArguments } from "../edits/arguments.ts";
import { secondsText } from "../edits/durations.ts";
import { localName, withImports } from "../edits/imports.ts";
import { layoutOf, lineIndent, startsLine, withNewlines } from "../edits/layout.ts";
import { limitFix, shownBound, shownSeconds } from "../edits/limits.ts";
import { type Call, keyword } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { type Span, slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET204",
  name: "subprocess-no-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "A callable waits without a limit for a program that talks to another machine",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`subprocess.run\`, \`Popen.communicate\` and \`Popen.wait\` wait until the program ends. An ssh, kubectl or spark-submit ends when the other machine says so: with a hung remote command or a dead TCP peer the callable waits for ever, and Airflow shows a running task that does nothing. A \`timeout=\` raises TimeoutExpired; \`run\` also kills the local client then. The remote process needs a limit of its own.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.run(["ssh", "db1", "/opt/dump.sh"], check=True)

    dump()


export()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=30"]
        subprocess.run(["ssh", *options, "db1", "timeout 50m /opt/dump.sh"], check=True, timeout=3600)

    dump()


export()
`,
    limits:
      "Only commands that Tether can read. A program that is known to talk to other machines makes a warning; a script, or a program whose work may take any time, an info. A task that an execution_timeout or dagrun_timeout ends within an hour, or after a time that Tether cannot read, is left alone; a later end makes an info of a program that only asks another machine something. Left alone are single requests of the AWS CLI, which gives up after 60 silent seconds.",
    links: [
      "https://docs.python.org/3/library/subprocess.html#subprocess.run",
      "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html",
    ],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (!call.live || (call.kind !== "subprocess" && call.kind !== "popen")) continue;
      const remote = waitsThrough(call);
      const at = inTriggerer(file, call);
      // An operator's own code is bounded, or not, by the tasks that others make of it.
      const bounded = at !== "event loop" && !hasUnboundedRunner(file, call);
      // The task's limit is that of the work which the program stays for; a question is to be answered sooner.
      const late = bounded && remote && !staysForWork(call) ? lateBound(file, call) : undefined;
      if (bounded && !late) continue;
      const program = remote ?? runsLocally(call);
      if (!program) continue;
      const asInfo = late !== undefined || remote === undefined;
      for (const { wait, span, name } of waits(call)) {
        if (wait.args.some((one) => one.form === "double-star")) continue;
        // communicate(input, timeout), wait(timeout)
        const given =
          keyword(wait, "timeout") ??
          (name === "communicate" ? wait.args[1] : name === "wait" ? wait.args[0] : undefined);
        if (given) {
          const value = file.values.evaluate(given.value, call.scope);
          if (value.kind !== "none") continue;
        }
        report({
          span,
          // Warnings about the same command stand for themselves.
          ...(asInfo ? { severity: "info" as const } : { cause: call.call.span }),
          message: at
            ? `${name}() stops the triggerer's event loop, and every trigger in it, until ${program} returns.`
            : `${name}() has no timeout: ${endless(program, remote !== undefined, late)}.`,
          hint: at
            ? "Use asyncio.create_subprocess_exec, or await asyncio.to_thread(…), with a timeout."
            : hint(program),
          related: wait === call.call ? [] : [{ span: call.span, message: `starts ${program}` }],
          fixes: () => [fix(file, call, wait, name)],
        });
      }
    }
  },
});

/** What happens when the program never ends. */
function endless(program: string, remote: boolean, late: LateBound | undefined): string {
  if (late) return `if ${program} never returns, that is only noticed when ${shownBound(late)}`;
  return `if ${program} never ${remote ? "returns" : "ends"}, the task holds its worker slot for ever`;
}

/** What ends the program's own wait besides. */
function hint(program: string): string {
  switch (program) {
    case "ssh":
    case "autossh":
      return "Pass timeout=, in seconds, and give the remote command a limit of its own, such as timeout(1).";
    case "curl":
      return "Pass timeout=, in seconds, or give curl a --max-time.";
    case "wget":
      return "Pass timeout=, in seconds: wget's --timeout only ends silence.";
    case "rsync":
      return "Pass timeout=, in seconds, and give rsync a --timeout, which ends silence.";
    default:
      return "Pass timeout=, in seconds.";
  }
}

function waits(call: RemoteCall): { readonly wait: Call; readonly span: Span; readonly name: string }[] {
  if (call.kind === "subprocess")
    return [{ wait: call.call, span: call.span, name: call.callee.replace(/^subprocess\./, "") }];
  if (call.result.escapes) return [];
  return waitsOf(call).map(({ use, wait }) => ({ wait, span: use.span, name: use.path.at(-1) ?? "wait" }));
}

function fix(file: DagFile, call: RemoteCall, wait: Call, name: string): Fix | undefined {
  const limit = file.project.limits.subprocessTimeout;
  const edits = editArguments(file, wait, { set: [{ name: "timeout", text: secondsText(limit.seconds) }] });
  const title = `Add timeout=${secondsText(limit.seconds)} (${shownSeconds(limit.seconds)})`;
  const plain = limitFix(title, limit, "subprocess-timeout", edits);
  if (!plain || call.kind === "subprocess") return plain;
  return killing(file, wait, name, plain) ?? plain;
}

/**
 * communicate() leaves the process running when its time is up:
 *
 *     try:
 *         out, err = process.communicate(timeout=3600)
 *     except subprocess.TimeoutExpired:
 *         process.kill()
 *         raise
 */
function killing(file: DagFile, wait: Call, name: string, plain: Fix): Fix | undefined {
  const statement = file.results.statementOf(wait);
  const callee = wait.func;
  if (!statement || callee.kind !== "attribute" || callee.value.kind !== "name") return undefined;
  if (statement.kind !== "assign" && statement.kind !== "expression") return undefined;
  const text = slice(file.text, statement.span);
  const alone = startsLine(file.text, statement.span.start) && !text.includes("\n");
  const expired = localName(file, { module: "subprocess", name: "TimeoutExpired" });
  const [edit] = plain.edits;
  if (!alone || !expired || !edit || plain.edits.length !== 1) return undefined;
  const layout = layoutOf(file.module);
  const outer = lineIndent(file.text, statement.span.start);
  const inner = outer + layout.indent;
  const at = edit.span.start - statement.span.start;
  const changed = text.slice(0, at) + edit.text + text.slice(at + (edit.span.end - edit.span.start));
  const lines = [
    "try:",
    `${inner}${changed}`,
    `${outer}except ${expired}:`,
    `${inner}${callee.value.id}.kill()`,
    `${inner}raise`,
  ];
  const edits = withImports(
    file,
    [{ span: statement.span, text: withNewlines(layout, lines.join("\n")) }],
    [{ module: "subprocess", name: "TimeoutExpired" }],
  );
  return edits && { ...plain, title: `${plain.title} to ${name}(), kill the process on expiry`, edits };
}
