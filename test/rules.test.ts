/**
 * Runs `test/rules/*.md`, the examples of every rule's papers, and the checks of the rules' metadata.
 * `UPDATE=1` writes the messages and the `fixed` blocks that were found into the documents; markers stay as they are.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fixAll } from "../server/src/engine/fix.ts";
import { ensureGrammars } from "../server/src/engine/grammars.ts";
import { lint } from "../server/src/engine/lint.ts";
import { ownRules } from "../server/src/engine/own.ts";
import { rules } from "../server/src/rules/index.ts";
import type { Finding, Group, Rule } from "../server/src/rules/rule.ts";
import { lowerModule } from "../server/src/syntax/lower.ts";
import { applyEdits, type Fix } from "../server/src/text/edit.ts";
import { LineIndex } from "../server/src/text/lines.ts";
import { type Block, type Case, readCases, replaceBlocks, replaceMessage } from "./fixtures.ts";
import { Project } from "./project.ts";

const here = dirname(fileURLToPath(import.meta.url));
const { UPDATE } = process.env;
const update = Boolean(UPDATE);
const hundreds: Readonly<Record<Group, string>> = {
  "fire-and-forget": "TET1",
  "missing-timeout": "TET2",
  unmonitored: "TET3",
  "lost-failure": "TET4",
  orphan: "TET5",
  unsafe: "TET6",
  sensor: "TET7",
  tether: "TET9",
};

await ensureGrammars();
const project = new Project();

/** `12 error [rule-name] message`, the form in which findings and markers are compared. */
function found(text: string, findings: readonly Finding[]): string[] {
  const lines = new LineIndex(text);
  return findings.map((one) => `${lines.lineOf(one.span.start) + 1} ${one.severity} [${one.rule}] ${one.message}`);
}

function applied(text: string, fix: Fix): string {
  const after = applyEdits(text, fix.edits);
  if (after === undefined) throw new Error(`the edits of "${fix.title}" contradict one another`);
  return after;
}

/** Every single fix: the file can still be read, and the finding it is for is gone. */
function checkFixes(name: string, text: string, settings: Parameters<typeof lint>[1]): void {
  const check = (source: string) => {
    const { findings } = lint({ path: project.path, text: source }, settings);
    return findings.filter((finding) => finding.rule === name);
  };
  const before = check(text);
  for (const finding of before) {
    for (const fix of finding.fixes) {
      const after = applied(text, fix);
      expect(lowerModule(after).errors.length, `${fix.title}: syntax errors in\n${after}`).toBeLessThanOrEqual(
        lowerModule(text).errors.length,
      );
      const left = check(after);
      expect(left.length, `${fix.title} does not remove its finding:\n${after}`).toBeLessThan(before.length);
      if (fix.safety === "unsafe") expect(fix.why.trim(), `${fix.title} does not say what else changes`).not.toBe("");
    }
  }
}

function runCase(rule: string, one: Case): { readonly block: Block; readonly content: string }[] {
  const { text, markers } = one;
  const replacements: { block: Block; content: string }[] = [];
  const named = [...new Set([rule, ...markers.map((marker) => marker.rule)])];
  const source = { path: project.path, text };
  const settings = project.settings(one.toml, named);
  const { findings } = lint(source, settings);
  const lines = new LineIndex(text);

  // A marker stands for the first finding of its rule and severity on its line that no other marker took.
  const left = [...findings];
  const missing: string[] = [];
  let py = one.py.content;
  for (const marker of markers) {
    const index = left.findIndex(
      (finding) =>
        finding.rule === marker.rule &&
        finding.severity === marker.severity &&
        lines.lineOf(finding.span.start) === marker.line &&
        (update || marker.message === undefined || finding.message.includes(marker.message)),
    );
    const finding = left[index];
    if (finding) {
      left.splice(index, 1);
      if (marker.message !== undefined && !(marker.message !== "" && finding.message.includes(marker.message))) {
        py = replaceMessage(py, marker, finding.message);
      }
    } else missing.push(`${marker.line + 1} ${marker.severity} [${marker.rule}] ${marker.message ?? ""}`.trim());
  }
  expect({ missing, unexpected: found(text, left) }).toEqual({ missing: [], unexpected: [] });
  if (py !== one.py.content) replacements.push({ block: one.py, content: py });

  for (const finding of findings.filter((each) => each.rule === rule)) {
    expect(finding.message.split(/\s+/).length, `too many words: ${finding.message}`).toBeLessThanOrEqual(25);
    expect(finding.hint ?? "", `"${finding.message}" has no hint`).not.toBe("");
  }

  const alone = project.settings(one.toml, [rule]);
  checkFixes(rule, text, alone);
  const fixed = fixAll(source, alone, "unsafe");
  expect(fixed.problem).toBeUndefined();
  const again = fixAll({ path: project.path, text: fixed.text }, alone, "unsafe");
  expect({ text: again.text, applied: again.applied }).toEqual({ text: fixed.text, applied: 0 });
  const windows = { path: project.path, text: text.replaceAll("\n", "\r\n") };
  expect(fixAll(windows, alone, "unsafe").text, "with Windows line ends").toBe(fixed.text.replaceAll("\n", "\r\n"));
  const compare = (block: Block, content: string) => {
    if (update) {
      if (content !== block.content) replacements.push({ block, content });
    } else expect(content).toBe(block.content);
  };
  if (one.fixed) compare(one.fixed, fixed.text);
  for (const { title, block } of one.alternatives) {
    const fixes = findings.flatMap((finding) => (finding.rule === rule ? finding.fixes : []));
    const fix = fixes.find((each) => each.title.includes(title));
    if (!fix) expect.fail(`no fix has "${title}" in its title: ${fixes.map((each) => each.title).join("; ")}`);
    else compare(block, applied(text, fix));
  }
  return replacements;
}

const documents = readdirSync(join(here, "rules"))
  .filter((file) => file.endsWith(".md"))
  .map((file) => ({ name: file.slice(0, -".md".length), path: join(here, "rules", file) }));

describe.each(documents)("$name", ({ name, path }) => {
  const document = readFileSync(path, "utf8");
  const cases = readCases(document);
  if ("problem" in cases) {
    test("the document can be read", () => expect.fail(cases.problem));
    return;
  }
  const replacements: { block: Block; content: string }[] = [];
  test.each(cases.map((one) => [one.title, one] as const))("%s", (_title, one) => {
    replacements.push(...runCase(name, one));
    expect(one.sentence, "a case says in a sentence what it is about").not.toBe("");
  });
  test("has at least one finding and four silent cases, each with a title of its own", () => {
    if (update && replacements.length > 0) writeFileSync(path, replaceBlocks(document, replacements));
    const own = (one: Case) => one.markers.some((marker) => marker.rule === name);
    expect(cases.filter(own).length).toBeGreaterThanOrEqual(1);
    expect(cases.filter((one) => !own(one)).length).toBeGreaterThanOrEqual(4);
    expect(new Set(cases.map((one) => one.title)).size).toBe(cases.length);
  });
});

describe("metadata", () => {
  test("the folder and the list agree", () => {
    const files = readdirSync(join(here, "../server/src/rules")).filter((file) =>
      readFileSync(join(here, "../server/src/rules", file), "utf8").includes("export default defineRule("),
    );
    expect(files.map((file) => file.replace(/\.ts$/, "")).sort()).toEqual(rules.map((rule) => rule.name).sort());
    expect(rules.map((rule) => rule.code)).toEqual(rules.map((rule) => rule.code).sort());
  });

  test("codes and names are used once", () => {
    const all = [...rules, ...ownRules];
    expect(new Set(all.map((rule) => rule.code)).size).toBe(all.length);
    expect(new Set(all.map((rule) => rule.name)).size).toBe(all.length);
  });

  test.each(ownRules.map((rule) => [rule.name, rule] as const))("%s is numbered as the tool's own", (_name, rule) => {
    expect(rule.code).toMatch(/^TET9\d\d$/);
    expect(rule.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/);
  });
});

describe.each(rules.map((rule) => ({ name: rule.name, rule })))("the papers of $name", ({ rule }: { rule: Rule }) => {
  test("are complete", () => {
    expect(rule.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/);
    expect(rule.code).toMatch(/^TET\d{3}$/);
    expect(rule.code.startsWith(hundreds[rule.group])).toBe(true);
    expect(rule.since).toMatch(/^\d+\.\d+\.\d+$/);
    expect(rule.summary).not.toMatch(/TODO|\n|\.$/);
    expect(rule.docs.why.trim()).not.toMatch(/^$|TODO/);
    for (const link of rule.docs.links) expect(link).toMatch(/^https:\/\//);
    expect(existsSync(join(here, "rules", `${rule.name}.md`)), "has no fixture").toBe(true);
  });

  test("show a bad example that it finds, and whose fixes work", () => {
    const settings = project.settings("", [rule.name]);
    const { findings } = lint({ path: project.path, text: rule.docs.bad }, settings);
    expect(lowerModule(rule.docs.bad).errors).toEqual([]);
    expect(findings.map((finding) => finding.rule)).toContain(rule.name);
    checkFixes(rule.name, rule.docs.bad, settings);
  });

  test("show a good example on which it and every recommended rule are silent", () => {
    const { good } = rule.docs;
    expect(lowerModule(good).errors).toEqual([]);
    expect(found(good, lint({ path: project.path, text: good }, project.settings("", [rule.name])).findings)).toEqual(
      [],
    );
    expect(found(good, lint({ path: project.path, text: good }, project.settings("", undefined)).findings)).toEqual([]);
  });
});
