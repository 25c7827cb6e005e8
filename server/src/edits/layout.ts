/** How one file is written: what generated text must look like to fit in. */

import type { DagFile } from "../airflow/dagfile.ts";
import { Kept } from "../syntax/kept.ts";
import type { Module } from "../syntax/python.ts";
import { bodiesOf, everyExpression, walkStatements } from "../syntax/traverse.ts";

/** What edit builders read of a file; a `DagFile` is one. */
export type SourceFile = Pick<DagFile, "module" | "names">;

/** The habits of one file. */
export type Layout = {
  /** The quote of most one-line strings. */
  readonly quote: '"' | "'";
  /** One step of indentation: `"    "`, `"  "`, a tab. */
  readonly indent: string;
  readonly newline: "\n" | "\r\n" | "\r";
};

const layouts = new Kept(
  (module: Module): Layout => ({
    quote: quoteOf(module),
    indent: indentOf(module),
    newline: newlineOf(module.text),
  }),
);

/** The habits of a file, found once per module. */
export function layoutOf(module: Module): Layout {
  return layouts.of(module);
}

function newlineOf(text: string): Layout["newline"] {
  const first = /\r\n|\n|\r/.exec(text)?.[0];
  return first === "\r\n" || first === "\r" ? first : "\n";
}

function quoteOf(module: Module): '"' | "'" {
  let balance = 0;
  everyExpression(module.body, (expr) => {
    if (expr.kind !== "string") return;
    for (const { quote, span } of expr.literals) {
      const content = module.text.slice(span.start, span.end);
      // 'say "hi"' is no habit: its quote was forced.
      if (quote === '"' && !content.includes("'")) balance++;
      if (quote === "'" && !content.includes('"')) balance--;
    }
  });
  return balance < 0 ? "'" : '"';
}

function indentOf(module: Module): string {
  let found: string | undefined;
  walkStatements(module.body, (statement) => {
    if (found !== undefined) return false;
    for (const body of bodiesOf(statement)) {
      const first = body[0];
      if (!first || !startsLine(module.text, first.span.start)) continue;
      const outer = lineIndent(module.text, statement.span.start);
      const inner = lineIndent(module.text, first.span.start);
      if (inner.length > outer.length && inner.startsWith(outer)) found = inner.slice(outer.length);
    }
    return true;
  });
  return found ?? "    ";
}

/** The UTF-16 offset at which the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isBreak(text, at - 1)) at--;
  // A byte order mark belongs to no line.
  return at === 0 && text.charCodeAt(0) === 0xfeff && offset > 0 ? 1 : at;
}

/** The UTF-16 offset of the line break that ends the line of `offset`, or the text's end. */
export function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !isBreak(text, at)) at++;
  // The grammar counts the carriage return to a comment, and so to the block that ends in one.
  return text.charCodeAt(at) === 10 && text.charCodeAt(at - 1) === 13 ? at - 1 : at;
}

/** The UTF-16 offset after the line break that stands at `offset`; `offset` itself when none does. */
export function afterBreak(text: string, offset: number): number {
  if (text.startsWith("\r\n", offset)) return offset + 2;
  return offset < text.length && isBreak(text, offset) ? offset + 1 : offset;
}

/** The blanks with which the line of `offset` begins. */
export function lineIndent(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return /^[ \t\f]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** Whether only blanks stand before `offset` in its line. */
export function startsLine(text: string, offset: number): boolean {
  return lineStart(text, offset) + lineIndent(text, offset).length === offset;
}

function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || code === 13;
}

/** `text` with the file's own line breaks. */
export function withNewlines(layout: Layout, text: string): string {
  return layout.newline === "\n" ? text : text.replace(/\r\n|\n|\r/g, layout.newline);
}

/** A Python literal of this value in the file's habit: one line, or triple-quoted when the value has several. */
export function quoteString(file: Pick<SourceFile, "module">, value: string): string {
  const layout = layoutOf(file.module);
  const other = layout.quote === '"' ? "'" : '"';
  const backslashed = value.replaceAll("\\", "\\\\");
  if (value.includes("\n")) {
    const quote = layout.quote.repeat(3);
    // A quote at the very end would close too early.
    const closing = new RegExp(`${quote}|${layout.quote}$`, "g");
    const safe = escapeControls(backslashed, true).replace(closing, (found) =>
      `\\${layout.quote}`.repeat(found.length),
    );
    return quote + withNewlines(layout, safe) + quote;
  }
  const quote = value.includes(layout.quote) && !value.includes(other) ? other : layout.quote;
  return quote + escapeControls(backslashed, false).replaceAll(quote, `\\${quote}`) + quote;
}

function escapeControls(text: string, keepBreaks: boolean): string {
  let result = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 10) result += keepBreaks ? "\n" : "\\n";
    else if (code === 9) result += keepBreaks ? "\t" : "\\t";
    else if (code === 13) result += "\\r";
    else if (code < 32 || code === 127) result += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code >= 0xd800 && code <= 0xdfff) result += `\\u${code.toString(16)}`;
    else result += character;
  }
  return result;
}
