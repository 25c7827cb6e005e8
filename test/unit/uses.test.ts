import { describe, expect, it } from "vitest";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Call } from "../../server/src/syntax/python.ts";
import { expressionsOf, walkExpr, walkStatements } from "../../server/src/syntax/traverse.ts";
import { type Result, results } from "../../server/src/syntax/uses.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

/** The result of the first call of `run` in the text. */
function resultIn(text: string): Result {
  const module = lowerModule(text);
  expect(module.errors).toEqual([]);
  const calls: Call[] = [];
  walkStatements(module.body, (statement) => {
    for (const one of expressionsOf(statement)) {
      walkExpr(one, (expr) => {
        if (expr.kind === "call" && expr.func.kind === "name" && expr.func.id === "run") calls.push(expr);
        return true;
      });
    }
    return true;
  });
  const [call] = calls;
  if (!call) throw new Error("no call of run");
  return results(module).resultOf(call);
}

/** `discarded`, `entered`, `escapes` where they hold, then each use as `kind:path`, in reading order. */
function inShort(text: string): string[] {
  const { discarded, entered, escapes, uses } = resultIn(text);
  return [
    ...(discarded ? ["discarded"] : []),
    ...(entered ? ["entered"] : []),
    ...(escapes ? ["escapes"] : []),
    ...uses
      .toSorted((a, b) => a.span.start - b.span.start)
      .map((use) => (use.path.length > 0 ? `${use.kind}:${use.path.join(".")}` : use.kind)),
  ];
}

/** The lines of a function's body. */
function inside(...lines: string[]): string {
  return `def f(c):\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

describe("where the call stands", () => {
  it.each([
    ["run()", ["discarded"]],
    ["await run()", ["discarded"]],
    ["(run())", ["discarded"]],
    ["x = run()", []],
    ["return run()", ["escapes", "returned"]],
    ["yield run()", ["escapes", "returned"]],
    ["f(run())", ["escapes", "argument"]],
    ["print(run())", ["shown"]],
    ["bool(run())", ["tested"]],
    ["run().wait()", ["method:wait"]],
    ["run().a.b(1)", ["method:a.b"]],
    ["print(run().stdout)", ["shown:stdout"]],
    ["if run().returncode: pass", ["tested:returncode"]],
    ["if run() != 0: pass", ["compared"]],
    ["while run(): pass", ["tested"]],
    ["assert run() == 0", ["compared"]],
    ["for line in run().stdout: pass", ["attribute:stdout"]],
    ["for line in run(): pass", ["iterated"]],
    ["[run(x) for x in y]", ["escapes", "stored"]],
    ["[x for x in run()]", ["iterated"]],
    ["xs = [run(), 1]", ["escapes", "stored"]],
    ["self.p = run()", ["escapes", "stored"]],
    ["jobs['a'] = run()", ["escapes", "stored"]],
    ["rc += run()", ["escapes", "stored"]],
    ["x = run()[1]", []],
    ["run()[1].read()", ["method:[1].read"]],
    ["x = run() if c else None", []],
    ["lambda: run()", ["escapes", "returned"]],
    ["with run(): pass", ["entered"]],
    ["with run() as p: p.wait()", ["entered", "method:wait"]],
  ])("%s", (line, expected) => {
    expect(inShort(inside(line))).toEqual(expected);
  });
});

describe("names that carry it on", () => {
  it.each([
    ["another name", ["p = run()", "q = p", "q.wait()"], ["method:wait"]],
    ["a part under a name of its own", ["p = run()", "out = p.stdout", "out.read()"], ["method:stdout.read"]],
    ["an index under a name", ["out = run()[1]", "ch = out.channel", "ch.recv()"], ["method:[1].channel.recv"]],
    ["a status kept and tested", ["p = run()", "rc = p.returncode", "if rc: pass"], ["tested:returncode"]],
    ["a status kept and printed", ["p = run()", "rc = p.returncode", "print(rc)"], ["shown:returncode"]],
    ["unpacked at once", ["a, b, c = run()", "b.read()", "c.read()"], ["method:read", "method:read"]],
    ["unpacked in brackets", ["(a, b) = run()", "b.read()"], ["method:read"]],
    ["unpacked later", ["r = run()", "a, b = r", "b.read()"], ["method:read"]],
    ["two targets", ["p = q = run()", "q.wait()"], ["method:wait"]],
    ["the other branch", ["p = run() if c else None", "p.wait()"], ["method:wait"]],
    ["a walrus in a test", ["if (p := run()).returncode: print(p.stdout)"], ["tested:returncode", "shown:stdout"]],
    ["kept in the object", ["p = run()", "self.p = p"], ["escapes", "stored"]],
    ["kept in a list", ["p = run()", "jobs = []", "jobs.append(p)"], ["escapes", "argument"]],
    ["a name for its own self", ["p = run()", "p = p"], []],
  ])("%s", (_title, lines, expected) => {
    expect(inShort(inside(...lines))).toEqual(expected);
  });
});

describe("printing", () => {
  it.each([
    ["print(f'{p.returncode}')", ["shown:returncode"]],
    ["log.info('%s', p.returncode)", ["shown:returncode"]],
    ["log.info('%s' % p.returncode)", ["shown:returncode"]],
    ["log.info('%s %s' % (p.returncode, 1))", ["shown:returncode"]],
    ["self.log.error('a' + str(p.returncode))", ["shown:returncode"]],
    ["raise Error(f'{p.returncode}')", ["tested:returncode"]],
    ["x = f'{p.returncode}'", ["tested:returncode"]],
    ["sys.exit(p.returncode)", ["attribute:returncode"]],
    ["print(check(p.returncode))", ["attribute:returncode"]],
    ["print(p.returncode == 0)", ["compared:returncode"]],
    ["p", ["shown"]],
  ])("%s", (line, expected) => {
    expect(inShort(inside("p = run()", line))).toEqual(expected);
  });
});

describe("which reads see the value", () => {
  it.each([
    ["overwritten before", ["p = run()", "p = other()", "p.wait()"], []],
    ["overwritten behind", ["p = run()", "p.wait()", "p = other()", "p.poll()"], ["method:wait"]],
    ["the earlier of two", ["p = other()", "p.poll()", "p = run()", "p.wait()"], ["method:wait"]],
    ["used in what overwrites it", ["p = run()", "p = p.wait()"], ["method:wait"]],
    ["overwritten in one branch", ["p = run()", "if c:", "    p = other()", "p.wait()"], ["method:wait"]],
    ["overwritten in both", ["p = run()", "if c:", "    p = a()", "else:", "    p = b()", "p.wait()"], []],
    ["bound in a branch", ["if c:", "    p = run()", "else:", "    p = a()", "p.wait()"], ["method:wait"]],
    ["not the other branch", ["if c:", "    p = run()", "else:", "    p.wait()"], []],
    ["a branch that returns", ["if c:", "    p = run()", "    return", "p.wait()"], []],
    ["the next round", ["while c:", "    if p: p.wait()", "    p = run()"], ["tested", "method:wait"]],
    ["the next round of for", ["for x in c:", "    p.poll()", "    p = run(x)"], ["method:poll"]],
    ["behind the loop", ["for x in c:", "    p = run(x)", "p.wait()"], ["method:wait"]],
    ["behind a break", ["while True:", "    p = run()", "    if c: break", "    p = 1", "p.wait()"], ["method:wait"]],
    ["finally", ["p = run()", "try:", "    work()", "finally:", "    p.wait()"], ["method:wait"]],
    ["finally, from inside", ["try:", "    p = run()", "    return 1", "finally:", "    p.wait()"], ["method:wait"]],
    ["a handler", ["try:", "    p = run()", "    p = 2", "except E:", "    p.kill()"], ["method:kill"]],
    ["else of try", ["try:", "    p = run()", "except E:", "    return", "else:", "    p.wait()"], ["method:wait"]],
    ["behind with", ["with x:", "    p = run()", "p.wait()"], ["method:wait"]],
    ["with takes the name", ["p = run()", "with x as p:", "    p.wait()"], []],
    ["for takes the name", ["p = run()", "for p in x:", "    p.wait()"], []],
    ["a comprehension takes the name", ["p = run()", "[p.wait() for p in x]"], []],
    ["a comprehension reads it", ["p = run()", "[p.poll() for x in y]"], ["method:poll"]],
    ["a lambda", ["p = run()", "g(lambda: p.wait())"], ["method:wait"]],
    ["a lambda takes the name", ["p = run()", "g(lambda p: p.wait())"], []],
    ["a function inside", ["p = run()", "def g():", "    p.wait()", "g()"], ["method:wait"]],
    ["a function inside, above", ["def g():", "    p.wait()", "p = run()", "g()"], ["method:wait"]],
    ["a function with its own", ["p = run()", "def g(p):", "    p.wait()"], []],
    ["a function that binds it", ["p = run()", "def g():", "    p = 1", "    p.wait()"], []],
    ["global", ["global p", "p = run()"], ["escapes", "stored"]],
    ["del", ["p = run()", "del p"], []],
    ["match", ["p = run()", "match c:", "    case 1:", "        p.wait()"], ["method:wait"]],
  ])("%s", (_title, lines, expected) => {
    expect(inShort(inside(...lines))).toEqual(expected);
  });

  it("keeps the functions inside one function apart", () => {
    const text = "def dag():\n    def a():\n        p = run()\n    def b():\n        p.wait()\n";
    expect(inShort(text)).toEqual([]);
  });

  it("follows a module's name into its functions", () => {
    expect(inShort("p = run()\n\ndef f():\n    p.wait()\n")).toEqual(["method:wait"]);
  });

  it("gives the names of an unpacking in order", () => {
    expect(resultIn("def f():\n    _, out, self.err = run()\n").names).toEqual(["_", "out", undefined]);
  });
});
