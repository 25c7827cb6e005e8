/** Everything that the fixes make of the examples at hand, and what is wrong with it once a real Airflow has read it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fixAll } from "../../server/src/engine/fix.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { loadSettings, type Overrides, type Settings } from "../../server/src/engine/settings.ts";
import { rules } from "../../server/src/rules/index.ts";
import { applyEdits } from "../../server/src/text/edit.ts";
import { readCases } from "../fixtures.ts";
import type { Project } from "../project.ts";
import type { ImportedFile } from "./environment.ts";
import { changedArguments, changedLines, changedOrder } from "./kept.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A DAG file whose fixes are tried, and the configuration it asks for. */
export type Original = {
  /** What the tests are grouped by: a rule's name or `examples`. */
  readonly group: string;
  /** What it is, for people: `ssh-cmd-timeout-default: "an own limit"`. */
  readonly about: string;
  readonly text: string;
  /** The text of a `tether.toml`. */
  readonly toml: string;
  /** The rule that it belongs to; undefined: every rule. */
  readonly rule: string | undefined;
};

/** A text that fixes made of an original. */
export type Outcome = {
  readonly original: Original;
  /** Which fixes, for people. */
  readonly how: string;
  readonly text: string;
};

/** The rules' own examples, every case of `test/rules/*.md` and the files of `examples/`. */
export function originals(): Original[] {
  const found: Original[] = rules.map(({ name, docs }) => ({
    group: name,
    about: `${name}: its bad example`,
    text: docs.bad,
    toml: "",
    rule: name,
  }));
  const fixtures = join(root, "test", "rules");
  for (const file of readdirSync(fixtures).filter((each) => each.endsWith(".md"))) {
    const rule = file.slice(0, -".md".length);
    const cases = readCases(readFileSync(join(fixtures, file), "utf8"));
    // The test of the fixtures tells of a document that cannot be read and of a rule that does not exist.
    if ("problem" in cases || !rules.some(({ name }) => name === rule)) continue;
    for (const { title, text, toml } of cases)
      found.push({ group: rule, about: `${rule}: "${title}"`, text, toml, rule });
  }
  const examples = join(root, "examples");
  for (const file of readdirSync(examples, { recursive: true, encoding: "utf8" }).sort()) {
    if (!file.endsWith(".py")) continue;
    const text = readFileSync(join(examples, file), "utf8");
    found.push({ group: "examples", about: `examples/${file}`, text, toml: "", rule: undefined });
  }
  return found;
}

/** What each rule shows as right. */
export function goodExamples(): Original[] {
  return rules.map(({ name, docs }) => ({
    group: name,
    about: `${name}: its good example`,
    text: docs.good,
    toml: "",
    rule: name,
  }));
}

// Where Airflow 2 has what DAG files import from Airflow 3's SDK.
const beforeSdk: Readonly<Record<string, string>> = {
  DAG: "airflow",
  BaseOperator: "airflow.models.baseoperator",
  PokeReturnValue: "airflow.sensors.base",
  TaskGroup: "airflow.utils.task_group",
  Variable: "airflow.models",
  chain: "airflow.models.baseoperator",
  cross_downstream: "airflow.models.baseoperator",
  dag: "airflow.decorators",
  get_current_context: "airflow.operators.python",
  setup: "airflow.decorators",
  task: "airflow.decorators",
  task_group: "airflow.decorators",
  teardown: "airflow.decorators",
};

/** The file as a project on that Airflow would have it: the examples are mostly written for Airflow 3. */
export function spelledFor(airflow: string, original: Original): Original {
  if (!airflow.startsWith("2.")) return original;
  const text = original.text.replaceAll(/^from airflow\.sdk import ([\w, ]+)$/gm, (line, names: string) => {
    const imports = names.split(", ").map((name) => (beforeSdk[name] ? `from ${beforeSdk[name]} import ${name}` : ""));
    return imports.includes("") ? line : imports.join("\n");
  });
  // Its decorator of a whole DAG has to be called.
  return { ...original, text: text.replaceAll(/^@dag$/gm, "@dag()") };
}

/**
 * What each allowed way of fixing makes of an original for a project on that Airflow: all fixes of its rule, all of
 * every rule, and each single fix of each finding. Texts that nothing changed are left out, equal ones are told once.
 */
export function outcomes(original: Original, project: Project, airflow: string): Outcome[] {
  const { rule, text } = original;
  const source = { path: project.path, text };
  const strict = settingsFor(original, project, airflow, { profile: "strict" });
  const own = rule === undefined ? strict : settingsFor(original, project, airflow, { select: [rule] });
  const found = new Map<string, string>();
  const add = (how: string, after: string | undefined) => {
    if (after === undefined) throw new Error(`${original.about}: the edits of "${how}" contradict one another`);
    if (after !== text && !found.has(after)) found.set(after, how);
  };
  add("all fixes of the rule", fixAll(source, own, "unsafe").text);
  add("all fixes of all rules", fixAll(source, strict, "unsafe").text);
  for (const { rule: name, fixes } of lint(source, own).findings) {
    for (const { title, edits } of fixes) add(`${name}: ${title}`, applyEdits(text, edits));
  }
  return [...found].map(([after, how]) => ({ original, how, text: after }));
}

// A case may be about a project with old providers; the environment has the newest ones of its Airflow.
function settingsFor(original: Original, project: Project, airflow: string, chosen: Overrides): Settings {
  writeFileSync(join(project.folder, "tether.toml"), original.toml);
  const { settings } = loadSettings(project.folder, { ...chosen, airflowVersion: airflow });
  const target = { ...settings.project.target, providers: {} };
  return { ...settings, project: { ...settings.project, target } };
}

/** A text and what became of it in a real Airflow. */
export type Imported = { readonly text: string; readonly file: ImportedFile };

/** The rules whose fixes put tasks in order that had none. */
const ordering = new Set<string | undefined>(["sensor-not-ordered-after-submit"]);

/** What the fixes of a rule, or of all rules, spoilt, in sentences; empty when nothing. */
export function complaints(before: Imported, after: Imported, rule: string | undefined): string[] {
  return [
    ...newError(before, after),
    ...changedDags(before, after, ordering.has(rule)),
    ...newDeprecations(before, after),
  ];
}

function newError(before: Imported, after: Imported): string[] {
  const { error } = after.file;
  if (error === null) return [];
  if (before.file.error === null) return [`does not import any more:\n${error}`];
  // With its first broken line repaired, a file goes on to the next one; that is the fix's only where the fix wrote it.
  const line = failingLine(after);
  if (lastLine(error) === lastLine(before.file.error) || (line !== undefined && linesOf(before.text).has(line)))
    return [];
  return [`has another error than before:\n${error}`];
}

// The innermost line of the file itself in the traceback.
function failingLine({ text, file }: Imported): string | undefined {
  const places = [...(file.error ?? "").matchAll(/File "([^"\n]*)", line (\d+)/g)];
  const own = places.findLast(([, path]) => path?.endsWith(file.path));
  return own && text.split("\n")[Number(own[2]) - 1]?.trim();
}

function changedDags(before: Imported, after: Imported, orders: boolean): string[] {
  // A file that did not import, or does not any more, shows only some of its DAGs.
  if (after.file.error !== null) return [];
  const lines = changedLines(before.text, after.text);
  const wrong = before.file.dags.flatMap((old) => {
    const now = after.file.dags.find((each) => each.dag_id === old.dag_id);
    if (!now) return [`has no DAG ${old.dag_id} any more`];
    const left = new Set(now.tasks.map(({ task_id }) => task_id));
    const lost = old.tasks.filter(({ task_id }) => !left.has(task_id));
    return [
      ...lost.map(({ task_id }) => `has no task ${task_id} any more`),
      ...changedOrder(old, now, orders),
      ...changedArguments(old, now, lines),
    ];
  });
  if (before.file.error !== null) return wrong;
  const known = new Set(before.file.dags.map(({ dag_id }) => dag_id));
  const added = after.file.dags.filter(({ dag_id }) => !known.has(dag_id));
  return [...wrong, ...added.map(({ dag_id }) => `has a new DAG ${dag_id}`)];
}

// A call that was deprecated before still is after an argument was added to it.
function newDeprecations(before: Imported, after: Imported): string[] {
  const known = before.file.deprecations.map(({ message }) => message);
  const kept = linesOf(before.text);
  const lines = after.text.split("\n");
  return after.file.deprecations.flatMap(({ line, category, message }) => {
    const same = known.indexOf(message);
    if (same >= 0) known.splice(same, 1);
    const text = lines[line - 1]?.trim() ?? "";
    return same >= 0 || kept.has(text) ? [] : [`has a new ${category} at \`${text}\`: ${message}`];
  });
}

function linesOf(text: string): Set<string> {
  return new Set(text.split("\n").map((line) => line.trim()));
}

function lastLine(error: string): string {
  return error.trimEnd().split("\n").at(-1) ?? "";
}
