import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { isRunData } from "../airflow/dataFlow.ts";
import { renderedHoles } from "../airflow/userInput.ts";
import { wrapExpression } from "../edits/calls.ts";
import { localName, withImports } from "../edits/imports.ts";
import { type Hole, sourceSpan } from "../syntax/folded.ts";
import type { Expr } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { contains, slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET604",
  name: "shell-true-interpolated",
  group: "unsafe",
  severity: "warning",
  summary: "Data of the run becomes part of a text that a shell reads",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["user-input-in-shell", "os-system-used"],
  docs: {
    why: `With \`shell=True\` the text goes to \`/bin/sh -c\`, and the shell reads whatever was put into it: a file name with a blank is two arguments, one with \`;\` or \`$(…)\` is a command of its own. Another task's result, a row of a table, the name of a file or the answer of a service can hold such signs without anybody's ill will, and with it they run on the worker, with the worker's rights.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def publish():
    @task
    def names() -> list[str]:
        return ["a.csv"]

    @task
    def copy(name: str):
        subprocess.run(f"cp /in/{name} /out/", shell=True, check=True, timeout=60)

    copy.expand(name=names())


publish()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def publish():
    @task
    def names() -> list[str]:
        return ["a.csv"]

    @task
    def copy(name: str):
        subprocess.run(["cp", f"/in/{name}", "/out/"], check=True, timeout=60)

    copy.expand(name=names())


publish()
`,
    limits:
      "Only values that surely come from the run: results of other tasks, mapped arguments, rows, answers, file names. Constants, numbers, Variables, connections, and values that the function tests or quotes are left alone, as are those that cannot be followed.",
    links: ["https://docs.python.org/3/library/subprocess.html#security-considerations"],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (!call.live || !call.command || !("shell" in call.command)) continue;
      const script = call.command.shell;
      if (script.place !== "worker") continue;
      const holes = script.folded.holes.filter((one): one is DataHole => one.expr !== undefined);
      const data = holes.filter((one) => isRunData(file, call, one.expr));
      const [first] = data;
      // op_kwargs={"path": "{{ ti.xcom_pull('names') }}"}
      if (
        !first &&
        renderedHoles(call, script).some((one) => fromRun.test(script.folded.text.slice(one.start, one.end)))
      ) {
        report({ span: call.span, cause: call.call.span, message: message("a template's value"), hint });
        continue;
      }
      // def run(command): the whole text comes from elsewhere, nothing is put into it.
      if (!first || (first.end - first.start === script.folded.text.trim().length && holes.length === 1)) continue;
      report({
        span: contains(call.call.span, first.expr.span) ? sourceSpan(script.folded, first) : call.span,
        cause: call.call.span,
        message: message(shown(file, first.expr)),
        hint,
        fixes: () => [quoted(file, call, data, script.folded.text)],
      });
    }
  },
});

const hint = "Pass a list and leave out shell=True, or put each value through shlex.quote().";
const fromRun = /\bxcom_pull\b|\bconf\b|\bparams\b/;

function message(what: string): string {
  return `The shell reads ${what} as part of this command: a blank, a quote, \`;\` or \`$(…)\` in it changes what runs.`;
}

type DataHole = Hole & { readonly expr: Expr };

function shown(file: DagFile, expr: Expr): string {
  const text = slice(file.text, expr.span);
  return text.length > 30 || /\s/.test(text) ? "a value" : text;
}

/** f"cp /in/{name} /out/" → f"cp /in/{quote(name)} /out/" */
function quoted(file: DagFile, call: RemoteCall, data: readonly DataHole[], text: string): Fix | undefined {
  const quote = localName(file, { module: "shlex", name: "quote" });
  // Inside of quotes a quoted value would break them.
  if (quote === undefined || data.some((one) => inQuotes(text.slice(0, one.start)))) return undefined;
  const inside = (expr: Expr): boolean =>
    call.call.span.start <= expr.span.start && expr.span.end <= call.call.span.end;
  if (!data.every((one) => inside(one.expr))) return undefined;
  const edits = data.flatMap((one) => wrapExpression(file, one.expr, `${quote}(str(`, "))"));
  const all = withImports(file, edits, [{ module: "shlex", name: "quote" }]);
  return (
    all && {
      title: "Put it through shlex.quote()",
      edits: all,
      safety: "unsafe",
      why: "a value that holds several words, a pattern or an option list is one word then",
    }
  );
}

function inQuotes(before: string): boolean {
  let quote = "";
  for (const character of before.replace(/\\./g, "")) {
    if (quote === "") quote = character === "'" || character === '"' ? character : "";
    else if (character === quote) quote = "";
  }
  return quote !== "";
}
