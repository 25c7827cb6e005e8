import { describe, expect, test } from "vitest";
import type { ImportedFile } from "./environment.ts";
import { complaints } from "./outcomes.ts";

describe("what counts as spoilt", () => {
  const file: ImportedFile = { path: "a.py", error: null, deprecations: [], dags: [] };
  const failed = (line: number, why: string) => `Traceback:\n  File "/dags/a.py", line ${line}, in <module>\n${why}`;
  const task = { task_id: "load", class: "x.Y", mapped: false, upstream: [], downstream: [], arguments: {} };
  const dag = { dag_id: "d", dagrun_timeout: null, tasks: [task] };
  const judge = (before: [string, Partial<ImportedFile>], after: [string, Partial<ImportedFile>]) =>
    complaints(
      { text: before[0], file: { ...file, ...before[1] } },
      { text: after[0], file: { ...file, ...after[1] } },
    );

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
});
