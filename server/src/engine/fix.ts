import type { Source } from "../airflow/build.ts";
import { withoutImports } from "../edits/imports.ts";
import { boundName, topImports, unusedImports } from "../edits/uses.ts";
import type { Finding } from "../rules/rule.ts";
import { bindNames } from "../syntax/bind.ts";
import { lowerModule } from "../syntax/lower.ts";
import { applyEdits, type Edit, type Fix, type Safety } from "../text/edit.ts";
import { overlaps, type Span, slice } from "../text/span.ts";
import { type Around, type Examination, examine, settled } from "./lint.ts";
import { internalError } from "./own.ts";
import { type Pipeline, pipeline } from "./pipeline.ts";
import type { Settings } from "./settings.ts";

/** `safe` applies safe fixes only, `unsafe` all. */
export type FixMode = Safety;

/** What fixing one source came to. */
export type FixResult = {
  readonly text: string;
  /** How many fixes went in. */
  readonly applied: number;
  /** Findings of the new text. */
  readonly remaining: readonly Finding[];
  readonly passes: number;
  /** What did not go as it should: fixes that broke the syntax and were left out, or no end after the last pass. */
  readonly problem?: string;
};

const mostPasses = 10;

/** Applies each finding's first allowed fix, lints again, and so on until nothing is left to do. `ensureGrammars()` must have settled. */
export function fixAll(source: Source, settings: Settings, mode: FixMode, around?: Around): FixResult {
  return fixThrough(pipeline, source, settings, mode, around);
}

// A rule that cannot build its fixes must not keep the others' from being applied.
function examined({ through, settings, around }: Lint, source: Source): Examination {
  const { findings, ...rest } = examine(through, source, settings, around);
  return { ...rest, findings: settled(findings) };
}

/** What stays the same from pass to pass. */
type Lint = { readonly through: Pipeline; readonly settings: Settings; readonly around: Around | undefined };

type Candidate = { readonly rule: string; readonly fix: Fix; readonly key: string };

/** {@link fixAll} through a given pipeline. */
export function fixThrough(
  through: Pipeline,
  source: Source,
  settings: Settings,
  mode: FixMode,
  around?: Around,
): FixResult {
  const lint: Lint = { through, settings, around };
  let text = source.text;
  let state = examined(lint, source);
  let applied = 0;
  let passes = 0;
  const dropped = new Map<string, string>();
  const seen = new Set([text]);
  let problem: string | undefined;
  for (;;) {
    const chosen = choose(candidates(state.findings, text, mode, dropped), state.calls);
    if (chosen.length === 0) break;
    if (passes === mostPasses) {
      problem = `fixes were still left after ${mostPasses} passes`;
      break;
    }
    passes++;
    const step = advance(lint, { path: source.path, text }, state, chosen, dropped);
    if (step.applied === 0) continue;
    applied += step.applied;
    text = step.text;
    state = step.state;
    if (seen.has(text)) {
      problem = "fixes undo one another";
      break;
    }
    seen.add(text);
  }
  if (applied > 0) {
    const tidy = withoutOrphans(source, text);
    if (tidy !== undefined) {
      text = tidy;
      state = examined(lint, { path: source.path, text });
    }
  }
  if (dropped.size > 0) {
    problem = `left out, since it would break the syntax: ${[...new Set(dropped.values())].join(", ")}`;
  }
  return { text, applied, remaining: state.findings, passes, ...(problem === undefined ? {} : { problem }) };
}

/**
 * The text without the imports whose uses all went with the fixes: each fix takes out what it alone leaves unused, and
 * two that share an import each see the other's use. Undefined: there are none.
 */
function withoutOrphans({ path, text: original }: Source, text: string): string | undefined {
  // Imports and names are all it takes: no tasks, edges or shell texts.
  const read = (one: string) => {
    const module = lowerModule(one);
    return { path, module, names: bindNames(module) };
  };
  const before = read(original);
  const unused = new Set(unusedImports(before).map(boundName));
  const used = new Set(
    topImports(before)
      .map(boundName)
      .filter((name) => !unused.has(name)),
  );
  const file = read(text);
  const orphans = unusedImports(file).filter((one) => used.has(boundName(one)));
  const edits = orphans.length > 0 ? withoutImports(file, orphans) : undefined;
  return edits && applyEdits(text, edits);
}

function candidates(
  findings: readonly Finding[],
  text: string,
  mode: FixMode,
  dropped: ReadonlyMap<string, string>,
): Candidate[] {
  const found: Candidate[] = [];
  for (const finding of findings) {
    const fix = finding.fixes.find(({ safety }) => mode === "unsafe" || safety === "safe");
    if (!fix || fix.edits.length === 0) continue;
    // Offsets move from pass to pass; the texts that go and come do not.
    const parts = fix.edits.map((edit) => `${slice(text, edit.span)}\0${edit.text}`);
    const key = [finding.rule, fix.title, slice(text, finding.span), ...parts].join("\0");
    if (!dropped.has(key)) found.push({ rule: finding.rule, fix, key });
  }
  return found.sort(
    (a, b) => Number(onlyAdds(a.fix)) - Number(onlyAdds(b.fix)) || firstStart(a.fix) - firstStart(b.fix),
  );
}

// What is added to an operator may not be wanted any more once another fix has replaced it: a limit, for example.
function onlyAdds(fix: Fix): boolean {
  return fix.edits.every(({ span }) => span.start === span.end);
}

function firstStart(fix: Fix): number {
  return Math.min(...fix.edits.map((edit) => edit.span.start));
}

// Those that clash with one already taken wait for the next pass.
function choose(found: readonly Candidate[], calls: readonly Span[]): Candidate[] {
  const chosen: Candidate[] = [];
  const taken: Edit[] = [];
  const changing = new Map<Span, string>();
  for (const candidate of found) {
    // After one rule has changed a task's operator, an argument that another adds may be none of the new operator's.
    const touched = calls.filter((call) => candidate.fix.edits.some((edit) => within(edit.span, call)));
    if (touched.some((call) => (changing.get(call) ?? candidate.rule) !== candidate.rule)) continue;
    const own = candidate.fix.edits.filter((edit) => !taken.some((other) => shared(edit, other)));
    if (own.some((edit) => taken.some((other) => overlaps(edit.span, other.span)))) continue;
    chosen.push(candidate);
    taken.push(...own);
    for (const call of touched) changing.set(call, candidate.rule);
  }
  return chosen;
}

// What is inserted right before or behind a call is not in it.
function within(edit: Span, call: Span): boolean {
  return edit.start < call.end && edit.end > call.start;
}

// Two fixes that both add the same import (or argument) want it once; two that both add a bracket want it twice.
function shared(a: Edit, b: Edit): boolean {
  return a.span.start === b.span.start && a.span.end === b.span.end && a.text === b.text && /\w/.test(a.text);
}

function combined(chosen: readonly Candidate[]): Edit[] {
  const edits: Edit[] = [];
  for (const { fix } of chosen) {
    edits.push(...fix.edits.filter((edit) => !edits.some((other) => shared(edit, other))));
  }
  return edits;
}

type Step = { readonly text: string; readonly state: Examination; readonly applied: number };

function advance(
  lint: Lint,
  source: Source,
  before: Examination,
  chosen: readonly Candidate[],
  dropped: Map<string, string>,
): Step {
  const attempt = (some: readonly Candidate[]): Step | undefined => {
    const text = applyEdits(source.text, combined(some));
    if (text === undefined || text === source.text) return undefined;
    const state = examined(lint, { path: source.path, text });
    const worse = state.errors.length > before.errors.length || failures(state) > failures(before);
    return worse ? undefined : { text, state, applied: some.length };
  };
  const together = attempt(chosen);
  if (together) return together;
  // One of them breaks the text: take in one after another and leave out the culprits.
  let best: Step = { text: source.text, state: before, applied: 0 };
  let good: Candidate[] = [];
  for (const candidate of chosen) {
    const step = attempt([...good, candidate]);
    if (step) {
      best = step;
      good = [...good, candidate];
    } else dropped.set(candidate.key, candidate.rule);
  }
  return best;
}

// A text that makes the builder or a rule fail tells nothing of its syntax.
function failures(state: Examination): number {
  return state.findings.filter((finding) => finding.rule === internalError.name).length;
}
