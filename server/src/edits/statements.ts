/** Whole statements put before or behind others, in the same block. */
import type { Stmt } from "../syntax/python.ts";
import type { Edit } from "../text/edit.ts";
import { commentsIn } from "./items.ts";
import { layoutOf, lineIndent, lineStart, type SourceFile, startsLine, withNewlines } from "./layout.ts";
import { lineAfter } from "./paths.ts";

/**
 * New lines behind a statement and its comment. Lines are indented relative to the statement; a leading tab in a line
 * stands for one step of the file's own indentation. Undefined when other code shares the statement's lines.
 */
export function insertAfter(file: SourceFile, statement: Stmt, lines: readonly string[]): readonly Edit[] | undefined {
  const { module } = file;
  const at = lineAfter(module, statement);
  if (at === undefined) return undefined;
  const text = indented(file, statement, lines)
    .map((line) => `\n${line}`)
    .join("");
  return [{ span: { start: at, end: at }, text: withNewlines(layoutOf(module), text) }];
}

/** New lines right above a statement, below the comments that belong to it. Undefined when it does not begin its line. */
export function insertBefore(file: SourceFile, statement: Stmt, lines: readonly string[]): readonly Edit[] | undefined {
  const { module } = file;
  const { start } = statement.span;
  if (!startsLine(module.text, start)) return undefined;
  const at = lineStart(module.text, start);
  const text = indented(file, statement, lines)
    .map((line) => `${line}\n`)
    .join("");
  return [{ span: { start: at, end: at }, text: withNewlines(layoutOf(module), text) }];
}

/** New lines in the place of a statement; its comment stays behind the last one. Undefined when other code shares the statement's lines. */
export function replaceStatement(
  file: SourceFile,
  statement: Stmt,
  lines: readonly string[],
): readonly Edit[] | undefined {
  const { module } = file;
  if (lineAfter(module, statement) === undefined || commentsIn(module, statement.span).length > 0) return undefined;
  const text = indented(file, statement, lines).join("\n").trimStart();
  return [{ span: statement.span, text: withNewlines(layoutOf(module), text) }];
}

function indented(file: SourceFile, statement: Stmt, lines: readonly string[]): readonly string[] {
  const { module } = file;
  const outer = lineIndent(module.text, statement.span.start);
  const { indent } = layoutOf(module);
  return lines.map((line) => {
    const [tabs = ""] = /^\t*/.exec(line) ?? [];
    return line === "" ? "" : outer + indent.repeat(tabs.length) + line.slice(tabs.length);
  });
}
