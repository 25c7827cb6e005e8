/** Findings that are the tool's own: they come from no rule's check. */
import type { Finding, Rule } from "../rules/rule.ts";
import type { Fix } from "../text/edit.ts";
import type { Span } from "../text/span.ts";

/** What lists, documentation and configuration need to know of such a finding; there is no check to run. */
export type OwnRule = Pick<
  Rule,
  "code" | "name" | "group" | "severity" | "summary" | "since" | "status" | "profile"
> & {
  readonly group: "tether";
  /** What it means and what to do about it. */
  readonly why: string;
};

function own(rule: Pick<OwnRule, "code" | "name" | "severity" | "summary" | "why">): OwnRule {
  return { ...rule, group: "tether", since: "0.1.0", status: "stable", profile: "recommended" };
}

/** TET900 */
export const syntaxError = own({
  code: "TET900",
  name: "syntax-error",
  severity: "warning",
  summary: "A part of the file can't be read as Python.",
  why: "Tether goes on behind the part that it can't read; tasks and calls inside it are not checked. A file with lines of Jinja (`{% if … %}`, `{{ … }}`) or Markdown outside of its strings is taken for a template, and gets one info: name it otherwise than `.py`, or exclude it.",
});

/** TET901 */
export const unusedSuppression = own({
  code: "TET901",
  name: "unused-suppression",
  severity: "warning",
  summary: "An ignore comment that hides nothing.",
  why: "The finding that it was written for is gone. Left in place, it would hide the next one without anybody looking at it.",
});

/** TET902 */
export const unknownSuppression = own({
  code: "TET902",
  name: "unknown-suppression",
  severity: "warning",
  summary: "An ignore comment that names no rule, or one that does not exist.",
  why: "It hides nothing: the rule's name or code is misspelt, or the brackets are missing.",
});

/** TET903 */
export const unreadableFile = own({
  code: "TET903",
  name: "unreadable-file",
  severity: "warning",
  summary: "A file that can't be read as text.",
  why: "It can't be opened, is binary, too large, or not in the encoding that it declares (UTF-8 when it declares none).",
});

/** TET904 */
export const invalidConfig = own({
  code: "TET904",
  name: "invalid-config",
  severity: "error",
  summary: "An option in the configuration file is wrong.",
  why: "The option is left out, everything else in the file counts.",
});

/** TET905 */
export const internalError = own({
  code: "TET905",
  name: "internal-error",
  severity: "error",
  summary: "A rule failed on this file.",
  why: "This is a fault of Tether. The other rules ran on the file, and other files are not touched by it.",
});

/** All of them, by code. */
export const ownRules: readonly OwnRule[] = [
  syntaxError,
  unusedSuppression,
  unknownSuppression,
  unreadableFile,
  invalidConfig,
  internalError,
];

/** A finding of the tool's own. */
export function ownFinding(
  rule: OwnRule,
  span: Span,
  message: string,
  severity: Finding["severity"],
  fixes: readonly Fix[] = [],
): Finding {
  return { rule: rule.name, code: rule.code, group: rule.group, severity, message, span, related: [], fixes };
}
