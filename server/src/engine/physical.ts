/** How Python joins the physical lines of a text: found by scanning its tokens' edges, so it needs no parse. */
import { LineIndex } from "../text/lines.ts";

/** One physical line. */
export type PhysicalLine = {
  /** It begins inside a string that began on an earlier line. */
  readonly inString: boolean;
  /** The line before ends in a backslash outside strings. */
  readonly continued: boolean;
  /** Brackets that are open where it begins. */
  readonly depth: number;
  /** Offset of the `#` that begins its comment. */
  readonly comment: number | undefined;
};

/** A text's lines with what joins them. Lines are zero-based. */
export class PhysicalLines {
  readonly index: LineIndex;
  readonly #lines: PhysicalLine[] = [];

  constructor(text: string) {
    this.index = new LineIndex(text);
    scan(text, this.index, this.#lines);
  }

  /** A line's facts; past the end an empty line. */
  at(line: number): PhysicalLine {
    return this.#lines[line] ?? { inString: false, continued: false, depth: 0, comment: undefined };
  }

  /** Whether nothing can be written behind a line: its end is inside a string or it ends in a backslash. */
  runsOn(line: number): boolean {
    const next = this.at(line + 1);
    return line + 1 < this.index.lineCount && (next.inString || next.continued);
  }

  /** First and last line of the run that strings and backslashes join with this line. */
  block(line: number): { first: number; last: number } {
    let first = line;
    let last = line;
    while (this.at(first).inString || this.at(first).continued) first--;
    while (this.runsOn(last)) last++;
    return { first, last };
  }

  /** The last line of the statement, or of the rest of it, that begins here: {@link block} and open brackets. */
  lastOfLogical(line: number): number {
    let { last } = this.block(line);
    while (last + 1 < this.index.lineCount && this.at(last + 1).depth > 0) last = this.block(last + 1).last;
    return last;
  }
}

function scan(text: string, index: LineIndex, lines: PhysicalLine[]): void {
  let at = 0;
  let depth = 0;
  let quote = "";
  for (let line = 0; line < index.lineCount; line++) {
    const end = index.lineEnd(line);
    const inString = quote !== "";
    const continued = !inString && line > 0 && endsInBackslash(text, index, line - 1, lines);
    const begin = depth;
    let comment: number | undefined;
    at = index.lineStart(line);
    while (at < end) {
      if (quote !== "") {
        if (text[at] === "\\") at += 2;
        else if (text.startsWith(quote, at)) {
          at += quote.length;
          quote = "";
        } else at++;
        continue;
      }
      const char = text[at] ?? "";
      if (char === "#") {
        comment = at;
        break;
      }
      if (char === '"' || char === "'") {
        quote = text.startsWith(char.repeat(3), at) ? char.repeat(3) : char;
        at += quote.length;
        continue;
      }
      if ("([{".includes(char)) depth++;
      else if (")]}".includes(char)) depth = Math.max(0, depth - 1);
      at++;
    }
    // A one-line string ends with its line, closed or not, unless a backslash carries it on.
    if (quote.length === 1 && !(end > index.lineStart(line) && oddBackslashes(text, end))) quote = "";
    lines.push({ inString, continued, depth: begin, comment });
  }
}

function endsInBackslash(text: string, index: LineIndex, line: number, lines: readonly PhysicalLine[]): boolean {
  const end = index.lineEnd(line);
  return end > index.lineStart(line) && lines[line]?.comment === undefined && oddBackslashes(text, end);
}

function oddBackslashes(text: string, end: number): boolean {
  let count = 0;
  while (text[end - 1 - count] === "\\") count++;
  return count % 2 === 1;
}
