/** Builds a folded text out of parts of another one, keeping the map to the source file. */
import { type Folded, segmentsAt, sourceSpan } from "../syntax/folded.ts";
import { joined, part, produced } from "../syntax/pieces.ts";
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
  const parts = pieces.map((piece): Folded => {
    const { start, end } = piece.outer;
    const taken = piece.text === outer.text.slice(start, end) ? part(outer, start, end) : written(outer, piece);
    if (!piece.expanded) return taken;
    return { ...taken, holes: [{ start: 0, end: piece.text.length, kind: "python", expr: undefined }] };
  });
  return joined(parts, sourceSpan(outer, whole));
}

/** A text that stands for another: an escape decoded, a blank put between words. */
function written(outer: Folded, piece: Piece): Folded {
  const text = produced(piece.text, sourceSpan(outer, piece.outer));
  const [first] = segmentsAt(outer, piece.outer);
  return { ...text, segments: text.segments.map((one) => ({ ...one, literal: first?.literal, via: first?.via })) };
}

/** A part of a folded text as a text of its own. */
export function textAt(outer: Folded, span: Span): Folded {
  return { ...part(outer, span.start, span.end), span: sourceSpan(outer, span) };
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
