import { describe, expect, it } from "vitest";
import { bindNames } from "../../server/src/syntax/bind.ts";
import { evaluator } from "../../server/src/syntax/evaluator.ts";
import { editFolded, sourceSpan } from "../../server/src/syntax/folded.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import { qualifiedName } from "../../server/src/syntax/names.ts";
import { withJinja } from "../../server/src/syntax/pieces.ts";
import type { Expr } from "../../server/src/syntax/python.ts";
import type { Scope } from "../../server/src/syntax/scope.ts";
import { expressionsOf, walkExpr, walkStatements } from "../../server/src/syntax/traverse.ts";
import type { Value } from "../../server/src/syntax/value.ts";
import { applyEdits } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";

await grammarsLoaded();

/** The value of the argument of the last `see(…)` in the text, with the scope it stands in. */
function seen(text: string): { value: Value; variants: readonly Value[]; expr: Expr; scope: Scope } {
  const module = lowerModule(text);
  expect(module.errors).toEqual([]);
  const names = bindNames(module);
  const { evaluate, variants } = evaluator(names);
  let result: ReturnType<typeof seen> | undefined;
  const look = (body: typeof module.body, scope: Scope): void => {
    walkStatements(body, (statement) => {
      for (const one of expressionsOf(statement)) {
        walkExpr(one, (expr) => {
          const argument =
            expr.kind === "call" && expr.func.kind === "name" && expr.func.id === "see" ? expr.args[0] : undefined;
          if (argument)
            result = {
              value: evaluate(argument.value, scope),
              variants: variants(argument.value, scope),
              expr: argument.value,
              scope,
            };
          return true;
        });
      }
      if (statement.kind === "function" || statement.kind === "class") {
        look(statement.body, names.scopeOf(statement));
        return false;
      }
      return true;
    });
  };
  look(module.body, names.module);
  if (!result) throw new Error("no see()");
  return result;
}

const shown = (value: Value): string =>
  value.kind === "string" ? value.folded.text.replaceAll("\uFFFC", "?") : `<${value.kind}>`;

function text(source: string): string {
  return shown(seen(source).value);
}

/** The texts of all runs. */
function texts(source: string): string[] {
  return seen(source).variants.map(shown);
}

describe("folding strings", () => {
  it.each([
    ["see('a' \"b\" 'c')", "abc"],
    ["see('a' + 'b' + x)", "ab?"],
    ["see(f'a {x} {3}')", "a ? 3"],
    ["see(f'{{ ds }} {x!r}')", "{ ds } ?"],
    ["C = 'k'\nsee(f'a{C}')", "ak"],
    ["see('%s-%s %%' % ('a', x))", "a-? %"],
    ["see('%(a)s %(b)03d' % {'a': 'x', 'b': 2})", "x ?"],
    ["see('%s' % 'one')", "one"],
    ["see('{} {1} {n} {{x}}'.format('a', 'b', n='c'))", "a b c {x}"],
    ["from textwrap import dedent\nsee(dedent('''\n    a\n      b\n\n    c\n    '''))", "\na\n  b\n\nc\n"],
    ["import textwrap as t\nsee(t.dedent('''\\\n  a\n  b''').strip())", "a\nb"],
    ["see(' && '.join(['a', 'b', x]))", "a && b && ?"],
    ["import shlex\nsee(shlex.join(['ls', '-l']))", "ls -l"],
    ["see('a b'.replace('b', 'c'))", "a c"],
    ["C = {'cmd': 'x'}\nsee(C['cmd'])", "x"],
    ["L = ['x', 'y']\nsee(L[-1])", "y"],
    ["class S:\n  CMD = 'z'\nsee(S.CMD)", "z"],
    ["a = 'x'\na += 'y'\nsee(a)", "xy"],
    ["a = 'x'\nsee(a)\na = 'y'", "x"],
    ["a, b = 'x', 'y'\nsee(b)", "y"],
    ["def f():\n  a = 'x'\n  see(a)", "x"],
    ["A = 'x'\ndef f():\n  see(A)", "x"],
    ['see(f\'{C.get("k", "d")}\')', "?"],
    ["see('''x\\\ny''')", "xy"],
    ["a = 'x'\nif c:\n  see(a)", "x"],
    ["if c:\n  a = 'x'\n  see(a)", "x"],
  ])("%s", (source, expected) => {
    expect(text(source)).toBe(expected);
  });

  it.each([
    ["if c:\n  a = 'x'\nelse:\n  a = 'y'\nsee(a)"],
    ["a = 'x'\nif c:\n  a = 'y'\nsee(a)"],
    ["for i in r:\n  see(a)\n  a = 'x'\n"],
    ["a = 'x'\nfor i in r:\n  see(a)\n  a += 'x'\n"],
    ["def f(a='x'):\n  see(a)"],
    ["a = a\nsee(a)"],
    ["A = 'x'\nA = 'y'\ndef f():\n  see(A)"],
    ["A = 'x'\ndef g():\n  global A\n  A = 'y'\ndef f():\n  A = h()\n  see(A[0])"],
    ["from m import a\nsee(a())"],
    ["C = {'cmd': 'x', **more}\nsee(C['cmd'])"],
  ])("does not know %s", (source) => {
    expect(["<unknown>", "<call>"]).toContain(text(source));
  });
});

describe("names bound more than once", () => {
  it.each([
    ["a later round binds it again, after this one did", "for h in hosts:\n  c = 'a'\n  see(c)\n  c = 'b'\n", "a"],
    ["this round binds it in the same branch", "while go:\n  if x:\n    c = 'a'\n    see(c)\n  c = 'b'\n", "a"],
    ["only the round before may have bound it", "c = 'a'\nfor h in hosts:\n  see(c)\n  c = 'b'\n", "<unknown>"],
    [
      "an inner loop of the round before may have bound it",
      "c = 'a'\nfor h in hosts:\n  see(c)\n  for k in keys:\n    c = 'b'\n",
      "<unknown>",
    ],
    [
      "the inner loop goes on with its own",
      "for h in hosts:\n  c = 'a'\n  for k in keys:\n    c = 'b'\n    see(c)\n",
      "b",
    ],
    [
      "the inner loop may go on with its own",
      "for h in hosts:\n  c = 'a'\n  for k in keys:\n    see(c)\n    c = 'b'\n",
      "<unknown>",
    ],
    ["the other branch does not count", "c = 'a'\nif x:\n  c = 'b'\nelse:\n  see(c)\n", "a"],
    ["nor an inner one of it", "c = 'a'\nif x:\n  if y:\n    c = 'b'\nelif z:\n  see(c)\n", "a"],
    ["a try's body may count in its handler", "c = 'a'\ntry:\n  c = 'b'\nexcept E:\n  see(c)\n", "<unknown>"],
    ["one of the branches ran", "if x:\n  c = 'b'\nelse:\n  c = 'd'\nsee(c)\n", "<unknown>"],
    ["what all branches lead to is bound again", "if x:\n  c = 'b'\nc = 'd'\nsee(c)\n", "d"],
  ])("%s", (_, source, expected) => {
    expect(text(source)).toBe(expected);
  });

  it.each([
    ["if x:\n  c = 'b'\nelse:\n  c = 'd'\nsee(f'run {c}')\n", ["run b", "run d"]],
    ["c = 'a'\nif x:\n  c += ' b'\nsee(c)\n", ["a", "a b"]],
    // Names of the same branches go together.
    [
      "if x:\n  h, c = 'h1', 'a'\nelif y:\n  h, c = 'h2', 'b'\nelse:\n  h, c = 'h3', z\nsee(f'ssh {h} {c}')\n",
      ["ssh h1 a", "ssh h2 b", "ssh h3 ?"],
    ],
    ["see('run ' + ('-v' if x else '-q'))", ["run -v", "run -q"]],
    ["def f(c='a'):\n  if c is None:\n    c = 'b'\n  see(c)\n", ["<unknown>", "b"]],
    ["c = 'a'\nfor h in hosts:\n  c = c + ' b'\nsee(c)\n", ["a", "? b"]],
    ["match x:\n  case 1:\n    c = 'a'\n  case _:\n    c = 'b'\nsee(c)\n", ["a", "b"]],
  ])("takes each path of %j", (source, expected) => {
    expect(texts(source)).toEqual(expected);
  });
});

describe("the names of comprehensions", () => {
  it.each([
    ["one after the other", "[see(f'load {t}') for t in ['a', 'b']]", ["load a", "load b"]],
    ["parts of items", "[see(k + v) for k, v in {'a': '1', 'b': '2'}.items()]", ["a1", "b2"]],
    ["in one another", "[see(a + b) for a in ['x', 'y'] for b in ['1', '2']]", ["x1", "x2", "y1", "y2"]],
    ["the inner one of a name", "[[see(a) for a in ['1']] for a in ['x', 'y']]", ["1"]],
    ["what it goes through is outside of it", "a = ['x']\n[see(a) for a in a]", ["x"]],
    ["gone behind it", "t = 'own'\nall = [t for t in ['a', 'b']]\nsee(t)", ["own"]],
    ["not known", "[see(f'load {t}') for t in tables()]", ["load ?"]],
    [
      "through a function",
      "def make(t):\n    see('load ' + t)\n[make(t=one) for one in ['a', 'b']]",
      ["load a", "load b"],
    ],
  ])("%s", (_name, source, expected) => {
    expect(texts(source)).toEqual(expected);
  });
});

describe("other values", () => {
  it.each([
    ["from datetime import timedelta\nsee(timedelta(hours=1, minutes=5))", 3900],
    ["import datetime as dt\nsee(dt.timedelta(1, 2))", 86402],
    ["from datetime import timedelta as td\nsee(2 * td(minutes=1))", 120],
    ["import pendulum\nsee(pendulum.duration(hours=2))", 7200],
  ])("%s", (source, seconds) => {
    expect(seen(source).value).toMatchObject({ kind: "timedelta", seconds });
  });

  it("reads arithmetic, dicts and their changes", () => {
    expect(seen("see(4 * 60 ** 2)").value).toMatchObject({ kind: "number", value: 14400 });
    expect(seen("D = dict(a=1)\nsee({**D, 'b': 2})").value).toMatchObject({ kind: "dict", complete: true });
    expect(seen("D = dict(a=1)\nD[c] = 1\nsee(D)").value).toMatchObject({ kind: "dict", complete: false });
    expect(seen("D = dict(a=1)\nD['c'] = 1\nsee(D)").value).toMatchObject({
      kind: "dict",
      complete: true,
      entries: [{ key: "a" }, { key: "c", value: { kind: "unknown" } }],
    });
    expect(seen("D = dict(a=1)\nD.update(x)\nsee(D)").value).toMatchObject({ kind: "dict", complete: false });
    expect(seen("see(A | {'b': 2})").value).toMatchObject({ kind: "dict", complete: false });
  });

  it("names what a call makes, and its methods", () => {
    const made =
      "import m\ndef make(a):\n  if a:\n    hook = m.Hook(a)\n    return hook\n  return m.Hook()\nsee(make(1).get())";
    expect(seen(made).value).toMatchObject({ kind: "call", callee: "m.Hook.get" });
    expect(seen(made.replace("return m.Hook()", "return m.Other()")).value).toMatchObject({ kind: "unknown" });
    const source =
      "from airflow.providers.ssh.hooks.ssh import SSHHook\nhook = SSHHook('a')\nwith hook.get_conn() as c:\n  see(c.exec_command('x'))";
    expect(seen(source).value).toMatchObject({
      kind: "call",
      callee: "airflow.providers.ssh.hooks.ssh.SSHHook.get_conn.exec_command",
    });
  });
});

describe("qualified names", () => {
  it.each([
    ["import subprocess\nsee(subprocess.run)", "subprocess.run"],
    ["import subprocess as sp\nsee(sp.run)", "subprocess.run"],
    ["from subprocess import run as go\nsee(go)", "subprocess.run"],
    ["import airflow.operators.bash as b\nsee(b.BashOperator)", "airflow.operators.bash.BashOperator"],
    ["import airflow.operators.bash\nsee(airflow.operators.bash.BashOperator)", "airflow.operators.bash.BashOperator"],
    ["try:\n  from a import X\nexcept ImportError:\n  from b import X\nsee(X)", "a.X"],
    ["from a import X\nY = X\nsee(Y)", "a.X"],
    ["see(print)", "builtins.print"],
    ["def X(): pass\nsee(X)", undefined],
  ])("%s", (source, name) => {
    const { expr, scope } = seen(source);
    expect(qualifiedName(expr, scope)).toBe(name);
  });
});

describe("the way back to the source", () => {
  const folded = (source: string) => {
    const { value } = seen(source);
    if (value.kind !== "string") throw new Error(value.kind);
    return withJinja(value.folded);
  };
  const shown = (source: string, what: string): string => {
    const value = folded(source);
    const start = value.text.indexOf(what);
    const at = sourceSpan(value, { start, end: start + what.length });
    return source.slice(at.start, at.end);
  };

  it.each([
    ["see('a nohup x &')", "nohup x &", "nohup x &"],
    ["see('a' 'b')", "ab", "a' 'b"],
    [String.raw`see('a\nb')`, "\nb", String.raw`\nb`],
    ["from textwrap import dedent\nsee(dedent('''\n    a\n    b\n'''))", "a\nb", "a\n    b"],
    ["C = 'x &'\nsee(C)", "x &", "x &"],
    ["C = 'x '\nsee(C + 'y &')", "x y", "C + 'y"],
    ["see(f'ssh {h} x &')", "x &", "x &"],
    // The name that all of it came through says nothing of where in the constant it stands.
    ["H = 'h'\nC = f'{H} x &'\nsee(C)", "h x", "{H} x"],
    ["H = 'h'\nC = f'{H} x &'\nD = f'cd; {C}'\nsee(D)", "h x", "{H} x"],
    ["H = 'h'\nC = f'{H} x &'\nD = f'cd; {C}'\nsee(D)", "cd; h", "cd; {C}"],
    ["see('é𝄞 x')", "x", "x"],
  ])("%s shows %j", (source, what, expected) => {
    expect(shown(source, what)).toBe(expected);
  });

  it.each([
    ["see('a &')", " &", "", "see('a')"],
    [String.raw`see("a\tb &")`, "b &", 'c "d"', String.raw`see("a\tc \"d\"")`],
    ["see(f'{x} a &')", " &", " {b}", "see(f'{x} a {{b}}')"],
    ["see(r'a b')", "b", "c\\d", "see(r'a c\\d')"],
    ["see('''a\nb''')", "\n", " x\n", "see('''a x\nb''')"],
    // Beside other quotes, or the closing ones, a quote would end the literal.
    ['see("""a b""")', "b", '"c"', String.raw`see("""a "c\"""")`],
    ['see("""a "b" || true""")', " || true", "", String.raw`see("""a "b\"""")`],
    ['see("""a "b" c""")', "b", '"', String.raw`see("""a "\"" c""")`],
    ['see("""a b "c""")', "b", '""', 'see("""a "" "c""")'],
  ])("edits %s", (source, what, by, expected) => {
    const value = folded(source);
    const start = value.text.indexOf(what);
    const edit = editFolded(value, { start, end: start + what.length }, by);
    expect(edit && applyEdits(source, [edit])).toBe(expected);
  });

  it("refuses an edit that no single literal holds", () => {
    const value = folded("see('a' + x + 'b')");
    expect(editFolded(value, { start: 0, end: 3 }, "c")).toBeUndefined();
    const raw = folded("see(r'a')");
    expect(editFolded(raw, { start: 0, end: 1 }, "it's")).toBeUndefined();
    const long = folded('see(r"""a b""")');
    expect(editFolded(long, { start: 2, end: 3 }, '"b"')).toBeUndefined();
  });

  it("marks Jinja", () => {
    expect(folded("see('{{ ds }} {% if a %}x{% endif %}{# c #}')").holes.map((one) => one.kind)).toEqual([
      "jinja-expression",
      "jinja-statement",
      "jinja-statement",
      "jinja-comment",
    ]);
  });
});
