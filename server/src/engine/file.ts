import type { Finding } from "../rules/rule.ts";
import { ignoredRules, lint, settled } from "./lint.ts";
import { internalError, ownFinding } from "./own.ts";
import { readSource, type Skipped } from "./read.ts";
import type { Settings } from "./settings.ts";

/** One file of a workspace lint. */
export type FileResult = {
  /** Absolute. */
  readonly path: string;
  /** The text that the findings' spans count in; only when there are findings and the file could be read. */
  readonly text?: string;
  readonly findings: readonly Finding[];
  readonly skipped?: Skipped;
};

/** Reads and lints one file; `openText` is its text in an editor. `ensureGrammars()` must have settled. Never throws. */
export function lintFile(path: string, settings: Settings, openText?: string): FileResult {
  const read = openText === undefined ? readSource(path) : { source: { path, text: openText } };
  if ("finding" in read) {
    const severity = settings.enabled.get(read.finding.rule);
    const ignored = severity === undefined || ignoredRules(path, settings).has(read.finding.rule);
    return { path, findings: ignored ? [] : [{ ...read.finding, severity }], skipped: read.skipped };
  }
  const result = lint(read.source, settings);
  const findings = settled(result.findings);
  const { skipped } = result;
  return {
    path,
    findings,
    ...(findings.length > 0 ? { text: read.source.text } : {}),
    ...(skipped === undefined ? {} : { skipped }),
  };
}

/** The result for a file that was lost with the thread that worked on it. */
export function lostFile(path: string, reason: string): FileResult {
  const message = `Tether stopped while it checked this file or one beside it: ${reason}`;
  return { path, findings: [ownFinding(internalError, { start: 0, end: 0 }, message, internalError.severity)] };
}
