/**
 * A string value put together from source text, with a map back to where each character stands.
 *
 * `"a\n" f"{b}" + C` folds to one text: escapes decoded, adjacent literals and `+` joined, constants filled in.
 */
import type { Edit } from "../text/edit.ts";
import { cover, type Elsewhere, type SourceSpan, type Span } from "../text/span.ts";
import type { Expr, StringLiteral } from "./python.ts";

/** Stands in {@link Folded.text} for a Python value that is not known, one character a value. */
export const unknownCharacter = "\uFFFC";

/** A part of a folded text whose value is only known when the task runs. Offsets are into the folded text. */
export type Hole = {
  readonly start: number;
  readonly end: number;
  /** `python`: an unknown expression, one {@link unknownCharacter}; the others keep their Jinja text. */
  readonly kind: "python" | "jinja-expression" | "jinja-statement" | "jinja-comment";
  /** The unknown expression, for `python`. */
  readonly expr: Expr | undefined;
};

/** A name in an expression through which a constant came in; that constant may have got this part by a name of its own. */
export type Via = Span & { readonly inner: Via | undefined };

/** A run of the folded text that comes from one place. Offsets `start` and `end` are into the folded text. */
export type Segment = {
  readonly start: number;
  readonly end: number;
  /** Where it stands in the source file; for characters of another file, what refers to them here. */
  readonly source: Span;
  /** Where the characters stand, when that is in another file: a script, a constant of another module. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Characters of the text and of where they stand correspond one to one, so a part of one is a part of the other. */
  readonly exact: boolean;
  /** The literal it stands in; edits must obey its prefix and quote. */
  readonly literal: StringLiteral | undefined;
  /** The name in the expression through which a constant defined elsewhere came in. */
  readonly via?: Via | undefined;
};

/** See the file's head. Segments are sorted, do not overlap, and cover the text but for characters that code produced. */
export type Folded = {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly holes: readonly Hole[];
  /** The whole expression. */
  readonly span: Span;
};

/**
 * The smallest source span that shows this part of the folded text; the whole expression when no part of it is known.
 * A part that lies wholly in one constant is shown at the constant; one that mixes places is shown where they are joined.
 * A part that lies wholly in one other file says where.
 */
export function sourceSpan(folded: Folded, part: Span): SourceSpan {
  const touched = segmentsAt(folded, part);
  const first = touched[0];
  if (!first) return folded.span;
  let depth = 0;
  while (allThrough(touched, depth)) depth++;
  let start = Number.POSITIVE_INFINITY;
  let end = -1;
  for (const segment of touched) {
    let { start: from, end: to } = segment.source;
    const via = viaAt(segment, depth);
    if (via) ({ start: from, end: to } = via);
    else if (segment.exact && !segment.elsewhere) {
      from += Math.max(0, part.start - segment.start);
      to -= Math.max(0, segment.end - part.end);
    }
    start = Math.min(start, from);
    end = Math.max(end, to);
  }
  if (end < start) return folded.span;
  const elsewhere = elsewhereOf(touched, part);
  return elsewhere ? { start, end, elsewhere } : { start, end };
}

/** The name that a segment came through, so many constants deep. */
function viaAt({ via }: Segment, depth: number): Via | undefined {
  let one = via;
  for (let left = depth; left > 0 && one; left--) one = one.inner;
  return one;
}

/** Whether all segments came through one and the same name, so many constants deep. */
function allThrough(segments: readonly Segment[], depth: number): boolean {
  const [first, ...more] = segments;
  const via = first && viaAt(first, depth);
  if (!via) return false;
  return more.every((one) => {
    const other = viaAt(one, depth);
    return other?.start === via.start && other.end === via.end;
  });
}

/** Where the part stands in the one other file that holds all of it. */
function elsewhereOf(touched: readonly Segment[], part: Span): Elsewhere | undefined {
  let found: Elsewhere | undefined;
  for (const { elsewhere, exact, start, end } of touched) {
    if (!elsewhere || (found && found.path !== elsewhere.path)) return undefined;
    const span = exact
      ? {
          start: elsewhere.span.start + Math.max(0, part.start - start),
          end: elsewhere.span.end - Math.max(0, end - part.end),
        }
      : elsewhere.span;
    found = { path: elsewhere.path, span: found ? cover(found.span, span) : span };
  }
  return found;
}

/** The segments that share a character with the part, or hold it when it is empty. A text has one an escape: they are looked up. */
export function segmentsAt({ segments }: Folded, part: Span): Segment[] {
  const empty = part.start === part.end;
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = segments[middle]?.end ?? 0;
    if (end < part.start || (end === part.start && !empty)) low = middle + 1;
    else high = middle;
  }
  const found: Segment[] = [];
  for (let at = low; at < segments.length; at++) {
    const segment = segments[at];
    if (!segment || segment.start > part.end || (segment.start === part.end && !empty)) break;
    found.push(segment);
  }
  return found;
}

/**
 * The edit of the source that replaces this part of the folded text by `text`, escaped as its literal asks;
 * undefined when the part does not stand, unbroken, in literals of the file (a constant's `+`, a decoded escape, a hole cut in two),
 * or stands in another file.
 */
export function editFolded(folded: Folded, part: Span, text: string): Edit | undefined {
  // An insertion at a border belongs to the segment on its left, so that it stays inside that literal.
  const touched = segmentsAt(folded, part);
  const first = touched.find((segment) => segment.exact || segment.start === part.start || segment.end === part.start);
  const last = touched.at(-1);
  if (!first || !last) return undefined;
  const literal = first.literal;
  if (touched.some((segment) => segment.elsewhere)) return undefined;
  if (!literal || touched.some((segment) => segment.literal !== literal && part.start !== part.end)) return undefined;
  if (!first.exact && part.start > first.start && part.start < first.end) return undefined;
  if (!last.exact && part.end > last.start && part.end < last.end) return undefined;
  const at = (segment: Segment, offset: number): number =>
    segment.exact
      ? segment.source.start + (offset - segment.start)
      : offset <= segment.start
        ? segment.source.start
        : segment.source.end;
  const start = at(first, part.start);
  const end = part.start === part.end ? start : at(last, part.end);
  if (end < start) return undefined;
  const written = escapeFor(literal, text);
  if (written === undefined) return undefined;
  if (literal.quote.length === 1) return { span: { start, end }, text: written };
  const [mark = ""] = literal.quote;
  const before = start === literal.contentSpan.start ? 0 : quotesBefore(folded.text, part.start, mark);
  const closing = end === literal.contentSpan.end;
  const behind = closing ? 3 : quotesBehind(folded.text, part.end, mark);
  if (text === "" && before > 0 && before + behind > 2 && first.start < part.start)
    return editFolded(folded, { start: part.start - 1, end: part.end }, mark);
  const quotes = quotesBefore(text, text.length, mark);
  const closes = quotes > 0 && (quotes === text.length ? before : 0) + quotes + behind > 2;
  const opens = text.startsWith(mark) && quotesBehind(text, 0, mark) + before > 2;
  if (!closes && !opens) return { span: { start, end }, text: written };
  if (literal.prefix.includes("r")) return undefined;
  const ended = closes ? `${written.slice(0, -1)}\\${mark}` : written;
  return { span: { start, end }, text: opens && ended.startsWith(mark) ? `\\${ended}` : ended };
}

/** How many quotes stand right before an offset: three of them, escaped or not, would end a literal. */
function quotesBefore(text: string, offset: number, mark: string): number {
  let count = 0;
  while (text[offset - 1 - count] === mark) count++;
  return count;
}

function quotesBehind(text: string, offset: number, mark: string): number {
  let count = 0;
  while (text[offset + count] === mark) count++;
  return count;
}

/** `text` as it must be written inside that literal; undefined when the literal cannot hold it (a raw string and its quote). */
function escapeFor(literal: StringLiteral, text: string): string | undefined {
  const raw = literal.prefix.includes("r");
  const triple = literal.quote.length === 3;
  let written = text;
  if (literal.prefix.includes("f")) written = written.replaceAll("{", "{{").replaceAll("}", "}}");
  if (raw) {
    const fits = !written.includes(literal.quote) && (triple || !/[\r\n]/.test(written)) && !written.endsWith("\\");
    return fits ? written : undefined;
  }
  written = written.replaceAll("\\", "\\\\");
  if (triple) return written.replaceAll(literal.quote, `\\${literal.quote}`);
  const quote = literal.quote;
  return written
    .replaceAll(quote, `\\${quote}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
}
