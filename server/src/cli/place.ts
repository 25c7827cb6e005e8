/** Paths and positions as people and other programs read them. */
import { relative, sep } from "node:path";
import { LineIndex } from "../text/lines.ts";
import type { Span } from "../text/span.ts";

/** One-based line, and one-based column in Unicode characters. */
export type Place = { readonly line: number; readonly column: number };

/** Where a span starts and where it ends (the end is the first place after it). */
export type Range = { readonly start: Place; readonly end: Place };

/** Positions in one text. A byte order mark is no character that anybody sees, so it has no column. */
export class Places {
  readonly lines: LineIndex;
  readonly #mark: number;

  constructor(text: string) {
    this.lines = new LineIndex(text);
    this.#mark = text.startsWith("\uFEFF") ? 1 : 0;
  }

  /** The place of a UTF-16 offset. */
  at(offset: number): Place {
    const { line, character } = this.lines.position(offset, "utf-32");
    const mark = line === 0 ? Math.min(this.#mark, character) : 0;
    return { line: line + 1, column: character - mark + 1 };
  }

  /** The places of a span of UTF-16 offsets. */
  range(span: Span): Range {
    return { start: this.at(span.start), end: this.at(span.end) };
  }
}

/** A path as it is shown: relative to the working directory, with `/`; outside of it, with leading `..`. */
export function shownPath(cwd: string, path: string): string {
  const shown = relative(cwd, path);
  return sep === "\\" ? shown.replaceAll("\\", "/") : shown;
}
