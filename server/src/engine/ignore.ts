/** The edit behind "ignore here". */
import type { Finding } from "../rules/rule.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { readDirectives } from "./directive.ts";
import { unknownSuppression, unusedSuppression } from "./own.ts";
import { PhysicalLines } from "./physical.ts";

/**
 * Adds `# tether: ignore[rule]` for one finding: behind its first line, or, where that line ends inside a string or in
 * a backslash, above the line where that began. Joins a directive that is already there. A choice for the user to
 * make: no part of fix-all. Undefined for a finding without a place in the text, and for one about such a comment.
 */
export function ignoreFix(text: string, finding: Pick<Finding, "rule" | "span">): Fix | undefined {
  if (finding.span.end > text.length || text.trim() === "") return undefined;
  // These are about such a comment: the way out is to remove or correct it.
  if (finding.rule === unusedSuppression.name || finding.rule === unknownSuppression.name) return undefined;
  const read = readDirectives(text);
  const lines = read?.lines ?? new PhysicalLines(text);
  const { index } = lines;
  const line = index.lineOf(finding.span.start);
  const top = lines.block(line).first;
  const behind = !lines.runsOn(line);
  const existing = read?.directives.find(
    (one) =>
      one.form === "ignore" &&
      !one.inString &&
      (behind && one.line === line ? true : one.alone && one.beginning?.first === (behind ? line : top)),
  );
  const title = `Ignore ${finding.rule} here`;
  const fix = (edit: Edit): Fix => ({ title, edits: [edit], safety: "safe" });
  if (existing?.list) {
    const { end } = existing.list;
    return fix({ span: { start: end, end }, text: existing.items.length > 0 ? `, ${finding.rule}` : finding.rule });
  }
  const comment = `# tether: ignore[${finding.rule}]`;
  if (behind) {
    const end = index.lineEnd(line);
    const start = index.lineStart(line) + index.line(line).trimEnd().length;
    return fix({ span: { start, end }, text: `  ${comment}` });
  }
  const lineBreak = /\r\n|\r|\n/.exec(text.slice(index.lineEnd(top)))?.[0] ?? "\n";
  const indent = /^[ \t]*/.exec(index.line(top).replace("\uFEFF", ""))?.[0] ?? "";
  const start = index.lineStart(top) + (text.startsWith("\uFEFF", index.lineStart(top)) ? 1 : 0);
  return fix({ span: { start, end: start }, text: `${indent}${comment}${lineBreak}` });
}
