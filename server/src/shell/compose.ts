/** Builds a folded text out of parts of another one, keeping the map to the source file. */
import { type Folded, type Hole, type Segment, sourceSpan } from "../syntax/folded.ts";
import { joined } from "../syntax/pieces.ts";
import type { Span } from "../text/span.ts";

/** A run of the new text. `outer` is where it stands in the outer folded text. */
export type Piece = {
  readonly text: string;
  readonly outer: Span;
  /** Taken over by an expansion before the inner shell sees it: its value is not this text. */
  readonly expanded?: boolean;
};

/** The pieces as one folded text. A piece whose text equals what stands at `outer` keeps a map by characters. */
export function compose(outer: Folded, pieces: readonly Piece[], whole: Span): Folded {
  const segments: Segment[] = [];
  const holes: Hole[] = [];
  let text = "";
  for (const piece of pieces) {
    const start = text.length;
    text += piece.text;
    if (piece.text === "") continue;
    const same = piece.text === outer.text.slice(piece.outer.start, piece.outer.end);
    if (same) {
      const shift = start - piece.outer.start;
      for (const segment of overlapping(outer.segments, piece.outer)) addPart(segments, segment, piece.outer, shift);
      for (const hole of touching(outer.holes, piece.outer)) {
        const from = Math.max(hole.start, piece.outer.start);
        const to = Math.min(hole.end, piece.outer.end);
        if (from < to && !piece.expanded) holes.push({ ...hole, start: from + shift, end: to + shift });
      }
    } else {
      const first = overlapping(outer.segments, piece.outer)[0];
      const origin = { literal: first?.literal, via: first?.via };
      segments.push({ start, end: text.length, source: sourceSpan(outer, piece.outer), exact: false, ...origin });
    }
    if (piece.expanded) holes.push({ start, end: text.length, kind: "python", expr: undefined });
  }
  return { text, segments, holes, span: sourceSpan(outer, whole) };
}

/** The segments that share a character with the span; a text has one an escape, so they are looked up. */
function overlapping(segments: readonly Segment[], span: Span): Segment[] {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.end ?? 0) <= span.start) low = middle + 1;
    else high = middle;
  }
  const found: Segment[] = [];
  for (let one = segments[low]; one && one.start < span.end; one = segments[++low]) found.push(one);
  return found;
}

/** The holes that share a character with the span; one may lie in another (`{{ params.{name} }}` in an f-string). */
export function touching(holes: readonly Hole[], span: Span): Hole[] {
  return holes.filter((one) => one.start < span.end && span.start < one.end);
}

/** A part of a folded text as a text of its own. */
export function part(outer: Folded, span: Span): Folded {
  return compose(outer, [{ text: outer.text.slice(span.start, span.end), outer: span }], span);
}

function addPart(segments: Segment[], segment: Segment, within: Span, shift: number): void {
  const from = Math.max(segment.start, within.start);
  const to = Math.min(segment.end, within.end);
  if (from >= to) return;
  const source = segment.exact
    ? { start: segment.source.start + (from - segment.start), end: segment.source.start + (to - segment.start) }
    : segment.source;
  segments.push({ ...segment, start: from + shift, end: to + shift, source });
}

/** Words as ssh and eval join them: one blank between, and the blank is the written one where only one is written. */
export function joinWords(
  outer: Folded,
  words: readonly { readonly span: Span; readonly folded: Folded }[],
  whole: Span,
): Folded {
  const texts: Folded[] = [];
  let previous: Span | undefined;
  for (const word of words) {
    if (previous) {
      const gap = { start: previous.end, end: word.span.start };
      texts.push(compose(outer, [{ text: " ", outer: gap }], gap));
    }
    texts.push(word.folded);
    previous = word.span;
  }
  return joined(texts, sourceSpan(outer, whole));
}
