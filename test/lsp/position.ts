import type { Position } from "vscode-languageserver/node";

/** What one column is: a byte, a UTF-16 code unit or a character. */
export type Columns = "utf-8" | "utf-16" | "utf-32";

// Written apart from the server's own conversion, so that one checks the other.
function width(text: string, columns: Columns): number {
  if (columns === "utf-8") return Buffer.byteLength(text, "utf8");
  return columns === "utf-16" ? text.length : [...text].length;
}

/** Where a UTF-16 offset is. */
export function positionAt(text: string, offset: number, columns: Columns): Position {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: width(lines.at(-1) ?? "", columns) };
}

/** The UTF-16 offset of a place. */
export function offsetAt(text: string, { line, character }: Position, columns: Columns): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  let counted = 0;
  let taken = 0;
  for (const one of lines[line] ?? "") {
    if (counted >= character) break;
    counted += width(one, columns);
    taken += one.length;
  }
  return Math.min(text.length, before + taken);
}
