/** Building folded strings: pieces of source text, joined, cut and rearranged as Python's own functions would. */
import type { Elsewhere, SourceSpan, Span } from "../text/span.ts";
import { type Folded, type Hole, type Segment, segmentsAt, unknownCharacter, type Via } from "./folded.ts";
import type { Expr, Str } from "./python.ts";

/** The empty string, made by `expr`. */
export function nothing(span: Span): Folded {
  return { text: "", segments: [], holes: [], span };
}

/** A text that code produced from the whole of `span`: a number put into an f-string. */
export function produced(text: string, span: SourceSpan): Folded {
  if (text === "") return nothing(span);
  const { start, end, elsewhere } = span;
  const segment = { start: 0, end: text.length, source: { start, end }, elsewhere, exact: false, literal: undefined };
  return { text, segments: [segment], holes: [], span };
}

/** The whole text of another file, for the expression at `reference` that names it. */
export function textOfFile(text: string, path: string, reference: Span): Folded {
  if (text === "") return nothing(reference);
  const elsewhere: Elsewhere = { path, span: { start: 0, end: text.length } };
  const segment = { start: 0, end: text.length, source: reference, elsewhere, exact: true, literal: undefined };
  return { text, segments: [segment], holes: [], span: reference };
}

/** An unknown value that stands at `shown` in the source; one {@link unknownCharacter}. */
export function unknownPiece(expr: Expr, shown: Span): Folded {
  return {
    text: unknownCharacter,
    segments: [{ start: 0, end: 1, source: shown, exact: false, literal: undefined }],
    holes: [{ start: 0, end: 1, kind: "python", expr }],
    span: shown,
  };
}

/** The literals of one string expression; `fill` gives the value of an f-string's expression, or undefined. */
export function literalPieces(str: Str, fill: (expr: Expr) => Folded | undefined): Folded {
  const [only, ...others] = str.literals;
  const [whole, ...parts] = only?.parts ?? [];
  if (only && whole?.kind === "text" && others.length === 0 && parts.length === 0) {
    const { value, span } = whole;
    const exact = value.length === span.end - span.start;
    const segment: Segment = { start: 0, end: value.length, source: span, exact, literal: only };
    return { text: value, segments: [segment], holes: [], span: str.span };
  }
  const pieces: Folded[] = [];
  for (const literal of str.literals) {
    for (const part of literal.parts) {
      if (part.kind === "text") {
        const exact = part.value.length === part.span.end - part.span.start;
        const segment: Segment = { start: 0, end: part.value.length, source: part.span, exact, literal };
        pieces.push({ text: part.value, segments: [segment], holes: [], span: part.span });
        continue;
      }
      const known = part.formatted ? undefined : fill(part.expr);
      pieces.push(known ? seenThrough(known, part.span) : unknownPiece(part.expr, part.span));
    }
  }
  return { ...joined(pieces, str.span), span: str.span };
}

/** A constant's value, used where a name (or an f-string's braces) stands. */
export function seenThrough(folded: Folded, via: Span): Folded {
  const { text, segments, holes } = folded;
  let last: Via = { start: via.start, end: via.end, inner: undefined };
  const seen = segments.map(({ start, end, source, elsewhere, exact, literal, via: inner }): Segment => {
    if (last.inner !== inner) last = { start: via.start, end: via.end, inner };
    return { start, end, source, elsewhere, exact, literal, via: last };
  });
  return { text, segments: seen, holes, span: via };
}

// Each text is cut and joined many times over; a copy field by field costs a fraction of `{ ...one }`.

function segmentBetween({ source, elsewhere, exact, literal, via }: Segment, start: number, end: number): Segment {
  return { start, end, source, elsewhere, exact, literal, via };
}

function holeBetween({ kind, expr }: Hole, start: number, end: number): Hole {
  return { start, end, kind, expr };
}

/** One after the other. */
export function joined(pieces: readonly Folded[], span: Span): Folded {
  let text = "";
  const segments: Segment[] = [];
  const holes: Hole[] = [];
  for (const piece of pieces) {
    const shift = text.length;
    for (const one of piece.segments) segments.push(segmentBetween(one, one.start + shift, one.end + shift));
    for (const one of piece.holes) holes.push(holeBetween(one, one.start + shift, one.end + shift));
    text += piece.text;
  }
  return { text, segments, holes, span };
}

/** The part of a folded text between two offsets, like `text[start:end]`. */
export function part(folded: Folded, start: number, end: number): Folded {
  const segments: Segment[] = [];
  for (const one of segmentsAt(folded, { start, end })) {
    const from = Math.max(one.start, start);
    const to = Math.min(one.end, end);
    if (from >= to) continue;
    const cut = (span: Span): Span =>
      one.exact ? { start: span.start + (from - one.start), end: span.end - (one.end - to) } : span;
    segments.push({
      start: from - start,
      end: to - start,
      source: one.elsewhere ? one.source : cut(one.source),
      elsewhere: one.elsewhere && { ...one.elsewhere, span: cut(one.elsewhere.span) },
      exact: one.exact,
      literal: one.literal,
      via: one.via,
    });
  }
  const holes: Hole[] = [];
  for (const one of folded.holes) {
    const from = Math.max(one.start, start);
    const to = Math.min(one.end, end);
    if (from < to) holes.push(holeBetween(one, from - start, to - start));
  }
  return { text: folded.text.slice(start, end), segments, holes, span: folded.span };
}

/** `text.strip()`, `.lstrip()`, `.rstrip()` without arguments. */
export function stripped(folded: Folded, where: "both" | "left" | "right"): Folded {
  const { text } = folded;
  let start = 0;
  let end = text.length;
  if (where !== "right") while (start < end && /\s/.test(text.charAt(start))) start++;
  if (where !== "left") while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return part(folded, start, end);
}

/** `textwrap.dedent(text)`: the indentation that all non-blank lines share goes; blank lines lose theirs. */
export function dedented(folded: Folded): Folded {
  const lines = folded.text.split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)?.[0] ?? "");
  let shared = indents[0] ?? "";
  for (const one of indents) {
    let length = 0;
    while (length < shared.length && shared[length] === one[length]) length++;
    shared = shared.slice(0, length);
  }
  const pieces: Folded[] = [];
  let at = 0;
  lines.forEach((line, index) => {
    const last = index === lines.length - 1;
    const end = at + line.length;
    const next = last ? end : end + 1;
    pieces.push(line.trim() === "" ? part(folded, end, next) : part(folded, at + shared.length, next));
    at = next;
  });
  return joined(pieces, folded.span);
}

/** `text.replace(old, new)` with known texts. */
export function replaced(folded: Folded, old: string, by: Folded): Folded {
  if (old === "") return folded;
  const pieces: Folded[] = [];
  let at = 0;
  for (let found = folded.text.indexOf(old); found >= 0; found = folded.text.indexOf(old, at)) {
    pieces.push(part(folded, at, found), by);
    at = found + old.length;
  }
  pieces.push(part(folded, at, folded.text.length));
  return joined(pieces, folded.span);
}

const jinja =
  /(\{%[-+]?\s*raw\s*-?%\})[\s\S]*?(\{%-?\s*endraw\s*[-+]?%\})|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;

/** Marks the Jinja parts of a text that Airflow renders before use. */
export function withJinja(folded: Folded): Folded {
  if (!folded.text.includes("{")) return folded;
  const holes: Hole[] = [...folded.holes];
  for (const match of folded.text.matchAll(jinja)) {
    const [whole, raw, endraw] = match;
    const second = whole.charAt(1);
    const kind = second === "{" ? "jinja-expression" : second === "%" ? "jinja-statement" : "jinja-comment";
    const add = (start: number, end: number): unknown => holes.push({ start, end, kind, expr: undefined });
    const end = match.index + whole.length;
    if (raw !== undefined && endraw !== undefined) {
      // {% raw %} … {% endraw %}: what stands between is no Jinja.
      add(match.index, match.index + raw.length);
      add(end - endraw.length, end);
    } else add(match.index, end);
  }
  holes.sort((a, b) => a.start - b.start);
  return { ...folded, holes };
}
