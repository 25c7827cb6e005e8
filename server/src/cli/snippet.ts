/** A source line with the place of a finding marked below it. */
import type { Severity } from "../rules/rule.ts";
import type { Span } from "../text/span.ts";
import type { Paint } from "./paint.ts";
import type { Places } from "./place.ts";

const widest = 140;

/** Terminal cells of one character: two for the wide scripts and emoji, none for combining marks. */
function cells(character: string): number {
  if (/\p{Mark}|\u200B|\u200D|\uFEFF/u.test(character)) return 0;
  return /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u.test(
    character,
  )
    ? 2
    : 1;
}

/** Blanks that take as much room as the text; tabs stay tabs, so that they end where the line's do. */
function blank(text: string): string {
  return [...text].map((character) => (character === "\t" ? "\t" : " ".repeat(cells(character)))).join("");
}

/**
 * The first line of the span and a line of carets below it, each after a gutter with the line number. A long line is
 * cut around the carets.
 */
export function snippet(places: Places, span: Span, severity: Severity, pens: Paint): string {
  const line = places.lines.lineOf(span.start);
  const lineStart = places.lines.lineStart(line);
  const text = places.lines.line(line).replace(/^\uFEFF/, "");
  const shift = places.lines.line(line).length - text.length;
  const from = Math.max(0, span.start - lineStart - shift);
  const goesOn = span.end - lineStart - shift > text.length;
  const to = Math.max(from, Math.min(text.length, span.end - lineStart - shift));

  let left = 0;
  let right = text.length;
  if (text.length > widest) {
    left = from < widest / 2 ? 0 : Math.max(0, from - 20);
    right = Math.min(text.length, left + widest);
  }
  const shown = `${left > 0 ? "…" : ""}${text.slice(left, right)}${right < text.length ? "…" : ""}`;
  const before = `${left > 0 ? " " : ""}${blank(text.slice(left, from))}`;
  const marked = [...text.slice(from, Math.min(to, right))].reduce((sum, character) => sum + cells(character), 0);
  const carets = "^".repeat(Math.max(1, marked)) + (goesOn || to > right ? "…" : "");

  const number = `${line + 1}`;
  const gutter = " ".repeat(Math.max(4, number.length));
  return (
    `${pens.dim(`${number.padStart(gutter.length)} │`)} ${shown}\n` +
    `${pens.dim(`${gutter} │`)} ${before}${pens.severity(severity, carets)}\n`
  );
}
