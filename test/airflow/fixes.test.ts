/**
 * Whatever a fix offers is imported by the Airflow it was written for: the fixes of every rule's example, of every
 * fixture case and of `examples/`, all together and each by itself.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { Project } from "../project.ts";
import type { ImportedFile } from "./environment.ts";
import { complaints, type Outcome, originals, outcomes, spelledFor } from "./outcomes.ts";
import { importSources } from "./sources.ts";
import { describeInEachAirflow } from "./suite.ts";

await ensureGrammars();
const project = new Project();
const all = originals();

describeInEachAirflow((environment) => {
  const made = all.flatMap((original) => {
    return outcomes(spelledFor(environment.airflow, original), project, environment.airflow);
  });
  const groups = new Set(made.map(({ original }) => original.group));
  const names = nameTexts(made);
  const files = new Map<string, ImportedFile>();
  const imported = (text: string) => {
    const file = files.get(names.get(text) ?? "");
    if (!file) throw new Error(`Airflow was not asked about:\n${text}`);
    return { text, file };
  };

  // One process for everything: loading an Airflow takes longer than all these files together.
  beforeAll(async () => {
    const sources = [...names].map(([text, name]) => ({ name, text, targets: [environment.name] }));
    const report = await importSources(environment, sources);
    for (const file of report.files) files.set(file.path, file);
  });

  test("most originals import, so that there is something to compare with", () => {
    const whole = made.filter(({ original }) => imported(original.text).file.error === null);
    const texts = new Set(made.map(({ original }) => original.text));
    console.log(
      `${environment.name}: ${made.length} outcomes of ${texts.size} files; ` +
        `the originals of ${made.length - whole.length} do not import there and were only searched for new errors`,
    );
    expect(whole.length).toBeGreaterThan(made.length / 2);
  });

  test.each([...groups])("fixes of %s", (group) => {
    const some = made.filter(({ original }) => original.group === group);
    const spoilt = some.flatMap((outcome) => {
      const wrong = complaints(imported(outcome.original.text), imported(outcome.text));
      return wrong.map((what) => `${outcome.original.about}, ${outcome.how}\n${what}\n${outcome.text}`);
    });
    expect(spoilt.join(`\n${"─".repeat(80)}\n`)).toBe("");
  });
});

/** A file name for each distinct text. */
function nameTexts(made: readonly Outcome[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { original, text } of made) {
    for (const each of [original.text, text]) {
      if (!names.has(each)) names.set(each, `${original.group.replaceAll("-", "_")}_${names.size}.py`);
    }
  }
  return names;
}

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
