/** Any fix on any layout: real DAG files, written anew, and each fix of each finding on them. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DagFile } from "../../server/src/airflow/dagfile.ts";
import type { Settings } from "../../server/src/engine/settings.ts";
import type { Finding } from "../../server/src/rules/rule.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import { applyEdits, type Fix } from "../../server/src/text/edit.ts";
import { grammarsLoaded } from "../grammars.ts";
import { builders, modules, watchBuilders } from "./builders.ts";
import { type Parts, partsOfFile, type Tape, type Whole, written } from "./file-layouts.ts";
import { type Meaning, meaning } from "./meaning.ts";
import { type Variant, variantsOf } from "./nested.ts";

watchBuilders();
const { fixThrough } = await import("../../server/src/engine/fix.ts");
const { examine } = await import("../../server/src/engine/lint.ts");
const { pipeline } = await import("../../server/src/engine/pipeline.ts");
const { rules } = await import("../../server/src/rules/index.ts");
const { readCases } = await import("../fixtures.ts");
const { Project } = await import("../project.ts");
await grammarsLoaded();

const here = dirname(fileURLToPath(import.meta.url));
const project = new Project();
const around = { sources: { beside: () => undefined, read: () => undefined, module: () => undefined } };

/** The modules that make no edits themselves. */
const helpers =
  "bindings durations freeNames importPlace layout neededClass paths slot soleSsh sshConnection uses".split(" ");

/** Layouts in which each builder's edits must have been applied. */
const wanted = 2000;
// Bounds a hang, not the speed of a machine.
const timeout = 600_000;

// The file that was built last, so that nothing is parsed twice.
let built: DagFile | undefined;
const through = {
  ...pipeline,
  build: (...given: Parameters<typeof pipeline.build>) => {
    built = pipeline.build(...given);
    return built;
  },
};

type Looked = { readonly text: string; readonly file: DagFile; readonly findings: readonly Finding[] };

function look(text: string, settings: Settings): Looked | undefined {
  built = undefined;
  const { findings } = examine(through, { path: project.path, text }, settings, around);
  return built && { text, file: built, findings };
}

/** A fix and what tells it from the other fixes of the file. */
type Named = { readonly fix: Fix; readonly key: string };

function fixesOf({ findings }: Looked): readonly Named[] {
  const counts = new Map<string, number>();
  return findings.flatMap((finding) =>
    finding.fixes.flatMap((fix) => {
      if (fix.edits.length === 0) return [];
      const name = `${finding.rule}: ${fix.title}`;
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return [{ fix, key: `${name} ${count}` }];
    }),
  );
}

/** A DAG file in some surroundings, and what its fixes make of it. */
type Setting = {
  readonly parts: Parts;
  readonly findings: number;
  readonly fixed: ReadonlyMap<string, Meaning>;
};

/** A DAG file with a fix, in each of its surroundings; undefined for those in which it has none. */
type Seed = {
  readonly name: string;
  readonly settings: Settings;
  readonly places: readonly (() => Setting | undefined)[];
  /** How long it takes: its length, once for each lint. */
  readonly size: number;
  /** The modules that make the edits. */
  readonly builders: ReadonlySet<string>;
};

function settingOf({ text, mapping }: Variant, settings: Settings): Setting | undefined {
  const before = look(text, settings);
  if (!before || before.file.errors.length > 0) return undefined;
  const fixed = new Map<string, Meaning>();
  for (const { fix, key } of fixesOf(before)) {
    const after = applyEdits(text, fix.edits);
    if (after !== undefined) fixed.set(key, meaning(lowerModule(after)));
  }
  return fixed.size > 0 ? { parts: partsOfFile(text, mapping), findings: before.findings.length, fixed } : undefined;
}

function seedOf(name: string, text: string, settings: Settings): Seed | undefined {
  builders();
  const looked = look(text, settings);
  if (!looked || looked.file.errors.length > 0 || fixesOf(looked).length === 0) return undefined;
  const own = builders();
  const places = variantsOf(text).map((variant) => {
    let known: { readonly setting: Setting | undefined } | undefined;
    return () => {
      known ??= { setting: settingOf(variant, settings) };
      return known.setting;
    };
  });
  const size = text.length * (1 + Math.min(2, fixesOf(looked).length));
  return { name, settings, places, size, builders: own };
}

/** Each rule's example and the cases of its document that have a fix. */
function seeds(): readonly Seed[] {
  return rules.flatMap((rule) => {
    const cases = readCases(readFileSync(join(here, "../rules", `${rule.name}.md`), "utf8"));
    if ("problem" in cases) throw new Error(cases.problem);
    return [{ title: "docs", text: rule.docs.bad, toml: "" }, ...cases].flatMap(
      ({ title, text, toml }) => seedOf(`${rule.name}: ${title}`, text, project.settings(toml, [rule.name])) ?? [],
    );
  });
}

const wholes: fc.Arbitrary<Whole & { readonly all: boolean }> = fc.record({
  newline: fc.constantFrom("\n", "\n", "\r\n"),
  mark: fc.constantFrom("", "", "\uFEFF"),
  ending: fc.constantFrom("keep", "none", "two"),
  sparse: fc.constantFrom(9, 2, 4),
  all: fc.nat(14).map((one) => one === 14),
});
const tapes: fc.Arbitrary<Tape> = fc.record({
  seed: fc.noShrink(fc.noBias(fc.nat(0x3fffffff))),
  length: fc.noBias(fc.nat(400)),
  keep: fc.noBias(fc.nat(400)),
});

function commentsOf({ file }: Looked): readonly string[] {
  return file.module.comments.map((one) => one.text.trimEnd());
}

function idsOf({ file }: Looked): readonly string[] {
  return file.tasks.flatMap(({ id }) => id ?? []);
}

/** Those of `before` that `after` lacks, counting equal ones. */
function lost(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = [...after];
  return before.filter((one) => {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function blanksBehind(text: string): number {
  return (text.match(/[ \t](?=\r?\n|$)/g) ?? []).length;
}

/** What is wrong with a text that fixes made of another, whatever the fixes are for. */
function faults(before: Looked, after: Looked): string | undefined {
  const { text } = after;
  if (after.file.errors.length > 0) return "it has syntax errors";
  const comments = lost(commentsOf(before), commentsOf(after));
  if (comments.length > 0) return `comments are lost: ${comments.join(" ")}`;
  const ids = lost(idsOf(before), idsOf(after));
  if (ids.length > 0) return `tasks are lost: ${ids.join(" ")}`;
  if (before.text.startsWith("\uFEFF") !== text.startsWith("\uFEFF") || text.lastIndexOf("\uFEFF") > 0)
    return "the byte order mark has moved";
  if (/\r\n/.test(before.text) ? /(?<!\r)\n|\r(?!\n)/.test(text) : text.includes("\r")) return "line ends are mixed";
  if (/\n$/.test(before.text) !== /\n$/.test(text)) return "the end of the file has changed";
  if (blanksBehind(text) > blanksBehind(before.text)) return "blanks stand at the end of a line";
  for (const blank of ["\t", " "]) {
    const begins = new RegExp(`^${blank}`, "m");
    if (!begins.test(before.text) && begins.test(text)) {
      const old = new Set(before.text.split("\n"));
      const line = text.split("\n").find((one) => !old.has(one) && begins.test(one));
      if (line !== undefined && /^[\t ]*\S/.test(before.text.split("\n").find((one) => /^[\t ]/.test(one)) ?? ""))
        return `tabs and spaces are mixed: ${JSON.stringify(line)}`;
    }
  }
  return undefined;
}

const samples: { readonly before: string; readonly after: string }[] = [];
const counts = new Map<string, number>(modules.map((name) => [name, 0]));
/** What the layouts came to: not readable by the parser, with other findings than in the first layout, without a fix … */
const kinds = { layouts: 0, unread: 0, other: 0, without: 0, fixes: 0, refused: 0, loops: 0 };

function fail(problem: string, before: string, after: string): never {
  throw new Error(`${problem}\n--- before\n${before}\n--- after\n${after}\n---`);
}

function checkLayout(seed: Seed, index: number, tape: Tape, whole: Whole & { readonly all: boolean }): void {
  const variant = seed.places[index % seed.places.length]?.();
  if (!variant) return;
  const text = written(variant.parts, tape, whole);
  builders();
  const before = look(text, seed.settings);
  kinds.layouts++;
  if (!before || before.file.errors.length > 0) {
    kinds.unread++;
    return;
  }
  if (before.findings.length !== variant.findings) kinds.other++;
  const fixes = fixesOf(before);
  const used = builders();
  if (fixes.length === 0) {
    kinds.without++;
    return;
  }
  for (const name of used) counts.set(name, (counts.get(name) ?? 0) + 1);
  const refused = variant.fixed.size - fixes.length;
  if (refused > 0) kinds.refused += refused;
  // Of many, other two each time.
  const from = tape.seed;
  const tried = fixes.length < 3 ? fixes : [fixes[from % fixes.length], fixes[(from + 1) % fixes.length]];
  for (const one of tried) {
    if (!one) continue;
    const { fix, key } = one;
    kinds.fixes++;
    const result = applyEdits(text, fix.edits);
    if (result === undefined) fail(`${key}: the edits contradict one another`, text, JSON.stringify(fix.edits));
    const after = look(result, seed.settings);
    if (!after) fail(`${key}: no DAG file any more`, text, result);
    const fault = faults(before, after);
    if (fault) fail(`${key}: ${fault}`, text, result);
    if (after.findings.length >= before.findings.length) fail(`${key}: the finding is still there`, text, result);
    const expected = variant.fixed.get(key);
    if (expected !== undefined && refused === 0 && before.findings.length === variant.findings) {
      const problem = otherMeaning(expected, meaning(after.file.module), before);
      if (problem) fail(`${key}: it means something else\n${problem}`, text, result);
    }
    if (kinds.fixes % 53 === 0) samples.push({ before: text, after: result });
  }
  if (whole.all) checkAll(before, seed.settings);
}

function checkAll(before: Looked, settings: Settings): void {
  kinds.loops++;
  const source = { path: project.path, text: before.text };
  const fixed = fixThrough(through, source, settings, "unsafe", around);
  if (fixed.problem !== undefined) fail(`fix all: ${fixed.problem}`, before.text, fixed.text);
  if (fixed.applied === 0) return;
  const after = look(fixed.text, settings);
  const fault = after ? faults(before, after) : "no DAG file any more";
  if (fault) fail(`fix all: ${fault}`, before.text, fixed.text);
  const again = fixThrough(through, { ...source, text: fixed.text }, settings, "unsafe", around);
  if (again.text !== fixed.text) fail("fix all again changes it again", fixed.text, again.text);
}

/** How a result differs from what the fix makes of the file in its first layout. */
function otherMeaning(expected: Meaning, now: Meaning, before: Looked): string | undefined {
  const missing = lost(expected.imports, now.imports);
  if (missing.length > 0) return `imports are missing: ${missing.join(", ")}`;
  // An import that nobody needs any more stays where it shares its line.
  const extra = lost(now.imports, expected.imports);
  const more = extra.length > 0 ? lost(extra, meaning(before.file.module).imports) : extra;
  if (more.length > 0) return `imports are too many: ${more.join(", ")}`;
  if (expected.rest === now.rest) return undefined;
  let at = 0;
  while (at < expected.rest.length && expected.rest[at] === now.rest[at]) at++;
  const part = ({ rest }: Meaning): string => rest.slice(Math.max(0, at - 60), at + 120);
  return `expected …${part(expected)}\nfound    …${part(now)}`;
}

/** What was thrown for the smallest file that a property fails for. */
function smallest(name: string, property: fc.IRawProperty<unknown>, numRuns: number, seed: number): string[] {
  try {
    fc.assert(property, { numRuns, seed });
    return [];
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return [`${name}\n${cause instanceof Error ? cause.message : String(cause)}`];
  }
}

function runSeed(seed: Seed, numRuns: number, start: number): string[] {
  const property = fc.property(fc.nat(seed.places.length - 1), wholes, tapes, (place, whole, tape) =>
    checkLayout(seed, place, tape, whole),
  );
  return smallest(seed.name, property, numRuns, start);
}

test(
  "any fix on any layout",
  () => {
    const all = seeds();
    const made = [...new Set(all.flatMap((one) => [...one.builders]))].sort();
    const problems = all.flatMap((seed, index) => runSeed(seed, 5, index));
    // Then short files of the builder that has run least, in turns.
    const short = new Map(
      made.map((name) => {
        const own = all.filter((one) => one.builders.has(name));
        return [name, own.sort((a, b) => a.size - b.size).slice(0, 16)];
      }),
    );
    const turns = new Map<string, number>();
    for (let round = 0; round < 3000 && problems.length === 0; round++) {
      const least = made.reduce((a, b) => ((counts.get(a) ?? 0) <= (counts.get(b) ?? 0) ? a : b));
      if ((counts.get(least) ?? 0) >= wanted) break;
      const own = short.get(least) ?? [];
      const turn = turns.get(least) ?? 0;
      turns.set(least, turn + 1);
      const seed = own[turn % own.length];
      if (seed) problems.push(...runSeed(seed, 40, 1000 + round));
    }
    expect(problems.slice(0, 5).join("\n=====\n")).toBe("");
    console.log(`${all.length} files, ${JSON.stringify(kinds)}`);
    console.log(made.map((name) => `${name} ${counts.get(name)}`).join(", "));
    // A module that makes edits in no fixture's fix is not proven, one that makes none is a helper of others.
    expect(modules.filter((name) => !made.includes(name))).toEqual(helpers);
    expect(made.filter((name) => (counts.get(name) ?? 0) < wanted)).toEqual([]);
    // The layouts are valid, and seldom change what is found or can be fixed.
    const { layouts, unread, other, without, fixes, refused } = kinds;
    expect(unread + other + without, "of little use").toBeLessThan(layouts / 50);
    expect(refused).toBeLessThan(fixes / 50);
  },
  timeout,
);

test(
  "all fixes of all rules, in turns, on any layout",
  () => {
    const settings = project.settings("", undefined);
    const examples = join(here, "../../examples");
    const files = readdirSync(examples).map((name) => ({ name, text: readFileSync(join(examples, name), "utf8") }));
    const all = [...files, ...rules.map(({ name, docs }) => ({ name, text: docs.bad }))];
    const problems = all.flatMap(({ name, text }, index) => {
      const places = variantsOf(text).map((one) => partsOfFile(one.text, one.mapping));
      const property = fc.property(fc.nat(places.length - 1), wholes, tapes, (which, whole, tape) => {
        const parts = places[which];
        const before = parts && look(written(parts, tape, whole), settings);
        if (before && before.file.errors.length === 0) checkAll(before, settings);
      });
      return smallest(name, property, index < files.length ? 20 : 4, index);
    });
    expect(problems.slice(0, 5).join("\n=====\n")).toBe("");
  },
  timeout,
);

test("a sample of the files compiles in Python, where there is one", () => {
  const program = [
    "import json, sys, warnings",
    "warnings.simplefilter('ignore')",
    "def fault(text):",
    "    try:",
    "        compile(text.encode('utf-8'), 'dag.py', 'exec')",
    "    except (SyntaxError, ValueError) as error:",
    "        return str(error)",
    "json.dump([[fault(one['before']), fault(one['after'])] for one in json.load(sys.stdin)], sys.stdout)",
  ].join("\n");
  const input = JSON.stringify(samples);
  const python = spawnSync("python3", ["-c", program], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (python.status !== 0) return;
  const told = JSON.parse(python.stdout) as (readonly [string | null, string | null])[];
  const broken = told.flatMap(([before, after], index) => {
    const sample = samples[index];
    if (before !== null) return [`a layout does not compile: ${before}\n${sample?.before}`];
    return after === null ? [] : [`${after}\n--- before\n${sample?.before}\n--- after\n${sample?.after}`];
  });
  expect(broken.slice(0, 3).join("\n=====\n")).toBe("");
});
