/** How a client counts columns (LSP `positionEncoding`); the command line counts `utf-32` (Unicode characters). */
export type Encoding = "utf-8" | "utf-16" | "utf-32";

/** A zero-based line and a zero-based column counted in some {@link Encoding}. */
export type Position = { readonly line: number; readonly character: number };

/** Converts between UTF-16 offsets and line/column positions of one text. Lines end at `\n`, `\r\n` or a lone `\r`. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10) this.#starts.push(at + 1);
      else if (code === 13 && text.charCodeAt(at + 1) !== 10) this.#starts.push(at + 1);
    }
  }

  /** How many lines the text has; an empty text has one. */
  get lineCount(): number {
    return this.#starts.length;
  }

  /** The UTF-16 offset at which a zero-based line begins; past the last line, the end of the text. */
  lineStart(line: number): number {
    return this.#starts[Math.max(0, line)] ?? this.#text.length;
  }

  /** The UTF-16 offset where a zero-based line's own text ends, before its line break. */
  lineEnd(line: number): number {
    let end = this.lineStart(line + 1);
    if (line + 1 >= this.#starts.length) return end;
    if (this.#text.charCodeAt(end - 1) === 10) end--;
    if (end > this.lineStart(line) && this.#text.charCodeAt(end - 1) === 13) end--;
    return end;
  }

  /** The text of a zero-based line without its line break. */
  line(line: number): string {
    return this.#text.slice(this.lineStart(line), this.lineEnd(line));
  }

  /** The zero-based line that holds a UTF-16 offset. */
  lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStart(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The position of a UTF-16 offset, its column counted in `encoding`. */
  position(offset: number, encoding: Encoding): Position {
    const line = this.lineOf(offset);
    const start = this.lineStart(line);
    return { line, character: width(this.#text, start, offset, encoding) };
  }

  /** The UTF-16 offset of a position; a column past the line's end answers that end (as LSP asks). */
  offset(position: Position, encoding: Encoding): number {
    if (position.line >= this.#starts.length) return this.#text.length;
    const start = this.lineStart(position.line);
    const end = this.lineEnd(position.line);
    if (encoding === "utf-16") return Math.min(end, start + position.character);
    let at = start;
    let counted = 0;
    while (at < end && counted < position.character) {
      const code = this.#text.codePointAt(at) ?? 0;
      counted += encoding === "utf-32" ? 1 : utf8Length(code);
      at += code > 0xffff ? 2 : 1;
    }
    return Math.min(at, end);
  }
}

function width(text: string, start: number, end: number, encoding: Encoding): number {
  if (encoding === "utf-16") return end - start;
  let counted = 0;
  for (let at = start; at < end; ) {
    const code = text.codePointAt(at) ?? 0;
    counted += encoding === "utf-32" ? 1 : utf8Length(code);
    at += code > 0xffff ? 2 : 1;
  }
  return counted;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
