import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { missesOn } from "../airflow/everyPath.ts";
import { programOf } from "../airflow/processes.ts";
import { editArguments } from "../edits/arguments.ts";
import { replaceCallee } from "../edits/calls.ts";
import { secondsText } from "../edits/durations.ts";
import { withImports } from "../edits/imports.ts";
import { shownSeconds } from "../edits/limits.ts";
import type { Result, Use } from "../syntax/uses.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET105",
  name: "popen-not-waited",
  group: "fire-and-forget",
  severity: "error",
  summary: "A task starts a process with Popen and returns without waiting for it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`subprocess.Popen\` returns as soon as the process exists. When nothing waits for it, the callable returns, Airflow marks the task success, and the next task starts while the process still runs. Its exit status is never read. What becomes of it is left to the worker: on a machine that lives on it runs on, orphaned; on a Kubernetes worker it dies with the pod.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.Popen(["/opt/dump.sh", "db1"])

    dump()


export()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.run(["/opt/dump.sh", "db1"], check=True, timeout=3600)

    dump()


export()
`,
    limits:
      "A process is followed through names, attributes, lists and functions of the file. One that is handed to other code is left alone: somebody else may wait for it.",
    links: ["https://docs.python.org/3/library/subprocess.html#popen-constructor"],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (call.kind !== "popen" || !call.live) continue;
      const { result } = call;
      if (result.escapes || result.entered) continue;
      const program = programOf(call);
      if (!result.uses.every((use) => looksOnly(file, use))) {
        if (!isForgottenOnAWay(file, call)) continue;
        report({
          span: call.span,
          severity: "warning",
          message: `On some ways through ${call.function?.name ?? "the function"} nobody waits: the task succeeds while ${program ?? "the process"} still runs.`,
          hint: "Wait for it in a finally, or enter it with `with`.",
        });
        continue;
      }
      report({
        span: call.span,
        message: `Nobody waits for this process: the task succeeds while ${program ?? "it"} still runs, and its exit status is lost.`,
        hint: "Use subprocess.run(…, check=True, timeout=…), or wait for the process and raise when its returncode is not 0.",
        fixes: () => [runInstead(file, call)],
      });
    }
  },
});

/** The callable may return without passing any of the places where the process is dealt with. */
function isForgottenOnAWay(file: DagFile, call: RemoteCall): boolean {
  const { statement, names, uses, escapes } = file.results.resultOf(call.call);
  const [name] = names;
  const home = call.function;
  if (!home || escapes || statement?.kind !== "assign" || names.length !== 1 || name === undefined) return false;
  if (uses.some((use) => use.name !== name || file.results.functionOf(use.expr) !== home)) return false;
  const parameters = new Set(home.parameters.map((one) => one.name));
  return missesOn({
    home,
    from: statement,
    places: uses.filter((use) => !looksOnly(file, use)).map((use) => use.expr),
    deciding: (one) =>
      one === name || parameters.has(one) || /wait|block|sync|background|detach|follow|stream/i.test(one),
  });
}

/** Looks at the process without waiting for it: `p.pid`, `print(p)`, `p.poll()` by itself, `self.p.kill()` in on_kill. */
function looksOnly(file: DagFile, use: Use): boolean {
  if (use.kind === "shown" || file.results.functionOf(use.expr)?.name === "on_kill") return true;
  const [first] = use.path;
  if (first === "pid" || first === "args") return use.kind !== "attribute" || use.call === undefined;
  if (first === "poll" && use.kind === "method" && use.path.length === 1)
    return use.call !== undefined && isGlance(file.results.resultOf(use.call));
  return use.path.length === 0 && use.kind === "tested";
}

function isGlance({ discarded, uses, escapes }: Result): boolean {
  return discarded || (!escapes && uses.every((use) => use.kind === "shown"));
}

/** subprocess.Popen(x) → subprocess.run(x, check=True, timeout=3600) */
function runInstead(file: DagFile, call: RemoteCall): Fix | undefined {
  // run() answers something else than Popen(): whoever looks at it would break.
  if (file.results.resultOf(call.call).uses.length > 0) return undefined;
  const detachers = call.call.args.filter((one) => one.name === "start_new_session" || one.name === "preexec_fn");
  const limit = file.project.limits.subprocessTimeout;
  const callee = replaceCallee(file, call.call, { module: "subprocess", name: "run" });
  const args = editArguments(file, call.call, {
    add: [
      { name: "check", text: "True" },
      { name: "timeout", text: secondsText(limit.seconds) },
    ],
    remove: detachers,
  });
  const edits = callee && args && withImports(file, [...callee.edits, ...args], callee.needs);
  return (
    edits && {
      title: "Run it with subprocess.run(…, check=True, timeout=…)",
      edits,
      safety: "unsafe",
      why: `the task now waits for the process, fails with it, and stops it after ${shownSeconds(limit.seconds)}${limit.configured ? "" : " (Tether's proposal)"}`,
    }
  );
}
