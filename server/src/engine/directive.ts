/** Reading the comments that ask to ignore findings: `# tether: ignore[…]`, `# tether: file-ignore[…]`, `# noqa: TETnnn`. */
import type { Span } from "../text/span.ts";
import { PhysicalLines } from "./physical.ts";

/** Zero-based first and last line, both included. */
export type LineRange = { readonly first: number; readonly last: number };

/** One name in a directive. `foreign`: another tool's code in a `noqa`, none of our business. */
export type DirectiveItem = { readonly name: string; readonly span: Span; readonly foreign: boolean };

/** One such comment. */
export type Directive = {
  readonly form: "ignore" | "file-ignore" | "noqa" | "malformed";
  readonly items: readonly DirectiveItem[];
  /** Between the brackets, or the codes of a `noqa`; undefined without brackets. */
  readonly list: Span | undefined;
  /** From its `#` to the end of what belongs to it. */
  readonly span: Span;
  readonly line: number;
  /** Nothing else stands on its line. */
  readonly alone: boolean;
  /** A comment of a shell text inside a Python string. */
  readonly inString: boolean;
  /** It holds for findings that touch these lines … */
  readonly touching: LineRange;
  /** … and for those that begin on these. */
  readonly beginning: LineRange | undefined;
};

/** A text's directives in order, and its lines. */
export type Directives = { readonly directives: readonly Directive[]; readonly lines: PhysicalLines };

const tether = /#[ \t]*tether:[ \t]*([\w-]+)(?:[ \t]*\[([^\]\r\n]*)\])?/g;
const noqa = /#[ \t]*noqa[ \t]*:[ \t]*([a-z]+\d+(?:[ \t,]+[a-z]+\d+)*)/gi;

/** The directives of a Python text, or undefined when it holds nothing like one. */
export function readDirectives(text: string): Directives | undefined {
  if (!/#[ \t]*tether:|#[ \t]*noqa[ \t]*:.*TET\d/i.test(text)) return undefined;
  const lines = new PhysicalLines(text);
  const directives: Directive[] = [];
  for (const match of text.matchAll(tether)) {
    const word = match[1] ?? "";
    const known = word === "ignore" || word === "file-ignore";
    // "# tether: see the manual" is a sentence; only brackets make another word an attempt.
    if (!known && match[2] === undefined) continue;
    const form = known && match[2] !== undefined ? word : "malformed";
    const end = match.index + match[0].length;
    const list = match[2] === undefined ? undefined : { start: end - 1 - match[2].length, end: end - 1 };
    const directive = place(text, lines, match.index, end, form, list);
    if (directive) directives.push(directive);
  }
  for (const match of text.matchAll(noqa)) {
    const end = match.index + match[0].length;
    const directive = place(text, lines, match.index, end, "noqa", { start: end - (match[1] ?? "").length, end });
    if (directive && !directive.inString && directive.items.some((item) => !item.foreign)) directives.push(directive);
  }
  return { directives: directives.sort((a, b) => a.span.start - b.span.start), lines };
}

function place(
  text: string,
  lines: PhysicalLines,
  start: number,
  matchEnd: number,
  form: Directive["form"],
  list: Span | undefined,
): Directive | undefined {
  const { index } = lines;
  const line = index.lineOf(start);
  const lineStart = index.lineStart(line);
  const lineEnd = index.lineEnd(line);
  const { comment } = lines.at(line);
  const inString = comment === undefined || start < comment;
  // In shell a `#` begins a comment only behind white space (or at the very start of the text).
  if (inString && start > lineStart && !/[\s"']/.test(text[start - 1] ?? "")) return undefined;
  const before = text.slice(lineStart, inString ? start : comment).replace("\uFEFF", "");
  const alone = before.trim() === "";
  return {
    form,
    items: list ? readItems(text, list, form === "noqa" ? /[^\s,]+/g : /[^,\s][^,]*/g, form === "noqa") : [],
    list,
    span: { start, end: inString ? stringExtent(text, lines, line, matchEnd) : commentExtent(text, matchEnd, lineEnd) },
    line,
    alone,
    inString,
    touching: alone || inString ? { first: line, last: line } : lines.block(line),
    beginning: alone && form !== "noqa" ? below(text, lines, line, inString) : undefined,
  };
}

function readItems(text: string, list: Span, pattern: RegExp, codes: boolean): DirectiveItem[] {
  return [...text.slice(list.start, list.end).matchAll(pattern)].map((match) => {
    const name = match[0].trimEnd();
    const start = list.start + match.index;
    return { name, span: { start, end: start + name.length }, foreign: codes && !/^TET\d/i.test(name) };
  });
}

// "# tether: ignore[x] since the host is ours  # noqa: E501": the reason belongs to it, the next comment does not.
function commentExtent(text: string, matchEnd: number, lineEnd: number): number {
  const next = /[ \t]+#/.exec(text.slice(matchEnd, lineEnd))?.index;
  return next === undefined ? lineEnd : matchEnd + next;
}

// A reason written behind it ends with the line, when the string goes on below; else the closing quotes are there too.
function stringExtent(text: string, lines: PhysicalLines, line: number, matchEnd: number): number {
  const lineEnd = lines.index.lineEnd(line);
  return lines.at(line + 1).inString && !text.slice(matchEnd, lineEnd).includes("#") ? lineEnd : matchEnd;
}

// A comment on a line of its own speaks of the line below, passing over other comments.
function below(text: string, lines: PhysicalLines, line: number, inString: boolean): LineRange {
  let first = line + 1;
  if (inString) {
    while (lines.at(first).inString && /^\s*#/.test(lines.index.line(first))) first++;
    return { first, last: first };
  }
  for (; lines.at(first).comment !== undefined; first++) {
    if (text.slice(lines.index.lineStart(first), lines.at(first).comment).trim() !== "") break;
  }
  const { depth } = lines.at(first);
  return { first, last: depth === 0 ? lines.lastOfLogical(first) : lines.block(first).last };
}
