/** Takes here-documents out of a shell text before it is parsed: the grammar reads what follows `<<EOF` on its line wrongly. */
import type { Span } from "../text/span.ts";

/** A here-document; all offsets are into the shell text. */
export type HereDocument = {
  /** `<<` or `<<-` */
  readonly operator: string;
  /** From the operator to the end of the delimiter word. */
  readonly span: Span;
  /** The lines between, the last line break included. */
  readonly body: Span;
  /** The delimiter was quoted: the body is taken literally. */
  readonly literal: boolean;
};

type Pending = { operator: string; span: Span; delimiter: string; literal: boolean };

/**
 * The text, same length, with `<<EOF` replaced by `<` and a word, and each body and its last line by blanks;
 * the documents are keyed by the offset of their `<`.
 */
export function hideHereDocuments(text: string): { text: string; documents: ReadonlyMap<number, HereDocument> } {
  const documents = new Map<number, HereDocument>();
  if (!text.includes("<<")) return { text, documents };
  const out = text.split("");
  let pending: Pending[] = [];
  // What we are inside of: a closing character each, `"`, `)` of a `$(` or `(`, or `))` of an arithmetic.
  const inside: string[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    const top = inside.at(-1);
    if (character === "\n" && pending.length > 0 && top !== '"') {
      at = takeBodies(text, at + 1, pending, documents, out);
      pending = [];
    } else if (character === "\\") at += 2;
    else if (top === '"') {
      if (character === '"') inside.pop();
      else if (text.startsWith("$((", at)) inside.push("))");
      else if (text.startsWith("$(", at)) inside.push(")");
      at += text.startsWith("$((", at) ? 3 : text.startsWith("$(", at) ? 2 : 1;
    } else if (character === '"') {
      inside.push('"');
      at++;
    } else if (character === "'") {
      const ansi = text[at - 1] === "$";
      at = skipSingle(text, at + 1, ansi);
    } else if (character === "#" && startsWord(text, at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (text.startsWith("((", at) && (text[at - 1] === "$" || startsWord(text, at))) {
      inside.push("))");
      at += 2;
    } else if (character === "(") {
      inside.push(")");
      at++;
    } else if (character === ")") {
      if (top === "))" && text[at + 1] === ")") {
        inside.pop();
        at += 2;
      } else {
        if (top === ")") inside.pop();
        at++;
      }
    } else if (text.startsWith("<<<", at)) at += 3;
    else if (text.startsWith("<<", at) && top !== "))") {
      const found = readOperator(text, at);
      if (found) pending.push(found);
      at = found ? found.span.end : at + 2;
    } else at++;
  }
  if (pending.length > 0) takeBodies(text, text.length, pending, documents, out);
  return { text: out.join(""), documents };
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[\s;&|()]/.test(text.charAt(at - 1));
}

function skipSingle(text: string, from: number, ansi: boolean): number {
  for (let at = from; at < text.length; at++) {
    if (ansi && text[at] === "\\") at++;
    else if (text[at] === "'") return at + 1;
  }
  return text.length;
}

function readOperator(text: string, at: number): Pending | undefined {
  const operator = text[at + 2] === "-" ? "<<-" : "<<";
  const word = /[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\])+)/y;
  word.lastIndex = at + operator.length;
  const written = word.exec(text)?.[1];
  if (written === undefined) return undefined;
  const delimiter = written.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, "$1$2$3");
  return { operator, span: { start: at, end: word.lastIndex }, delimiter, literal: delimiter !== written };
}

function takeBodies(
  text: string,
  from: number,
  pending: readonly Pending[],
  documents: Map<number, HereDocument>,
  out: string[],
): number {
  let at = from;
  for (const { operator, span, delimiter, literal } of pending) {
    const start = at;
    let end = text.length;
    while (at < text.length) {
      const lineEnd = text.indexOf("\n", at);
      const next = lineEnd < 0 ? text.length : lineEnd + 1;
      let line = text.slice(at, lineEnd < 0 ? text.length : lineEnd).replace(/\r$/, "");
      if (operator === "<<-") line = line.replace(/^\t+/, "");
      if (line === delimiter) {
        end = at;
        // The line break stays: it ends nothing more, but a `)` or `fi` may follow on the next line.
        at = lineEnd < 0 ? text.length : lineEnd;
        break;
      }
      at = next;
    }
    for (let blank = start; blank < at; blank++) out[blank] = " ";
    documents.set(span.start, { operator, span, body: { start, end: Math.min(end, text.length) }, literal });
    out.fill("_", span.start + 1, span.end);
    if (at < text.length && pending.length > 1) at++;
  }
  return at;
}
