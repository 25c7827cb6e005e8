import { describe, expect, it } from "vitest";
import { journeyOf } from "../../server/src/syntax/journey.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Call } from "../../server/src/syntax/python.ts";
import { everyExpression } from "../../server/src/syntax/traverse.ts";
import { results } from "../../server/src/syntax/uses.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

/** What becomes of the first call of `run`: `escapes` where it does, then each use as `kind:path`, in reading order. */
function inShort(text: string, isOwn = true): string[] {
  const module = lowerModule(text);
  expect(module.errors).toEqual([]);
  const calls: Call[] = [];
  everyExpression(module.body, (expr) => {
    if (expr.kind === "call" && expr.func.kind === "name" && expr.func.id === "run") calls.push(expr);
  });
  const [call] = calls;
  if (!call) throw new Error("no call of run");
  const { escapes, uses } = journeyOf({ module, results: results(module), isOwn: () => isOwn }, call);
  return [
    ...(escapes ? ["escapes"] : []),
    ...uses
      .toSorted((a, b) => a.span.start - b.span.start)
      .map((use) => (use.path.length > 0 ? `${use.kind}:${use.path.join(".")}` : use.kind)),
  ];
}

describe("a journey", () => {
  it.each([
    [
      "a list that is gone through",
      "def f():\n  a = []\n  a.append(run())\n  for p in a:\n    p.wait()\n",
      ["method:wait"],
    ],
    ["a list that is made at once", "def f():\n  a = [run(), 1]\n  a[0].wait()\n", ["method:wait"]],
    ["a comprehension", "def f():\n  a = [run() for x in y]\n  return [p.poll() for p in a]\n", ["method:poll"]],
    ["a dict", "def f():\n  a = {}\n  a['x'] = run()\n  for k, p in a.items():\n    p.wait()\n", ["method:wait"]],
    ["pairs", "def f():\n  a = []\n  a.append((1, run()))\n  for k, p in a:\n    p.wait()\n", ["method:wait"]],
    ["what is taken out", "def f():\n  a = [run()]\n  while a:\n    a.pop().wait()\n", ["method:wait"]],
    ["a sum", "def f():\n  a = [run()]\n  for p in a + b:\n    p.wait()\n", ["method:wait"]],
    [
      "an attribute",
      "class C:\n  def f(self):\n    self.p = run()\n  def g(self):\n    self.p.wait()\n",
      ["method:wait"],
    ],
    [
      "a list that the object keeps",
      "class C:\n  def f(self):\n    self.a.append(run())\n  def g(self):\n    for p in self.a: p.wait()\n",
      ["method:wait"],
    ],
    ["a helper", "def g(p, n=1):\n  p.wait()\ndef f():\n  g(run())\n", ["method:wait"]],
    ["a helper by keyword", "def g(n, p):\n  p.wait()\ndef f():\n  g(1, p=run())\n", ["method:wait"]],
    ["a caller", "def f():\n  return run()\ndef g():\n  f().wait()\n", ["method:wait"]],
    ["a lambda", "def f():\n  a = [run()]\n  list(map(lambda p: p.wait(), a))\n", ["method:wait"]],
    ["a global list", "a = []\ndef f():\n  a.append(run())\ndef g():\n  for p in a:\n    p.wait()\n", ["method:wait"]],
    ["a list that is only counted", "def f():\n  a = [run()]\n  print(len(a))\n", []],
  ])("follows %s", (_, text, expected) => {
    expect(inShort(text)).toEqual(expected);
  });

  it.each([
    ["code of another module", "def f():\n  a = [run()]\n  wait(a)\n"],
    ["a list of the caller", "def f(a):\n  a.append(run())\n"],
    ["a generator", "def f():\n  yield run()\n"],
    ["a function that is handed on", "def f():\n  return run()\npool.map(f, x)\n"],
    ["a decorated function", "@task\ndef f():\n  return run()\nf()\n"],
    ["an attribute of something else", "def f(c):\n  c.p = run()\n"],
    ["a method that it does not know", "def f():\n  a = [run()]\n  a.frob()\n"],
  ])("ends at %s", (_, text) => {
    expect(inShort(text)).toContain("escapes");
  });

  it("does not leave a file whose functions others call", () => {
    expect(inShort("def f():\n  return run()\ndef g():\n  f().wait()\n", false)).toContain("escapes");
  });
});
