import { describe, expect, it } from "vitest";
import { build } from "../../server/src/airflow/build.ts";
import { unknownProject } from "../../server/src/airflow/target.ts";
import { findClass } from "../../server/src/catalog/index.ts";
import { localName } from "../../server/src/edits/imports.ts";
import { neededClass } from "../../server/src/edits/neededClass.ts";
import { insertAfter, insertBefore, replaceStatement } from "../../server/src/edits/statements.ts";
import type { Stmt } from "../../server/src/syntax/python.ts";
import { walkStatements } from "../../server/src/syntax/traverse.ts";
import { grammarsLoaded } from "../grammars.ts";
import { applied, source } from "./edits-source.ts";

await grammarsLoaded();

function call(file: ReturnType<typeof source>): Stmt {
  let found: Stmt | undefined;
  walkStatements(file.module.body, (statement) => {
    if (statement.kind === "expression" || statement.kind === "assign") found ??= statement;
    return true;
  });
  if (!found) throw new Error("no statement");
  return found;
}

const lines = ["if code:", "\traise E(code)"];

describe("new statements", () => {
  it.each([
    ["f()\n", "f()\nif code:\n    raise E(code)\n"],
    ["f()", "f()\nif code:\n    raise E(code)"],
    ["def g():\n  f()  # run\n  h()\n", "def g():\n  f()  # run\n  if code:\n    raise E(code)\n  h()\n"],
    ["def g():\r\n\tx = f(\r\n\t)\r\n", "def g():\r\n\tx = f(\r\n\t)\r\n\tif code:\r\n\t\traise E(code)\r\n"],
  ])("behind one in %j", (before, after) => {
    const file = source(before);
    expect(applied(file, insertAfter(file, call(file), lines))).toBe(after);
  });

  it("behind a block that ends in a comment", () => {
    const file = source("for x in y:\r\n\tf()  # run\r\nh()\r\n");
    const [block] = file.module.body;
    expect(block && applied(file, insertAfter(file, block, ["g()"]))).toBe(
      "for x in y:\r\n\tf()  # run\r\ng()\r\nh()\r\n",
    );
  });

  it.each([
    ["def g():\n  f()  # run\n  h()\n", "def g():\n  if code:\n    raise E(code)  # run\n  h()\n"],
    ["def g():\r\n\tf(\r\n\t)\r\n", "def g():\r\n\tif code:\r\n\t\traise E(code)\r\n"],
  ])("in the place of one in %j", (before, after) => {
    const file = source(before);
    expect(applied(file, replaceStatement(file, call(file), lines))).toBe(after);
  });

  it.each(["f(); h()\n", "if x: f()\n", "f(\n  # why\n)\n"])("not in the place of one in %j", (text) => {
    const file = source(text);
    expect(replaceStatement(file, call(file), lines)).toBeUndefined();
  });

  it("above one, below its comment", () => {
    const file = source("\uFEFF# why\nf()\n");
    expect(applied(file, insertBefore(file, call(file), lines))).toBe(
      "\uFEFF# why\nif code:\n    raise E(code)\nf()\n",
    );
  });

  it.each(["f(); g()\n", "if x: f()\n"])("not where lines are shared: %j", (text) => {
    const file = source(text);
    const statement = call(file);
    expect(insertAfter(file, statement, lines) && insertBefore(file, statement, lines)).toBeUndefined();
  });
});

describe("a class of a provider", () => {
  const ssh = findClass("airflow.providers.ssh.operators.ssh.SSHOperator");

  it.each([
    ["from airflow.contrib.operators.ssh_operator import SSHOperator as Old\n", "Old"],
    ["from airflow.providers.ssh.operators import ssh\n", "ssh.SSHOperator"],
    ["import airflow.providers.ssh.operators.ssh as s\n", "s.SSHOperator"],
    ["from airflow import DAG\n", "SSHOperator"],
  ])("in %j", (text, local) => {
    const file = build({ path: "dags/x.py", text }, unknownProject);
    const needed = ssh && neededClass(file, ssh);
    expect(needed && localName(file, needed)).toBe(local);
  });
});
