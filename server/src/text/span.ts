/** A half-open range of UTF-16 offsets into one text. */
export type Span = { readonly start: number; readonly end: number };

/** A part of another file's text; its path as that file was read. */
export type Elsewhere = { readonly path: string; readonly span: Span };

/** A part of the file that is checked; `elsewhere`: what it names or stands for, where that is text of one other file. */
export type SourceSpan = Span & { readonly elsewhere?: Elsewhere };

/** Whether `inner` lies wholly within `outer`; equal spans contain each other. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Whether the two share a character, or one is empty and lies inside or at the edge of the other. */
export function overlaps(a: Span, b: Span): boolean {
  if (a.start === a.end || b.start === b.end) return a.start <= b.end && b.start <= a.end;
  return a.start < b.end && b.start < a.end;
}

/** The smallest span that covers both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The text that a span covers. */
export function slice(text: string, where: Span): string {
  return text.slice(where.start, where.end);
}

/** Equal for equal parts, of the file or of another one that they stand for. */
export function partKey({ start, end, elsewhere }: SourceSpan): string {
  return elsewhere ? `${elsewhere.path} ${elsewhere.span.start} ${elsewhere.span.end}` : `${start} ${end}`;
}

/** As {@link overlaps}; parts that stand for text of other files share what they stand for. */
export function sharesPart(a: SourceSpan, b: SourceSpan): boolean {
  if (!overlaps(a, b)) return false;
  if (!a.elsewhere || !b.elsewhere) return true;
  return a.elsewhere.path === b.elsewhere.path && overlaps(a.elsewhere.span, b.elsewhere.span);
}

/** Whether any of the sorted offsets lies in the span. */
export function anyWithin(sorted: readonly number[], { start, end }: Span): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  const first = sorted[low];
  return first !== undefined && first < end;
}
