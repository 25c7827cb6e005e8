import { describe, expect, it } from "vitest";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Expr, Stmt } from "../../server/src/syntax/python.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

function only(text: string): Stmt {
  const module = lowerModule(text);
  expect(module.errors).toEqual([]);
  const [statement] = module.body;
  if (!statement) throw new Error("no statement");
  return statement;
}

function expression(text: string): Expr {
  const statement = only(text);
  if (statement.kind !== "expression") throw new Error(statement.kind);
  return statement.expr;
}

describe("expressions", () => {
  it.each([
    ["a.b", "attribute"],
    ["f(x)", "call"],
    ["'a' 'b'", "string"],
    ["1_000", "number"],
    ["[1, *x]", "list"],
    ["1, 2", "tuple"],
    ["{**a, 'b': 1}", "dict"],
    ["a + b", "binary"],
    ["a and b", "binary"],
    ["not a", "unary"],
    ["a < b <= c", "compare"],
    ["a if b else c", "conditional"],
    ["lambda x, *y: x", "lambda"],
    ["a[1]", "subscript"],
    ["(a)", "parenthesized"],
    ["await f()", "await"],
    ["(a := 1)", "parenthesized"],
    ["[x for x in y if x]", "comprehension"],
    ["...", "constant"],
  ])("lowers %s", (text, kind) => {
    expect(expression(text).kind).toBe(kind);
  });

  it("keeps each argument form and the parentheses", () => {
    const text = "f(a, *b, c=1, **d)";
    const call = expression(text);
    if (call.kind !== "call") throw new Error(call.kind);
    expect(call.args.map((one) => one.form)).toEqual(["positional", "star", "keyword", "double-star"]);
    expect(text.slice(call.argumentsSpan.start, call.argumentsSpan.end)).toBe("(a, *b, c=1, **d)");
  });

  it.each([
    [String.raw`'a\n\x41\u00e9\q'`, "a\nAé\\q"],
    [String.raw`r'a\n'`, "a\\n"],
    ["'''x\\\ny'''", "xy"],
    ["'{{ ds }}'", "{{ ds }}"],
    ["f'{{ ds }}'", "{ ds }"],
  ])("decodes %s", (text, value) => {
    const string = expression(text);
    if (string.kind !== "string") throw new Error(string.kind);
    const parts = string.literals.flatMap((one) => one.parts);
    expect(parts.map((one) => (one.kind === "text" ? one.value : "?")).join("")).toBe(value);
  });

  it("keeps the expressions of an f-string", () => {
    const string = expression("f'ssh {host} {n:03d} {{{{ ds }}}}'");
    if (string.kind !== "string") throw new Error(string.kind);
    const holes = string.literals.flatMap((one) => one.parts).filter((one) => one.kind === "hole");
    expect(holes.map((one) => one.expr.kind)).toEqual(["name", "name"]);
    expect(holes.map((one) => one.formatted)).toEqual([false, true]);
  });
});

describe("statements", () => {
  it.each([
    ["x = y = 1", "assign"],
    ["x: int = 1", "assign"],
    ["x += 1", "augmented-assign"],
    ["import a.b as c", "import"],
    ["from . import a", "import-from"],
    ["for a in b:\n  pass\nelse:\n  pass", "for"],
    ["while a: pass", "while"],
    ["with a as b, c: pass", "with"],
    ["match a:\n  case [b]: pass", "match"],
    ["global a", "global"],
    ["raise X from e", "raise"],
    ["del a", "delete"],
  ])("lowers %s", (text, kind) => {
    expect(only(text).kind).toBe(kind);
  });

  it("lowers every branch of an if", () => {
    const statement = only("if a:\n  x\nelif b:\n  y\nelse:\n  z\n");
    if (statement.kind !== "if") throw new Error(statement.kind);
    expect(statement.branches.map((one) => [one.test?.kind, one.body.length])).toEqual([
      ["name", 1],
      ["name", 1],
      [undefined, 1],
    ]);
  });

  it("lowers handlers, else and finally", () => {
    const statement = only("try:\n  a\nexcept (E, F) as e:\n  b\nexcept:\n  c\nelse:\n  d\nfinally:\n  f\n");
    if (statement.kind !== "try") throw new Error(statement.kind);
    expect(statement.handlers.map((one) => [one.type?.kind, one.name, one.body.length])).toEqual([
      ["tuple", "e", 1],
      [undefined, undefined, 1],
    ]);
    expect([statement.otherwise.length, statement.finally.length]).toEqual([1, 1]);
  });

  it("reads a single with item in parentheses", () => {
    const statement = only("with (\n  open(a) as b\n):\n  pass\n");
    if (statement.kind !== "with") throw new Error(statement.kind);
    const [item] = statement.items;
    expect([statement.items.length, item?.value.kind, item?.target?.kind]).toEqual([1, "call", "name"]);
  });

  it("lowers with items in parentheses", () => {
    const statement = only("with (open(a) as b, lock):\n  pass\n");
    if (statement.kind !== "with") throw new Error(statement.kind);
    expect(statement.items.map((one) => [one.value.kind, one.target?.kind])).toEqual([
      ["call", "name"],
      ["name", undefined],
    ]);
  });

  it("keeps decorators, parameters and the async mark", () => {
    const statement = only("@task(retries=1)\n@other\nasync def f(a, b=1, *c, d: int = 2, **e):\n  return a\n");
    if (statement.kind !== "function") throw new Error(statement.kind);
    expect(statement.decorators.map((one) => one.expr.kind)).toEqual(["call", "name"]);
    expect(statement.parameters.map((one) => `${one.form}:${one.name}`)).toEqual([
      "plain:a",
      "plain:b",
      "star:c",
      "plain:d",
      "double-star:e",
    ]);
  });

  it("reads each form of import", () => {
    const statement = only("from a.b import (c, d as e)\n");
    if (statement.kind !== "import-from") throw new Error(statement.kind);
    expect([statement.module, statement.parenthesized]).toEqual(["a.b", true]);
    expect(statement.names.map((one) => [one.name, one.alias])).toEqual([
      ["c", undefined],
      ["d", "e"],
    ]);
  });
});

it("keeps the line break out of a comment", () => {
  expect(lowerModule("a = 1  # b\r\n# c\n").comments.map((one) => one.text)).toEqual(["# b", "# c"]);
});

describe("broken syntax", () => {
  it("names the broken place and keeps the statements around it", () => {
    const module = lowerModule("a = 1\nb = (\nc = 3\n\ndef f():\n    return 1\n");
    expect(module.errors.length).toBeGreaterThan(0);
    expect(module.body.length).toBeGreaterThan(0);
  });

  it("survives Python 2, binary rubbish and an empty file", () => {
    expect(lowerModule("print 'a'\nexec 'b'\n").body.length).toBe(2);
    expect(lowerModule("\u0000\u0001\uFFFD<>").errors.length).toBeGreaterThan(0);
    expect(lowerModule("").body).toEqual([]);
  });
});
