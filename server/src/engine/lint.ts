import type { Source, Sources } from "../airflow/build.ts";
import type { DagFile, Run } from "../airflow/dagfile.ts";
import { type OptionReader, optionReader } from "../rules/option.ts";
import type { Finding, Report, Rule } from "../rules/rule.ts";
import type { SyntaxFault } from "../syntax/faults.ts";
import { forget } from "../syntax/kept.ts";
import type { Fix } from "../text/edit.ts";
import { contains, cover, type Elsewhere, overlaps, type Span, slice } from "../text/span.ts";
import { suppress } from "./directives.ts";
import { madeFor, placed, runFrom } from "./elsewhere.ts";
import { completionsOf, handed, placeElsewhere, type Taken, takenFrom, usesMakers } from "./handed.ts";
import { merged, type Reported } from "./merge.ts";
import { internalError, ownFinding, syntaxError } from "./own.ts";
import { type Pipeline, pipeline } from "./pipeline.ts";
import type { Skipped } from "./read.ts";
import { matchesGlob, type Settings } from "./settings.ts";
import { SourceFiles } from "./sources.ts";

/** What is known of the other files while one is linted. */
export type Around = {
  readonly sources: Sources;
  /** The tasks of other files that run functions of this one. A file that has some is looked at whatever it holds. */
  readonly users?: readonly Run[];
};

/** What linting one source came to. */
export type LintResult = {
  /** Sorted by place; none twice. */
  readonly findings: readonly Finding[];
  /** Why nothing was looked at, when nothing was. */
  readonly skipped?: Skipped;
  /** What tasks run that stands in other files; see {@link DagFile}. */
  readonly runs: readonly Run[];
  /** The other files that were read, absolute: a change of theirs may change the findings. */
  readonly dependencies: readonly string[];
  /** Functions of other files make tasks or DAGs of this one: only its rules find what {@link LintResult.runs} tells them. */
  readonly madeElsewhere: boolean;
};

/** Lints one source; by default with the disk around it. `ensureGrammars()` must have settled. Never throws. */
export function lint(source: Source, settings: Settings, around?: Around): LintResult {
  const { findings, skipped, ...learnt } = examine(pipeline, source, settings, around);
  const { runs, dependencies, madeElsewhere } = learnt;
  const told = { findings, runs, dependencies, madeElsewhere };
  return skipped === undefined ? told : { ...told, skipped };
}

/** What {@link examine} learns besides the findings. */
export type Examination = LintResult & {
  /** Where the parser could not read. */
  readonly errors: readonly Span[];
  /** The calls that make tasks: `SSHOperator(…)`, `SSHOperator.partial(…).expand(…)`. */
  readonly calls: readonly Span[];
};

/** {@link lint} through a given pipeline, telling more. */
export function examine(
  through: Pipeline,
  source: Source,
  settings: Settings,
  { sources, users = [] }: Around = { sources: new SourceFiles().around(source.path, settings) },
): Examination {
  const { text } = source;
  const nothing = { errors: [], calls: [], runs: [], dependencies: [], madeElsewhere: false };
  if (users.length === 0 && !through.relevant(text)) return { findings: [], ...nothing, skipped: "no-trigger" };
  // What was asked about the file before this one is not asked again.
  forget();
  let file: DagFile;
  try {
    file = through.build(source, settings.project, sources, users);
  } catch (error) {
    return { findings: [failure(`Tether could not understand this file: ${reason(error)}`)], ...nothing };
  }
  const findings: Finding[] = file.module.faults
    .slice(0, mostErrors)
    .flatMap((fault) => unreadable(text, fault, settings));
  const ignored = ignoredRules(source.path, settings);
  const failed = new Set<string>();
  const reported = new Map<Finding, Reported>();
  const faults: Run[] = [];
  const tell = reporter(file, settings, findings, reported, faults);
  for (const { rule, option } of checksOf(through.rules, settings)) {
    if (ignored.size > 0 && ignored.has(rule.name)) continue;
    try {
      rule.check(file, (told) => tell(rule, told), option);
    } catch (error) {
      failed.add(rule.name);
      findings.push(failure(`The rule ${rule.name} failed on this file: ${reason(error)}`));
    }
  }
  const { rules } = through;
  for (const one of takenFrom(users, text)) take(one, source.path, rules, settings, findings, reported);
  const kept = suppress({
    text,
    findings,
    ran: (name) => settings.enabled.has(name) && !ignored.has(name) && !failed.has(name),
    ignored,
    settings,
    rules,
    scripts: () => scriptSpans(file),
    shared: () => sharedCode(file),
  });
  const { errors, dependencies } = file;
  const runs = faults.length > 0 ? [...file.runs, ...faults] : file.runs;
  const calls = operatorCalls(file);
  return {
    findings: sorted(merged(kept, reported, rules)),
    errors,
    calls,
    runs,
    dependencies,
    madeElsewhere: usesMakers(file),
  };
}

/** A rule that the settings turn on, with the options that they give it. */
type Check = { readonly rule: Rule; readonly option: OptionReader };

const planned = new WeakMap<Settings, { readonly rules: readonly Rule[]; readonly checks: readonly Check[] }>();

/** Every file with the same settings meets the same rules. */
function checksOf(rules: readonly Rule[], settings: Settings): readonly Check[] {
  const known = planned.get(settings);
  if (known?.rules === rules) return known.checks;
  const checks = rules
    .filter(({ name }) => settings.enabled.has(name))
    .map((rule): Check => ({ rule, option: optionReader(rule.options, settings.ruleOptions.get(rule.name)) }));
  planned.set(settings, { rules, checks });
  return checks;
}

// A template or a Python 2 file is broken all over: the first places say so.
const mostErrors = 3;

/** A fault that other files found in this one; the rule itself may have seen it here, too. */
function take(
  { fault, users }: Taken,
  path: string,
  rules: readonly Rule[],
  settings: Settings,
  into: Finding[],
  reported: Map<Finding, Reported>,
): void {
  const rule = rules.find((one) => one.name === fault.rule);
  const { span, within, message, hint } = fault;
  if (!rule || !settings.enabled.has(rule.name)) return;
  const seen = (one: Span): boolean => contains(within, one) || overlaps(span, one);
  if (into.some((one) => one.rule === rule.name && seen(one.span))) return;
  const related = madeFor(users, path);
  const { name, code, group } = rule;
  const severity = settings.forced.get(name) ?? fault.severity;
  const told = hint === undefined ? {} : { hint };
  const finding: Finding = { rule: name, code, group, severity, message, ...told, span, related, fixes: [] };
  into.push(finding);
  reported.set(finding, { cause: span, related });
}

function reporter(
  file: DagFile,
  settings: Settings,
  into: Finding[],
  reported: Map<Finding, Reported>,
  faults: Run[],
): (rule: Rule, told: Parameters<Report>[0]) => void {
  const { path, text } = file;
  return (rule, { span: shown, message, hint, severity, cause = shown, related: given = [], fixes = [] }) => {
    const { name, code, group } = rule;
    const away = rule.amongTasks ? undefined : placeElsewhere(file, shown);
    if (away) {
      faults.push(handed(file, away, { rule: name, severity: severity ?? rule.severity, message, hint }));
      return;
    }
    const { span, related } = placed(path, shown, given);
    related.push(...completionsOf(file, span), ...runFrom(file.usersAt(span.start), path));
    const said = settings.forced.get(name) ?? severity ?? rule.severity;
    const build = (): Fix[] =>
      (typeof fixes === "function" ? fixes() : fixes).flatMap((fix) => (fix ? [fitted(fix, text)] : []));
    const finding = new RuleFinding(
      { rule: name, code, group, severity: said, message, span, related, ...optional(hint, shown.elsewhere) },
      build,
    );
    into.push(finding);
    reported.set(finding, { cause, related });
  };
}

/** The parts that not every finding has. */
function optional(hint: Finding["hint"], elsewhere: Finding["elsewhere"]): Pick<Finding, "hint" | "elsewhere"> {
  return { ...(hint === undefined ? {} : { hint }), ...(elsewhere === undefined ? {} : { elsewhere }) };
}

/** A finding whose fixes are built when they are asked for. */
class RuleFinding implements Finding {
  readonly rule: string;
  readonly code: string;
  readonly group: Finding["group"];
  readonly severity: Finding["severity"];
  readonly message: string;
  readonly hint?: string;
  readonly span: Span;
  readonly elsewhere?: Elsewhere;
  readonly related: Finding["related"];
  readonly #build: () => readonly Fix[];
  #fixes: readonly Fix[] | undefined;

  constructor(told: Omit<Finding, "fixes">, build: () => readonly Fix[]) {
    this.rule = told.rule;
    this.code = told.code;
    this.group = told.group;
    this.severity = told.severity;
    this.message = told.message;
    if (told.hint !== undefined) this.hint = told.hint;
    this.span = told.span;
    if (told.elsewhere !== undefined) this.elsewhere = told.elsewhere;
    this.related = told.related;
    this.#build = build;
  }

  get fixes(): readonly Fix[] {
    this.#fixes ??= this.#build();
    return this.#fixes;
  }
}

/**
 * The findings with their fixes built, so that they hold on to nothing else of their file. A fix that cannot be built
 * is left out, and a finding of its own says so.
 */
export function settled(findings: readonly Finding[]): Finding[] {
  const failures: Finding[] = [];
  const complete = findings.map((finding): Finding => {
    const { rule, code, group, severity, message, hint, span, elsewhere, related } = finding;
    let fixes: readonly Fix[] = [];
    try {
      ({ fixes } = finding);
    } catch (error) {
      failures.push(failure(`The rule ${rule} could not build its fixes for this file: ${reason(error)}`));
    }
    return { rule, code, group, severity, message, ...optional(hint, elsewhere), span, related, fixes };
  });
  return [...complete, ...failures];
}

// Rules write "\n" and may insert at offset 0; the file's own line breaks and its byte order mark are kept here, for all.
function fitted(fix: Fix, text: string): Fix {
  const crlf = /\r?\n/.exec(text)?.[0] === "\r\n";
  const marked = text.startsWith("\uFEFF");
  if (!crlf && !marked) return fix;
  const edits = fix.edits.map((edit) => ({
    span: marked && edit.span.start === 0 ? { start: 1, end: Math.max(1, edit.span.end) } : edit.span,
    text: crlf ? edit.text.replace(/\r?\n/g, "\r\n") : edit.text,
  }));
  return { ...fix, edits };
}

function unreadable(text: string, { kind, span }: SyntaxFault, settings: Settings): Finding[] {
  const enabled = settings.enabled.get(syntaxError.name);
  if (enabled === undefined) return [];
  // It is not meant to be read as it is.
  const severity = kind === "template" ? (settings.forced.get(syntaxError.name) ?? "info") : enabled;
  return [ownFinding(syntaxError, span, unreadableMessage(text, kind, span), severity)];
}

function unreadableMessage(text: string, kind: SyntaxFault["kind"], span: Span): string {
  switch (kind) {
    case "open-bracket":
      return `This ${slice(text, span)} is never closed; tasks and calls that it swallows are not checked.`;
    case "stray-bracket":
      return `This ${slice(text, span)} closes nothing; tasks and calls around it are not checked.`;
    case "open-string":
      return "This string is never closed; tasks and calls behind it are not checked.";
    case "unreadable":
      return "Tether can't read this as Python; tasks and calls in it are not checked.";
    case "template":
      return "This is a template or a page with Python in it, not a DAG file; tasks and calls around such lines are not checked.";
  }
}

function failure(message: string): Finding {
  return ownFinding(internalError, { start: 0, end: 0 }, message, internalError.severity);
}

/** Names of the rules that `per-file-ignores` turns off for this file. */
export function ignoredRules(path: string, settings: Settings): ReadonlySet<string> {
  const ignored = new Set<string>();
  for (const { glob, rules } of settings.perFileIgnores) {
    if (matchesGlob(settings, [glob], path)) for (const rule of rules) ignored.add(rule);
  }
  return ignored;
}

function scriptSpans(file: DagFile): Span[] {
  return file.operators.flatMap((task) => task.scripts.map((script) => script.value.span));
}

// A module without tasks is there for others to import.
function sharedCode({ tasks, dags, module }: DagFile): Span[] {
  if (tasks.length > 0 || dags.length > 0) return [];
  return module.body.flatMap(({ kind, span }) => (kind === "function" || kind === "class" ? [span] : []));
}

function operatorCalls(file: DagFile): Span[] {
  return file.operators.flatMap(({ form, call, expansion }) =>
    form === "operator" && call ? [expansion ? cover(call.span, expansion.span) : call.span] : [],
  );
}

function sorted(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return [...findings]
    .sort(
      (a, b) =>
        a.span.start - b.span.start || a.span.end - b.span.end || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
    )
    .filter((finding) => {
      // Two lines of one script are shown at the one argument that names it.
      const { code, span, elsewhere, message } = finding;
      const key = `${code} ${span.start} ${span.end} ${elsewhere?.span.start ?? ""} ${message}`;
      return !seen.has(key) && seen.add(key);
    });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
