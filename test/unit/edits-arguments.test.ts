import { describe, expect, it } from "vitest";
import {
  type ArgumentChanges,
  editArguments,
  insertItems,
  removeEntries,
  replaceItems,
  setDefaultArguments,
  setEntries,
} from "../../server/src/edits/arguments.ts";
import type { Dict, Sequence } from "../../server/src/syntax/python.ts";
import { everyExpression } from "../../server/src/syntax/traverse.ts";
import { grammarsLoaded } from "../grammars.ts";
import { applied, callOf, source } from "./edits-source.ts";

await grammarsLoaded();

function change(text: string, changes: ArgumentChanges): string {
  const file = source(text);
  return applied(file, editArguments(file, callOf(file, "f"), changes));
}

const z = { add: [{ name: "z", text: "9" }] };

describe("adding a keyword", () => {
  it.each([
    ["an empty call", "f()", "f(z=9)"],
    ["blanks in an empty call", "f(  )", "f(z=9)"],
    ["one line", "f(a=1)", "f(a=1, z=9)"],
    ["one line, trailing comma", "f(a=1,)", "f(a=1, z=9,)"],
    ["positional", "f(1, 2)", "f(1, 2, z=9)"],
    ["nested calls", "f(g(a=1), b=g(2))", "f(g(a=1), b=g(2), z=9)"],
    ["before **kwargs", "f(a=1, **kw)", "f(a=1, z=9, **kw)"],
    ["only **kwargs", "f(**kw)", "f(z=9, **kw)"],
    ["after *args", "f(a=1, *args)", "f(a=1, *args, z=9)"],
    ["a generator", "f(x for x in y)", "f((x for x in y), z=9)"],
    ["a parenthesised generator", "f((x for x in y))", "f((x for x in y), z=9)"],
    ["one per line, trailing comma", "f(\n    a=1,\n    b=2,\n)", "f(\n    a=1,\n    b=2,\n    z=9,\n)"],
    ["one per line, no trailing comma", "f(\n    a=1,\n    b=2\n)", "f(\n    a=1,\n    b=2,\n    z=9\n)"],
    ["commas that lead", "f(\n    a=1\n  , b=2  # x\n)", "f(\n    a=1\n  , b=2  # x\n  , z=9\n)"],
    ["commas that lead, **kwargs", "f(a=1\n  , b=2\n  , **kw)", "f(a=1\n  , b=2\n  , z=9\n  , **kw)"],
    ["tabs", "f(\n\ta=1,\n)", "f(\n\ta=1,\n\tz=9,\n)"],
    ["CRLF", "f(\r\n    a=1,\r\n)\r\n", "f(\r\n    a=1,\r\n    z=9,\r\n)\r\n"],
    ["a byte order mark", "\uFEFFf(\n    a=1,\n)", "\uFEFFf(\n    a=1,\n    z=9,\n)"],
    ["closing parenthesis on the last line", "f(a=1,\n  b=2)", "f(a=1,\n  b=2,\n  z=9)"],
    ["the same with a comma", "f(a=1,\n  b=2,)", "f(a=1,\n  b=2,\n  z=9,)"],
    ["all on one inner line", "f(\n    a=1, b=2\n)", "f(\n    a=1, b=2, z=9\n)"],
    ["a comment after the last argument", "f(\n    a=1,  # one\n)", "f(\n    a=1,  # one\n    z=9,\n)"],
    ["a comment and no comma", "f(\n    a=1  # one, two\n)", "f(\n    a=1,  # one, two\n    z=9\n)"],
    ["a comment of its own", "f(\n    a=1,\n    # b=2,\n)", "f(\n    a=1,\n    z=9,\n    # b=2,\n)"],
    ["a comment in an empty call", "f(\n    # none\n)", "f(\n    z=9,\n    # none\n)"],
    ["a comment on the opening line", "f(  # none\n)", "f(  # none\n    z=9,\n)"],
    [
      "**kwargs on its line",
      "f(\n    a=1,\n    # rest\n    **kw,\n)",
      "f(\n    a=1,\n    z=9,\n    # rest\n    **kw,\n)",
    ],
    ["only **kwargs on its line", "f(\n    # rest\n    **kw\n)", "f(\n    z=9,\n    # rest\n    **kw\n)"],
    [
      "a triple-quoted last argument",
      'f(a=1, b="""\n  ssh host, x # not a comment\n""")',
      'f(a=1, b="""\n  ssh host, x # not a comment\n""", z=9)',
    ],
    [
      "a triple-quoted argument on its own line",
      'f(\n    b="""\nssh\n""",\n)',
      'f(\n    b="""\nssh\n""",\n    z=9,\n)',
    ],
    ["a comma that leads", "f(a=1\n  , b=2)", "f(a=1\n  , b=2\n  , z=9)"],
    ["a backslash", "f(a=1, \\\n  b=2)", "f(a=1, \\\n  b=2,\n  z=9)"],
    ["a block", "with d:\n  f(\n  )", "with d:\n  f(\n    z=9,\n  )"],
  ])("%s", (_, before, after) => {
    expect(change(before, z)).toBe(after);
  });

  it("adds several as one insertion", () => {
    const two = { add: [...z.add, { name: "y", text: "8" }] };
    expect(change("f(a=1)", two)).toBe("f(a=1, z=9, y=8)");
    expect(change("f(\n    a=1\n)", two)).toBe("f(\n    a=1,\n    z=9,\n    y=8\n)");
  });

  it("refuses a keyword that is there, and a call that could not be read", () => {
    const file = source("f(z=1)");
    expect(editArguments(file, callOf(file, "f"), z)).toBeUndefined();
    const broken = source("f(a=1, b=)\n");
    expect(editArguments(broken, callOf(broken, "f"), z)).toBeUndefined();
  });
});

describe("removing", () => {
  it.each([
    ["the only one", "f(b=2)", ["b"], "f()"],
    ["the only one, comma", "f(b=2,)", ["b"], "f()"],
    ["the only one on its line", "f(\n    b=2,\n)", ["b"], "f()"],
    ["the first", "f(b=2, c=3)", ["b"], "f(c=3)"],
    ["the middle", "f(a=1, b=2, c=3)", ["b"], "f(a=1, c=3)"],
    ["the last", "f(a=1, b=2)", ["b"], "f(a=1)"],
    ["the last with a comma", "f(a=1, b=2,)", ["b"], "f(a=1,)"],
    ["the first two", "f(a=1, b=2, c=3)", ["a", "b"], "f(c=3)"],
    ["the last two", "f(a=1, b=2, c=3)", ["b", "c"], "f(a=1)"],
    ["first and last", "f(a=1, b=2, c=3)", ["a", "c"], "f(b=2)"],
    ["all", "f(a=1, b=2)", ["a", "b"], "f()"],
    ["before **kw", "f(b=2, **kw)", ["b"], "f(**kw)"],
    ["a line", "f(\n    a=1,\n    b=2,\n    c=3,\n)", ["b"], "f(\n    a=1,\n    c=3,\n)"],
    ["the last line", "f(\n    a=1,\n    b=2\n)", ["b"], "f(\n    a=1\n)"],
    ["the last line with a comma", "f(\n    a=1,\n    b=2,\n)", ["b"], "f(\n    a=1,\n)"],
    ["two last lines", "f(\n    a=1,\n    b=2,\n    c=3\n)", ["c", "b"], "f(\n    a=1\n)"],
    ["a line with a comment", "f(\n    b=2,  # why\n    c=3,\n)", ["b"], "f(\n    # why\n    c=3,\n)"],
    ["a comment above", "f(\n    # why\n    b=2,\n    c=3,\n)", ["b"], "f(\n    # why\n    c=3,\n)"],
    ["the last with comments", "f(\n    a=1,  # x\n    b=2  # y\n)", ["b"], "f(\n    a=1  # x\n    # y\n)"],
    ["on the opening line", "f(b=2,\n  c=3)", ["b"], "f(\n  c=3)"],
    ["on the closing line", "f(a=1,\n  b=2)", ["b"], "f(a=1)"],
    ["first of a line", "f(\n    b=2, c=3,\n)", ["b"], "f(\n    c=3,\n)"],
    ["CRLF", "f(\r\n    a=1,\r\n    b=2,\r\n)", ["a"], "f(\r\n    b=2,\r\n)"],
    ["a comma that leads", "f(a=1\n  , b=2\n  , c=3)", ["b"], "f(a=1\n  , c=3)"],
    ["the first of those", "f(\n    a=1\n  , b=2\n)", ["a"], "f(\n    b=2\n)"],
    ["the last of those", "f(\n    a=1\n  , b=2\n  , c=(\n    3)\n)", ["c"], "f(\n    a=1\n  , b=2\n)"],
    ["two of those", "f(\n    a=1\n  , b=2\n  , c=3\n)", ["b", "c"], "f(\n    a=1\n)"],
    ["one with a comment before", "f(\n    a=1  # x\n  , b=2\n)", ["b"], "f(\n    a=1  # x\n)"],
    ["blanks before the comma", "f(a=1  , b=2\n  # x\n)", ["b"], "f(a=1\n  # x\n)"],
  ])("%s", (_, before, remove, after) => {
    expect(change(before, { remove })).toBe(after);
  });
});

describe("several changes at once", () => {
  it("swaps the last argument for others in its place", () => {
    const changes = { remove: ["b"], add: z.add };
    expect(change("f(a=1, b=2)", changes)).toBe("f(a=1, z=9)");
    expect(change("f(\n    a=1,\n    b=2,  # why\n)", changes)).toBe("f(\n    a=1,\n    z=9,  # why\n)");
  });

  it("swaps the only argument before **kw", () => {
    expect(change("f(b=2, **kw)", { remove: ["b"], add: z.add })).toBe("f(z=9, **kw)");
  });

  it("replaces, renames, removes, substitutes and adds", () => {
    const text = 'f(\n    task_id="t",\n    bash_command="ssh h x",  # run\n    env={},\n    cwd="/",\n)';
    const changes: ArgumentChanges = {
      substitute: [
        {
          argument: "bash_command",
          by: [
            { name: "ssh_conn_id", text: '"h"' },
            { name: "command", text: '"x"' },
          ],
        },
      ],
      remove: ["cwd"],
      rename: [{ from: "env", to: "environment" }],
      replace: [{ argument: "env", text: "{'a': 'b'}" }],
      add: [{ name: "get_pty", text: "True" }],
    };
    expect(change(text, changes)).toBe(
      'f(\n    task_id="t",\n    ssh_conn_id="h",\n    command="x",  # run\n    environment={\'a\': \'b\'},\n    get_pty=True,\n)',
    );
    expect(change('f(task_id="t", bash_command="x", env={}, cwd="/")', changes)).toBe(
      'f(task_id="t", ssh_conn_id="h", command="x", environment={\'a\': \'b\'}, get_pty=True)',
    );
  });

  it("sets what is there and adds what is not, once", () => {
    const set = [
      { name: "a", text: "2" },
      { name: "b", text: "3" },
    ];
    expect(change("f(a=1)", { set })).toBe("f(a=2, b=3)");
    const file = source("f(a=2, b=3)");
    expect(editArguments(file, callOf(file, "f"), { set })).toEqual([]);
  });

  it("takes a positional argument", () => {
    const file = source("f(x, y)");
    const call = callOf(file, "f");
    const [first] = call.args;
    if (!first) throw new Error("no argument");
    expect(applied(file, editArguments(file, call, { replace: [{ argument: first, text: "[x]" }] }))).toBe("f([x], y)");
    expect(applied(file, editArguments(file, call, { remove: [first] }))).toBe("f(y)");
  });

  it.each([
    [{ remove: ["q"] }],
    [{ rename: [{ from: "a", to: "b" }] }],
    [{ remove: ["a"], replace: [{ argument: "a", text: "3" }] }],
    [{ replace: [{ argument: "q", text: "3" }] }],
    [
      {
        add: [
          { name: "q", text: "1" },
          { name: "q", text: "1" },
        ],
      },
    ],
  ] satisfies [ArgumentChanges][])("refuses %j", (changes) => {
    const file = source("f(a=1, b=2)");
    expect(editArguments(file, callOf(file, "f"), changes)).toBeUndefined();
  });
});

function literal(text: string): { file: ReturnType<typeof source>; dict: Dict[]; list: Sequence[] } {
  const file = source(text);
  const dict: Dict[] = [];
  const list: Sequence[] = [];
  everyExpression(file.module.body, (expr) => {
    if (expr.kind === "dict") dict.push(expr);
    if (expr.kind === "list" || expr.kind === "tuple") list.push(expr);
  });
  return { file, dict, list };
}

describe("literals", () => {
  it.each([
    ["{}", '{"r": 2}'],
    ["{'a': 1}", "{'a': 1, 'r': 2}"],
    ["{**base}", '{**base, "r": 2}'],
    ["{\n    'a': 1,\n    # 'r': 1,\n}", "{\n    'a': 1,\n    'r': 2,\n    # 'r': 1,\n}"],
    ["{'r': 1}", "{'r': 2}"],
    ["{**base, 'r': 1}", "{**base, 'r': 2}"],
  ])("sets an entry of %j", (before, after) => {
    const { file, dict } = literal(before);
    const [first] = dict;
    if (!first) throw new Error("no dict");
    expect(applied(file, setEntries(file, first, [{ name: "r", text: "2" }]))).toBe(after);
  });

  it("does not set an entry that a mapping may override", () => {
    const { file, dict } = literal("{'r': 1, **base}");
    const [first] = dict;
    if (!first) throw new Error("no dict");
    expect(setEntries(file, first, [{ name: "r", text: "2" }])).toBeUndefined();
    expect(applied(file, removeEntries(file, first, ["r"]))).toBe("{**base}");
    expect(removeEntries(file, first, ["q"])).toBeUndefined();
  });

  it("inserts and replaces items of an argument vector", () => {
    const { file, list } = literal('["ssh", host, "x"]');
    const [first] = list;
    if (!first) throw new Error("no list");
    expect(applied(file, insertItems(file, first, 1, ['"-o"', '"BatchMode=yes"']))).toBe(
      '["ssh", "-o", "BatchMode=yes", host, "x"]',
    );
    expect(applied(file, insertItems(file, first, 0, ['"timeout"']))).toBe('["timeout", "ssh", host, "x"]');
    expect(applied(file, replaceItems(file, first, new Map([[0, []]])))).toBe('[host, "x"]');
  });

  it("does not touch a tuple without parentheses", () => {
    const { file, list } = literal("x = a, b");
    const [first] = list;
    if (!first) throw new Error("no tuple");
    expect(insertItems(file, first, 1, ["c"])).toBeUndefined();
  });
});

describe("default_args", () => {
  it.each([
    ["f(a=1)", 'f(a=1, default_args={"r": 2})'],
    ["f(default_args={})", 'f(default_args={"r": 2})'],
    ["f(default_args=dict(q=1))", "f(default_args=dict(q=1, r=2))"],
    ["base = {'q': 1}\nf(default_args=base)", "base = {'q': 1, 'r': 2}\nf(default_args=base)"],
  ])("gives %j a default", (before, after) => {
    const file = source(before);
    expect(applied(file, setDefaultArguments(file, callOf(file, "f"), [{ name: "r", text: "2" }]))).toBe(after);
  });

  it.each(["f(**kw)", "f(default_args=make())", "a = {}\na = {'b': 1}\nf(default_args=a)", "f(default_args=a)"])(
    "refuses %j",
    (text) => {
      const file = source(text);
      expect(setDefaultArguments(file, callOf(file, "f"), [{ name: "r", text: "2" }])).toBeUndefined();
    },
  );
});
