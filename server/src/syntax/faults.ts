/** Where a source text that cannot be read is at fault, which is seldom where the parser gives up. */
import type { Span } from "../text/span.ts";
import type { ConcreteNode } from "./parser.ts";

/** A place to mend. */
export type SyntaxFault = {
  /**
   * A bracket or a string that nothing closes, a bracket that closes nothing, or whatever else cannot be read; `template`:
   * the first line of Jinja or Markdown around the Python.
   */
  readonly kind: "open-bracket" | "stray-bracket" | "open-string" | "unreadable" | "template";
  readonly span: Span;
};

/** At least one fault of a tree with errors, in order. */
export function syntaxFaults(text: string, root: ConcreteNode): SyntaxFault[] {
  const brackets = bracketFaults(text);
  // Behind a string that stays open, its Jinja stands as if it were code.
  const mark = brackets.some((one) => one.kind === "open-string") ? undefined : templateMark(text, root);
  if (mark) return [{ kind: "template", span: mark }];
  // All that is read behind them stands inside a bracket or a string where it does not belong.
  if (brackets.length > 0) return brackets;
  return outermost(root).map((node) => ({ kind: "unreadable", span: refined(text, node) }));
}

/** A tag, an expression or a fence outside of strings, where the text cannot be read. */
const marks = /^[ \t]*(?:```|\{%[-+]?[ \t]*[a-z])|\{\{[-+]?[ \t]*[A-Za-z_][^{}\n]*\}\}/;

function templateMark(text: string, root: ConcreteNode): Span | undefined {
  if (!/```|\{%|\{\{/.test(text)) return undefined;
  for (const node of outermost(root)) {
    const start = lineStart(text, refined(text, node).start);
    const line = /[^\r\n]*/.exec(text.slice(start))?.[0] ?? "";
    // "{{ ds }}" is a string.
    const code = line.replace(/(["'])(?:\\.|(?!\1).)*\1|#.*/g, (one) => " ".repeat(one.length));
    if (marks.test(code)) return { start: start + line.search(/\S/), end: start + line.trimEnd().length };
  }
  return undefined;
}

/** ERROR and missing nodes that stand in no other. */
function outermost(node: ConcreteNode): ConcreteNode[] {
  return isBroken(node) ? [node] : node.children.flatMap(outermost);
}

function isBroken(node: ConcreteNode): boolean {
  return node.type === "ERROR" || node.missing;
}

/** A broken place can swallow half a file: the innermost one that comes first, from its first word that makes no statement. */
function refined(text: string, outer: ConcreteNode): Span {
  let node = outer;
  for (let inner = firstBroken(node); inner; inner = firstBroken(node)) node = inner;
  const loose = node.children.find((one) => !/_(?:statement|definition)$|^comment$/.test(one.type)) ?? node;
  const start = loose.start + (/^\s+(?=\S)/.exec(text.slice(loose.start, node.end))?.[0].length ?? 0);
  const line = /[\r\n]/.exec(text.slice(start, node.end))?.index;
  return { start, end: line === undefined || line === 0 ? node.end : start + line };
}

function firstBroken(node: ConcreteNode): ConcreteNode | undefined {
  for (const one of node.children) {
    const found = isBroken(one) ? one : firstBroken(one);
    if (found) return found;
  }
  return undefined;
}

type Open = { readonly bracket: string; readonly at: number };

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

// Comments, strings, brackets, and words with which only a statement of its own starts a line. A string ends with its line.
const tokens =
  /#[^\r\n]*|("""|''')(?:\\[\s\S]|(?!\1)[^\\])*(\1)?|(["'])(?:\\[\s\S]|(?!\3)[^\\\r\n])*(\3)?|[()[\]{}]|(?<=^|\n)[ \t]*(?:(?:async[ \t]+)?def\b|class\b|import\b|try[ \t]*:|with[ \t][^\n]*:[ \t]*\r?\n|from[ \t]+[\w.]+[ \t]+import|@\w)/g;

function bracketFaults(text: string): SyntaxFault[] {
  const faults: SyntaxFault[] = [];
  let open: Open[] = [];
  const unclosed = ({ at }: Open): void => {
    faults.push({ kind: "open-bracket", span: { start: at, end: at + 1 } });
  };
  for (const match of text.matchAll(tokens)) {
    const [token] = match;
    const first = token.charAt(0);
    const at = match.index;
    if (first === "#") continue;
    if (first === '"' || first === "'") {
      if (match[2] !== undefined || match[4] !== undefined) continue;
      const line = /[\r\n]/.exec(token)?.index ?? token.length;
      faults.push({ kind: "open-string", span: { start: at, end: at + line } });
      break;
    }
    if (Object.hasOwn(closing, first)) open.push({ bracket: first, at });
    else if (/^[)\]}]/.test(first)) {
      const last = open.at(-1);
      if (last && closing[last.bracket] === first) open.pop();
      else if (last && closing[open.at(-2)?.bracket ?? ""] === first) {
        unclosed(last);
        open.splice(-2);
      } else faults.push({ kind: "stray-bracket", span: { start: at, end: at + 1 } });
    } else {
      const [outer] = open;
      const last = open.at(-1);
      // A statement that stands no deeper than the line with the bracket.
      if (!outer || !last || indentAt(text, at) > indentAt(text, lineStart(text, outer.at))) continue;
      unclosed(last);
      open = [];
    }
  }
  if (faults.at(-1)?.kind !== "open-string") for (const one of open) unclosed(one);
  return faults.sort((a, b) => a.span.start - b.span.start);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function indentAt(text: string, start: number): number {
  return /^[ \t]*/.exec(text.slice(start, start + 200))?.[0].length ?? 0;
}
