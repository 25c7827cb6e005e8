import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { insertAfter } from "../edits/statements.ts";
import { keyword } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET110",
  name: "python-background-work",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A callable starts a thread, process or future and never asks what became of it",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `A task ends when its callable returns. A thread or process that nobody joins is then still at work: Airflow marks the task success, and the process that runs the task goes away and takes threads with it. An exception in the thread, or in a future whose \`result()\` nobody asks for, never reaches the task: it is printed at best.`,
    bad: `import threading

from airflow.decorators import dag, task


def copy(part):
    print(part)


@dag(schedule=None)
def export():
    @task
    def parts():
        for part in ("a", "b"):
            threading.Thread(target=copy, args=(part,)).start()

    parts()


export()
`,
    good: `from concurrent.futures import ThreadPoolExecutor

from airflow.decorators import dag, task


def copy(part):
    print(part)


@dag(schedule=None)
def export():
    @task
    def parts():
        with ThreadPoolExecutor() as pool:
            futures = [pool.submit(copy, part) for part in ("a", "b")]
        for future in futures:
            future.result()

    parts()


export()
`,
    limits:
      "Threads that only log, watch or keep something alive, by their names, are left alone. Threads and futures are followed through names, attributes, lists and functions of the file; one that goes to other code is left alone. Classes derived from Thread are not known.",
    links: [
      "https://docs.python.org/3/library/threading.html#threading.Thread.join",
      "https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future.result",
    ],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (!call.live || (call.kind !== "thread" && call.kind !== "future")) continue;
      const { discarded, escapes, entered, uses } = call.result;
      if (isAwaited(file, call) || (!discarded && (escapes || entered))) continue;
      if (call.kind === "thread") {
        if (!uses.some((use) => use.path[0] === "start") || !uses.every(startsOnly) || isHelper(file, call)) continue;
        const what = call.callee.endsWith(".Process") ? "process" : "thread";
        report({
          span: call.span,
          message: `Nobody joins this ${what}: the task succeeds while it still works, and what it raises never reaches the task.`,
          hint: "Join it before the callable returns, or use an executor and ask each future for its result().",
          fixes: () => [join(file, call)],
        });
      } else if (uses.every(looksOnly)) {
        const joined = poolWaits(file, call);
        report({
          span: call.span,
          ...(joined ? { severity: "info" as const } : {}),
          message: joined
            ? "Nobody asks this future for its result: what it raises is lost, and the task succeeds."
            : "Nobody waits for this work: the task succeeds while it still runs, and what it raises is lost.",
          hint: call.callee.startsWith("asyncio.")
            ? "Await it."
            : "Ask it for its result() before the callable returns.",
          fixes: () => [resultOf(file, call)],
        });
      }
    }
  },
});

function isAwaited(file: DagFile, call: RemoteCall): boolean {
  return file.results.isAwaited(call.call) || call.result.uses.some((use) => use.expr.kind === "await");
}

/** It reads a log or beats a heart for as long as the callable works, and has no result of its own. */
function isHelper(file: DagFile, { call, result }: RemoteCall): boolean {
  const target = keyword(call, "target") ?? call.args[1];
  const named = [target ? slice(file.text, target.value.span) : "", ...result.names.map((one) => one ?? "")];
  return named.some((one) => /log|monitor|heart|watch|read|stream|keep|progress|refresh|spinner|server/i.test(one));
}

function startsOnly(use: Use): boolean {
  return use.kind === "shown" || /^(start|daemon|setDaemon|name|setName|ident|pid|native_id)$/.test(use.path[0] ?? "");
}

function looksOnly(use: Use): boolean {
  return use.kind === "shown" || (use.path.length === 0 && use.kind === "tested");
}

/** `with ThreadPoolExecutor() as pool`, `pool.shutdown()`, `pool.join()`: the work is done when the callable returns. */
function poolWaits(file: DagFile, { call, scope }: RemoteCall): boolean {
  const pool = call.func.kind === "attribute" ? file.values.evaluate(call.func.value, scope) : undefined;
  if (pool?.kind !== "call") return false;
  const { entered, uses } = file.results.resultOf(pool.call);
  return entered || uses.some((use) => /^(shutdown|join)$/.test(use.path[0] ?? ""));
}

/** worker.start() → the same, and behind it: worker.join() */
function join(file: DagFile, call: RemoteCall): Fix | undefined {
  const { names, uses } = file.results.resultOf(call.call);
  const start = uses.find((use) => use.path[0] === "start" && use.call);
  const statement = start?.call && file.results.statementOf(start.call);
  if (names.length !== 1 || names[0] === undefined || start?.name !== names[0] || statement?.kind !== "expression")
    return undefined;
  return waiting(insertAfter(file, statement, [`${names[0]}.join()`]), "Join it behind its start");
}

/** pool.submit(f, x) → pool.submit(f, x).result() */
function resultOf(file: DagFile, call: RemoteCall): Fix | undefined {
  if (!file.results.resultOf(call.call).discarded || call.callee.startsWith("asyncio.")) return undefined;
  const { end } = call.call.span;
  const method = call.callee.endsWith("_async") ? "get" : "result";
  return waiting([{ span: { start: end, end }, text: `.${method}()` }], `Wait for it with .${method}()`);
}

function waiting(edits: readonly Edit[] | undefined, title: string): Fix | undefined {
  return (
    edits && {
      title,
      edits,
      safety: "unsafe",
      why: "the code now waits here, one after the other where it stands in a loop",
    }
  );
}
