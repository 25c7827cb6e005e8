import type { Span } from "./span.ts";

/** A replacement of one span by a text; an empty span inserts, an empty text deletes. */
export type Edit = { readonly span: Span; readonly text: string };

/** `safe` keeps the task's behaviour but for the fault; everything else is `unsafe`. */
export type Safety = "safe" | "unsafe";

/** A change offered for a finding: all its edits apply together, or none. */
export type Fix =
  | { readonly title: string; readonly edits: readonly Edit[]; readonly safety: "safe" }
  | {
      readonly title: string;
      readonly edits: readonly Edit[];
      readonly safety: "unsafe";
      /** What else changes, for the person who decides. */
      readonly why: string;
    };

/** The edits in text order, or undefined when two of them overlap or change the same place twice. */
export function ordered(edits: readonly Edit[]): readonly Edit[] | undefined {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  for (let index = 1; index < sorted.length; index++) {
    const before = sorted[index - 1];
    const here = sorted[index];
    if (!before || !here) continue;
    // Two insertions at one place keep the order in which they were given; a deletion may end where an insertion begins.
    if (before.span.end > here.span.start) return undefined;
  }
  return sorted;
}

/** `text` with all edits applied, or undefined when they contradict one another. */
export function applyEdits(text: string, edits: readonly Edit[]): string | undefined {
  const sorted = ordered(edits);
  if (!sorted) return undefined;
  let result = "";
  let at = 0;
  for (const edit of sorted) {
    if (edit.span.start < at || edit.span.end > text.length) return undefined;
    result += text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return result + text.slice(at);
}
