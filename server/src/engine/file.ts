import type { Run } from "../airflow/dagfile.ts";
import type { Finding } from "../rules/rule.ts";
import { ignoredRules, lint, settled } from "./lint.ts";
import { internalError, ownFinding } from "./own.ts";
import { readSource, type Skipped } from "./read.ts";
import type { Settings } from "./settings.ts";
import type { SourceFiles } from "./sources.ts";

/** One file of a workspace lint. */
export type FileResult = {
  /** Absolute. */
  readonly path: string;
  /** The text that the findings' spans count in; only when there are findings and the file could be read. */
  readonly text?: string;
  readonly findings: readonly Finding[];
  readonly skipped?: Skipped;
  /** What its tasks run of other files; only when there is something. */
  readonly runs?: readonly Run[];
  /** The other files that were read for it, absolute; only when there are some. */
  readonly dependencies?: readonly string[];
};

/** One file of the work to be done. */
export type FileTask = {
  /** Absolute. */
  readonly path: string;
  /** The tasks of other files that run functions of this one. */
  readonly users: readonly Run[];
};

/**
 * Reads and lints one file. `survey`: without rules, only for what files ask of one another. `ensureGrammars()` must
 * have settled. Never throws.
 */
export function lintFile({ path, users }: FileTask, given: Settings, files: SourceFiles, survey = false): FileResult {
  const openText = files.openText(path);
  const settings = survey ? { ...given, enabled: noRules } : given;
  const read = openText === undefined ? readSource(path) : { source: { path, text: openText } };
  if ("finding" in read) {
    const severity = settings.enabled.get(read.finding.rule);
    const ignored = severity === undefined || ignoredRules(path, settings).has(read.finding.rule);
    return { path, findings: ignored ? [] : [{ ...read.finding, severity }], skipped: read.skipped };
  }
  if (survey && users.length === 0 && !files.reaches(read.source, settings)) {
    return { path, findings: [], skipped: "no-trigger" };
  }
  const around = { sources: files.around(path, settings), users };
  let result = lint(read.source, settings, around);
  // What is wrong with tasks that helpers make, the helpers hear from the rules.
  if (survey && result.madeElsewhere) result = lint(read.source, given, around);
  const { findings: found, skipped, runs, dependencies } = result;
  const findings = survey ? [] : settled(found);
  return {
    path,
    findings,
    ...(findings.length > 0 ? { text: read.source.text } : {}),
    ...(skipped === undefined ? {} : { skipped }),
    ...(runs.length > 0 ? { runs } : {}),
    ...(dependencies.length > 0 ? { dependencies } : {}),
  };
}

const noRules: Settings["enabled"] = new Map();

/** The result for a file that was lost with the thread that worked on it. */
export function lostFile(path: string, reason: string): FileResult {
  const message = `Tether stopped while it checked this file or one beside it: ${reason}`;
  return { path, findings: [ownFinding(internalError, { start: 0, end: 0 }, message, internalError.severity)] };
}
