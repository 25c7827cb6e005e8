import { describe, expect, test } from "vitest";
import type { ImportedFile, ImportedTask } from "./environment.ts";
import { complaints } from "./outcomes.ts";

describe("what counts as spoilt", () => {
  const file: ImportedFile = { path: "a.py", error: null, deprecations: [], dags: [] };
  const failed = (line: number, why: string) => `Traceback:\n  File "/dags/a.py", line ${line}, in <module>\n${why}`;
  const task = { task_id: "load", class: "x.Y", mapped: false, upstream: [], downstream: [], arguments: {}, given: {} };
  const dag = { dag_id: "d", dagrun_timeout: null, tasks: [task] };
  const judge = (before: [string, Partial<ImportedFile>], after: [string, Partial<ImportedFile>], rule?: string) =>
    complaints(
      { text: before[0], file: { ...file, ...before[1] } },
      { text: after[0], file: { ...file, ...after[1] } },
      rule,
    );
  /** A DAG of `a>b b>c`. */
  const ordered = (edges: string, ids = "a b c") => {
    const pairs = edges.split(" ").map((one) => one.split(">"));
    const tasks = ids.split(" ").map((task_id) => ({
      ...task,
      task_id,
      upstream: pairs.flatMap(([from = "", to]) => (to === task_id ? [from] : [])),
      downstream: pairs.flatMap(([from, to = ""]) => (from === task_id ? [to] : [])),
    }));
    return { dags: [{ ...dag, tasks }] };
  };
  const order = (before: string, after: string, ids: string, rule?: string) =>
    judge(["a()", ordered(before)], ["b()", ordered(after, ids)], rule);
  const given = (arguments_: ImportedTask["given"], rest: Partial<ImportedTask> = {}) => ({
    dags: [{ ...dag, tasks: [{ ...task, ...rest, given: arguments_ }] }],
  });

  test("an error that was not there before", () => {
    const error = failed(1, "ImportError: new");
    expect(judge(["a()", {}], ["b()", { error }])).toEqual([`does not import any more:\n${error}`]);
    expect(judge(["a()", { error: failed(1, "ImportError: old") }], ["b()", { error }]).length).toBe(1);
  });

  test("not the error that was there, and not the next one of the original", () => {
    const old = failed(1, "ImportError: old");
    expect(judge(["a()\nb()", { error: old }], ["a()\nc()", { error: old }])).toEqual([]);
    expect(judge(["a()\nb()", { error: old }], ["c()\nb()", { error: failed(2, "ImportError: next") }])).toEqual([]);
  });

  test("a task or a DAG that is gone", () => {
    const empty = { ...dag, tasks: [] };
    expect(judge(["a()", { dags: [dag] }], ["b()", { dags: [dag] }])).toEqual([]);
    expect(judge(["a()", { dags: [dag] }], ["b()", { dags: [empty] }])).toEqual(["has no task load any more"]);
    expect(judge(["a()", { dags: [dag] }], ["b()", {}])).toEqual(["has no DAG d any more"]);
  });

  test("a deprecation that the fix brought in, not one that it found", () => {
    const warned = (line: number) => ({ deprecations: [{ line, category: "DeprecationWarning", message: "old" }] });
    expect(judge(["a()", {}], ["b()", warned(1)])).toEqual(["has a new DeprecationWarning at `b()`: old"]);
    expect(judge(["a()", warned(1)], ["a(timeout=1)", warned(1)])).toEqual([]);
    expect(judge(["x()\na()", {}], ["y()\na()", warned(2)])).toEqual([]);
  });

  test("a DAG that was not there", () => {
    const more = [dag, { ...dag, dag_id: "e" }];
    expect(judge(["a()", { dags: [dag] }], ["b()", { dags: more }])).toEqual(["has a new DAG e"]);
    expect(judge(["a()", { error: "x", dags: [dag] }], ["b()", { dags: more }])).toEqual([]);
  });

  test("an edge that is gone, not one that leads through new tasks", () => {
    expect(order("a>b b>c", "a>b", "a b c")).toEqual(["c does not run after b any more"]);
    expect(order("a>b b>c", "a>b b>w w>c", "a b c w")).toEqual([]);
    expect(order("a>b b>c", "a>b b>v v>w w>c", "a b c v w")).toEqual([]);
    // Through an old task is another order.
    expect(order("a>b a>c", "a>b b>c", "a b c")).toEqual(["c does not run after a any more", "c now runs after b"]);
  });

  test("an edge between old tasks that was not there, unless the rule is for their order", () => {
    expect(order("a>b", "a>b b>c", "a b c")).toEqual(["c now runs after b"]);
    expect(order("a>b", "a>b b>w w>c", "a b c w")).toEqual(["c now runs after b"]);
    expect(order("a>b", "a>b b>c", "a b c", "sensor-not-ordered-after-submit")).toEqual([]);
  });

  test("a new task that stands in nobody's way", () => {
    expect(order("a>b b>c", "a>b b>c", "a b c w")).toEqual(["the new task w runs after no other"]);
    expect(order("a>b b>c", "a>b b>c b>w", "a b c w")).toEqual(["c does not wait for w, which runs after b"]);
    expect(order("a>b a>c", "a>b a>w w>c", "a b c w")).toEqual(["b does not wait for w, which runs after a"]);
    // An argument carries data past it.
    expect(order("a>b", "a>b a>w w>b", "a b c w")).toEqual([]);
    expect(order("a>b", "a>b b>w", "a b c w")).toEqual([]);
  });

  test("an argument that no changed line speaks of", () => {
    const before: [string, Partial<ImportedFile>] = ["a(retries=2)", given({ retries: 2 })];
    expect(judge(before, ["a(retries=0)", given({ retries: 0 })])).toEqual([]);
    expect(judge(before, ["a(retries=2, x=1)", given({ retries: 2, x: 1 })])).toEqual([]);
    expect(judge(["a(**c)", given({ retries: 2 })], ["b(**c)", given({ retries: 0 })])).toEqual([
      "load has another retries: 2 became 0",
    ]);
    expect(judge(["a(**c)", given({ retries: 2 })], ["b()", given({})])).toEqual([
      "load has another retries: 2 became not given",
    ]);
    // Another class knows other arguments.
    expect(judge(["a(**c)", given({ retries: 2 })], ["b()", given({}, { class: "x.Z" })])).toEqual([]);
  });

  test("a text in a constant", () => {
    const judged = (after: string) =>
      judge(
        ["RUN = 'cd /a; ./run &'\na(command=RUN)", given({ command: "cd /a; ./run &" })],
        [after, given({ command: "cd /a; ./run" })],
      );
    expect(judged("RUN = 'cd /a; ./run'\na(command=RUN)")).toEqual([]);
    expect(judged("RUN = 'cd /a; ./run &'\na(command=RUN)\nb()")).toEqual([
      'load has another command: "cd /a; ./run &" became "cd /a; ./run"',
    ]);
  });

  test("a limit of the run, and a mapped task", () => {
    const limited = { dags: [{ ...dag, dagrun_timeout: 60 }] };
    expect(judge(["a()", { dags: [dag] }], ["b()", limited])).toEqual(["the DAG d has another dagrun_timeout"]);
    expect(judge(["a()", { dags: [dag] }], ["a(dagrun_timeout=x)", limited])).toEqual([]);
    expect(judge(["a()", given({}, { mapped: true })], ["b()", given({})])).toEqual(["load is no longer mapped"]);
  });
});
