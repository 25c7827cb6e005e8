import { describe, expect, it } from "vitest";
import { editArguments } from "../../server/src/edits/arguments.ts";
import { replaceCallee, replaceExpression, unwrapExpression, wrapExpression } from "../../server/src/edits/calls.ts";
import { withImports } from "../../server/src/edits/imports.ts";
import type { SourceFile } from "../../server/src/edits/layout.ts";
import type { Expr } from "../../server/src/syntax/python.ts";
import { grammarsLoaded } from "../grammars.ts";
import { applied, callOf, source } from "./edits-source.ts";

await grammarsLoaded();

const ssh = { module: "airflow.providers.ssh.operators.ssh", name: "SSHOperator" };
const line = "from airflow.providers.ssh.operators.ssh import SSHOperator";

function swapped(text: string, callee: string): string | undefined {
  const file = source(text);
  const rewrite = replaceCallee(file, callOf(file, callee), ssh);
  const edits = withImports(file, rewrite?.edits, rewrite?.needs ?? []);
  return edits && applied(file, edits);
}

describe("another callee", () => {
  it.each([
    [
      "from airflow.operators.bash import BashOperator\nBashOperator(a=1)\n",
      "BashOperator",
      `${line}\nSSHOperator(a=1)\n`,
    ],
    [
      "from airflow.operators import bash\nbash.BashOperator(a=1)\n",
      "bash.BashOperator",
      `${line}\nSSHOperator(a=1)\n`,
    ],
    [
      "from airflow.operators.bash import BashOperator as B\nB.partial(a=1).expand(b=[2])\n",
      "B.partial",
      `${line}\nSSHOperator.partial(a=1).expand(b=[2])\n`,
    ],
    [
      "from airflow.operators.bash import BashOperator\nimport airflow.providers.ssh.operators.ssh as s\nBashOperator()\n",
      "BashOperator",
      "import airflow.providers.ssh.operators.ssh as s\ns.SSHOperator()\n",
    ],
  ])("%j", (before, callee, after) => {
    expect(swapped(before, callee)).toBe(after);
  });

  it("goes together with other arguments and both imports", () => {
    const file = source(
      "from airflow.operators.bash import BashOperator\nBashOperator(task_id='t', bash_command='ssh h x')\n",
    );
    const call = callOf(file, "BashOperator");
    const callee = replaceCallee(file, call, ssh);
    const args = editArguments(file, call, {
      substitute: [{ argument: "bash_command", by: [{ name: "command", text: "'x'" }] }],
      add: [{ name: "execution_timeout", text: "timedelta(hours=1)" }],
    });
    const edits = withImports(file, callee && args && [...callee.edits, ...args], [
      ...(callee?.needs ?? []),
      { module: "datetime", name: "timedelta" },
    ]);
    expect(applied(file, edits)).toBe(
      `from datetime import timedelta\n\n${line}\nSSHOperator(task_id='t', command='x', execution_timeout=timedelta(hours=1))\n`,
    );
  });

  it("refuses a class of this file and what is no name", () => {
    expect(swapped("class B(BashOperator): ...\nB()\n", "B")).toBeUndefined();
    const file = source("ops['a']()\n");
    const [statement] = file.module.body;
    if (statement?.kind !== "expression" || statement.expr.kind !== "call") throw new Error("no call");
    expect(replaceCallee(file, statement.expr, ssh)).toBeUndefined();
  });
});

function firstArgument(file: SourceFile): { outer: Expr; inner: Expr } {
  const outer = callOf(file, "f");
  const inner = outer.args[0]?.value;
  if (!inner) throw new Error("no argument");
  return { outer, inner };
}

describe("expressions", () => {
  it("are wrapped", () => {
    const file = source("x = f(a)\n");
    expect(applied(file, wrapExpression(file, firstArgument(file).inner, "g(", ", 1)"))).toBe("x = f(g(a, 1))\n");
  });

  it.each([
    ["x = f(a)\n", "x = a\n"],
    ["x = f(a, 1)\n", "x = a\n"],
    ["x = f(\n    a\n)\n", "x = (a)\n"],
    ["x = f('a'\n  'b')\n", "x = ('a'\n  'b')\n"],
  ])("are unwrapped: %j", (before, after) => {
    const file = source(before);
    const { outer, inner } = firstArgument(file);
    expect(applied(file, unwrapExpression(file, outer, inner))).toBe(after);
  });

  it("keep their comments or stay", () => {
    const file = source("x = f(\n    a,  # why\n)\n");
    const { outer, inner } = firstArgument(file);
    expect(unwrapExpression(file, outer, inner)).toBeUndefined();
    expect(replaceExpression(file, outer, "1")).toBeUndefined();
    expect(applied(file, replaceExpression(file, inner, "1"))).toBe("x = f(\n    1,  # why\n)\n");
  });
});
