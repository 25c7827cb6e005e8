import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { isParsed } from "../airflow/parsedOutput.ts";
import {
  decides,
  isActedOn,
  isAsked,
  isWeighedInWords,
  onlyAsks,
  onlyTidies,
  statusIsRead,
  waitsOf,
} from "../airflow/processes.ts";
import { isReturnedToAirflow } from "../airflow/returned.ts";
import { editArguments } from "../edits/arguments.ts";
import { replaceCallee } from "../edits/calls.ts";
import { withImports } from "../edits/imports.ts";
import { raisingBehind } from "../edits/raising.ts";
import { keyword } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET403",
  name: "subprocess-result-ignored",
  group: "lost-failure",
  severity: "warning",
  summary: "A task runs a program and never looks at its exit status",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`subprocess.run\` without \`check=True\`, \`subprocess.call\`, \`Popen.wait\` and \`Popen.communicate\` do not raise when the program fails: they hand back its exit status; so does Airflow's \`SubprocessHook.run_command\`. When nobody looks at it, the callable returns normally and Airflow marks the task success.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def sync():
        subprocess.run(["/opt/sync.sh", "--all"])

    sync()


export()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def sync():
        subprocess.run(["/opt/sync.sh", "--all"], check=True, timeout=3600)

    sync()


export()
`,
    limits:
      "`check=False` is taken for a decision. Commands that only tidy up or look around (rm, mkdir, kill, ls, ps …) are left alone, and so is a result that goes to another function. A status that the task's callable only returns becomes an XCom, and counts as ignored unless a task of the file reads it.",
    links: ["https://docs.python.org/3/library/subprocess.html#subprocess.run"],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (!call.live || onlyTidies(call) || onlyAsks(call)) continue;
      const name = call.callee.replace(/^subprocess\./, "");
      const byHook = call.kind === "hook-process";
      const shown = byHook ? "SubprocessHook.run_command" : `subprocess.${name}`;
      const found =
        name === "Popen"
          ? popenIgnored(file, call)
          : (byHook || name === "run" || name === "call") && resultIgnored(file, call);
      if (!found) continue;
      if (isOnlySaid(file, call)) {
        report({
          span: call.span,
          severity: "info",
          message: `The exit status of this ${shown} only reaches the log: when the program fails, Airflow still marks the task success.`,
          hint: "If that is not meant, raise where the failure is logged.",
          fixes: () => [byHook ? raisingBehind(file, call) : checked(file, call, name)],
        });
        continue;
      }
      const asked = name === "run" && call.result.uses.some((use) => isAskedOutput(file, use));
      report({
        span: call.span,
        message: `Nobody acts on the exit status of this ${shown}: when the program fails, Airflow still marks the task success.`,
        hint:
          name === "Popen" || byHook
            ? `Raise when ${byHook ? "exit_code" : "returncode"} is not 0.`
            : asked
              ? "Look at returncode, too; check=True would also fail on the answers that the test of the output handles."
              : name === "call"
                ? "Use subprocess.check_call, or raise when the status is not 0."
                : "Pass check=True, or raise when the status is not 0.",
        fixes: () => (byHook ? [raisingBehind(file, call)] : asked ? [] : [checked(file, call, name)]),
      });
    }
  },
});

function resultIgnored(file: DagFile, call: RemoteCall): boolean {
  if (call.call.args.some((one) => one.form === "double-star" || one.name === "check")) return false;
  const { result } = call;
  if (result.discarded) return true;
  if (call.callee === "subprocess.call") return !result.entered && !isActedOn(file, call);
  if (result.escapes || result.entered) return false;
  // r = run(…); print(r.stdout)
  return result.uses.every(
    (use) =>
      !decides(file, use) ||
      ((isStream(use) || isHookOutput(call, use)) && !isParsed(file, use)) ||
      (/^(?:returncode|exit_code)$/.test(use.path[0] ?? "") && isReturnedToAirflow(file, call, use)),
  );
}

/** if p.returncode != 0: log.info("not there") else: log.info("there") */
function isOnlySaid(file: DagFile, { callee, result }: RemoteCall): boolean {
  return result.uses.some(
    (use) =>
      (/^(?:returncode|exit_code)$/.test(use.path.at(-1) ?? "") ||
        (callee === "subprocess.call" && use.path.length === 0)) &&
      isWeighedInWords(file, use),
  );
}

/** The last line that the program wrote: `result.output`, `output` of `exit_code, output = hook.run_command(…)`. */
function isHookOutput({ kind, result: { names } }: RemoteCall, { path, name }: Use): boolean {
  return kind === "hook-process" && (names.length === 2 ? name === names[1] : path[0] === "output");
}

/** r = run(…); if "no objects" in r.stdout: …; if r.stderr: … is a look for a failure. */
function isAskedOutput(file: DagFile, use: Use): boolean {
  return use.path[0] === "stdout" && isAsked(file, use);
}

function isStream(use: Use): boolean {
  return use.path[0] === "stdout" || use.path[0] === "stderr" || use.path[0] === "args";
}

/** Somebody waits for the process, or reads all that it writes, but its status goes nowhere. */
function popenIgnored(file: DagFile, call: RemoteCall): boolean {
  const { result } = call;
  const { uses } = result;
  if (result.escapes) return false;
  // A process that is stopped on purpose has no status worth reading.
  if (uses.some((use) => /^(kill|terminate|send_signal)$/.test(use.path[0] ?? ""))) return false;
  const output = uses.filter((use) => use.path[0] === "stdout" && use.path.at(-1) !== "close");
  const polled = uses.some((use) => use.path[0] === "poll" && use.call);
  if (!result.entered && waitsOf(call).length === 0 && output.length === 0 && !polled) return false;
  return !statusIsRead(file, call) && !uses.some((use) => use.kind === "attribute" && use.call && !isStream(use));
}

function checked(file: DagFile, call: RemoteCall, name: string): Fix | undefined {
  let edits: readonly Edit[] | undefined;
  if (name === "run") edits = editArguments(file, call.call, { add: [{ name: "check", text: "True" }] });
  const { discarded, uses } = call.result;
  const returned = !discarded && uses.every((use) => isReturnedToAirflow(file, call, use));
  if (name === "call" && (discarded || returned) && !keyword(call.call, "check")) {
    const callee = replaceCallee(file, call.call, { module: "subprocess", name: "check_call" });
    edits = callee && withImports(file, callee.edits, callee.needs);
  }
  const title = name === "run" ? "Add check=True" : "Use subprocess.check_call";
  if (!edits || edits.length === 0) return undefined;
  // check_call returns 0, too.
  if (discarded || (name === "call" && returned)) return { title, edits, safety: "safe" };
  const why = "what follows, such as printing the output, no longer runs when the program fails";
  return { title, edits, safety: "unsafe", why };
}
