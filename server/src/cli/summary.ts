/** The last lines of a check: how much was found, and what can be done about it. */
import type { Finding } from "../rules/rule.ts";
import type { Paint } from "./paint.ts";

/** `1 file`, `2 files` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A list by some key of its elements, keys in order of their first appearance. */
export function grouped<T>(list: readonly T[], key: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

/** Which findings `--fix` would take away, and which only `--unsafe-fixes`. */
export function fixable(findings: readonly Finding[]): { readonly safe: number; readonly unsafe: number } {
  const withFix = findings.filter((finding) => finding.fixes.length > 0);
  const safe = withFix.filter((finding) => finding.fixes.some((fix) => fix.safety === "safe")).length;
  return { safe, unsafe: withFix.length - safe };
}

/** `3 errors, 1 warning` */
function bySeverity(findings: readonly Finding[], pens: Paint): string {
  const words = [
    ["error", "error"],
    ["warning", "warning"],
    ["info", "note"],
  ] as const;
  return words
    .map(([severity, noun]) => ({ severity, noun, count: findings.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, noun, count }) => pens.severity(severity, counted(count, noun)))
    .join(", ");
}

/** `Found …` with a hint at the fixes; or that all is well. `files`: how many were checked. */
export function summaryText(
  findings: readonly Finding[],
  filesWithFindings: number,
  files: number,
  pens: Paint,
): string {
  if (findings.length === 0) return `${pens.green("No findings")} in ${counted(files, "file")}.\n`;
  let text = `Found ${bySeverity(findings, pens)} in ${filesWithFindings} of ${counted(files, "file")}.\n`;
  const { safe, unsafe } = fixable(findings);
  if (safe > 0) text += `${pens.cyan("[*]")} ${counted(safe, "finding")} can be fixed safely: --fix\n`;
  if (unsafe > 0) {
    text += `${pens.cyan("[*]")} ${counted(unsafe, "finding")} can be fixed by a change to look at: --fix --unsafe-fixes, or --diff --unsafe-fixes to see it\n`;
  }
  return text;
}

/** One rule's share of the findings. */
type Count = {
  readonly code: string;
  readonly rule: string;
  readonly count: number;
  readonly safe: number;
  readonly unsafe: number;
};

function counts(findings: readonly Finding[]): Count[] {
  return [...grouped(findings, (finding) => finding.code)]
    .map(([code, list]) => ({ code, rule: list[0]?.rule ?? "", count: list.length, ...fixable(list) }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** A table of findings by rule, most frequent first. */
export function statisticsText(findings: readonly Finding[], pens: Paint): string {
  const rows = counts(findings);
  const width = Math.max(0, ...rows.map(({ count }) => `${count}`.length));
  return rows
    .map(({ code, rule, count, safe, unsafe }) => {
      const fixes = [safe > 0 ? `${safe} fixable` : "", unsafe > 0 ? `${unsafe} with --unsafe-fixes` : ""];
      const tail = fixes.filter((one) => one !== "").join(", ");
      return `${`${count}`.padStart(width)}  ${pens.bold(code)}  ${rule}${tail ? pens.dim(`  (${tail})`) : ""}\n`;
    })
    .join("");
}

/** The same for programs: `[{code, rule, count, safe, unsafe}]`, `safe` and `unsafe` counting the findings with such a fix. */
export function statisticsJson(findings: readonly Finding[]): string {
  return `${JSON.stringify(counts(findings), undefined, 2)}\n`;
}

/** How many findings of each rule went away, most first: `3 × ssh-background-command`. */
export function goneByRule(before: readonly Finding[], after: readonly Finding[]): readonly string[] {
  const left = grouped(after, (finding) => finding.rule);
  return [...grouped(before, (finding) => finding.rule)]
    .map(([rule, list]) => ({ rule, gone: list.length - (left.get(rule)?.length ?? 0) }))
    .filter(({ gone }) => gone > 0)
    .sort((a, b) => b.gone - a.gone || (a.rule < b.rule ? -1 : 1))
    .map(({ rule, gone }) => `${gone} × ${rule}`);
}
