/** Quote removal: what a command receives for each word that is written, and where each character came from. */

import type { Folded } from "../syntax/folded.ts";
import type { ConcreteNode } from "../syntax/parser.ts";
import type { Span } from "../text/span.ts";
import { compose, type Piece } from "./compose.ts";
import type { Statement, Word } from "./script.ts";

const expansions = new Set([
  "simple_expansion",
  "expansion",
  "command_substitution",
  "process_substitution",
  "arithmetic_expansion",
]);

/** Where `$x`, `${…}`, `$(…)`, backquotes, `<(…)` and `$((…))` stand in a word; the outermost ones. */
function expansionNodes(node: ConcreteNode): ConcreteNode[] {
  return expansions.has(node.type) ? [node] : node.children.flatMap(expansionNodes);
}

/** The word at this span of the folded text. `tree`: the node that covers it, for its expansions. */
export function readWord(
  folded: Folded,
  span: Span,
  tree: readonly ConcreteNode[],
  substitutions: readonly Statement[],
): Word {
  const { text } = folded;
  // The grammar counts blanks before `$` in a string to the expansion.
  const opaque = tree
    .flatMap(expansionNodes)
    .map((node) => ({ start: firstSign(text, node), end: node.end }))
    .filter((one) => one.start >= span.start);
  // One may lie in another: `{{ params.{name} }}` in an f-string.
  const holes = folded.holes.filter((one) => one.start < span.end && span.start < one.end);
  const reader: Reader = {
    text,
    at: span.start,
    end: span.end,
    opaque,
    holes,
    pieces: [],
    plain: false,
    quoted: false,
    glob: false,
  };
  while (reader.at < reader.end) readUnquoted(reader);
  const word = compose(folded, reader.pieces, span);
  return {
    text: word.text,
    span,
    dynamic: opaque.length > 0 || reader.glob || holes.length > 0,
    quoted: reader.quoted,
    folded: word,
    substitutions,
  };
}

/** What the command reads from an unquoted here-document: `$x` expanded, `\$` unescaped, quotes kept. */
export function readHereDocument(folded: Folded, span: Span, literal: boolean, tabs: boolean): Folded {
  const { text } = folded;
  const pieces: Piece[] = [];
  let at = span.start;
  const take = (length: number, written?: string): void => {
    pieces.push({ text: written ?? text.slice(at, at + length), outer: { start: at, end: at + length } });
    at += length;
  };
  while (at < span.end) {
    const lineStart = at === span.start || text[at - 1] === "\n";
    const indent = tabs && lineStart ? (/^\t+/.exec(text.slice(at, span.end))?.[0].length ?? 0) : 0;
    const hole = folded.holes.find((one) => one.start <= at && at < one.end);
    if (hole) take(Math.min(hole.end, span.end) - at);
    else if (indent > 0) at += indent;
    else if (!literal && /^\\[\\$`]/.test(text.slice(at, at + 2))) take(2, text.charAt(at + 1));
    else if (!literal && text.startsWith("\\\n", at)) at += 2;
    else {
      const expansion = literal ? 0 : expansionLength(text, at, span.end);
      if (expansion > 0) {
        pieces.push({
          text: text.slice(at, at + expansion),
          outer: { start: at, end: at + expansion },
          expanded: true,
        });
        at += expansion;
      } else {
        const run = tabs ? /[^\\$`\n]+\n?/y : /[^\\$`]+/y;
        run.lastIndex = at;
        const length = run.exec(text)?.[0].length ?? 1;
        const next = folded.holes.find((one) => one.start > at)?.start ?? span.end;
        take(Math.min(length, span.end - at, next - at));
      }
    }
  }
  return compose(folded, pieces, span);
}

/** The length of the `$x`, `${…}`, `$(…)` or backquoted part here; 0 when there is none. */
function expansionLength(text: string, at: number, end: number): number {
  if (text[at] === "`") {
    const close = text.indexOf("`", at + 1);
    return close < 0 || close >= end ? 0 : close + 1 - at;
  }
  if (text[at] !== "$") return 0;
  const name = /\$(?:\w+|[?!$#@*-])/y;
  name.lastIndex = at;
  const simple = name.exec(text);
  if (simple) return simple[0].length;
  const open = text[at + 1];
  const close = open === "(" ? ")" : open === "{" ? "}" : undefined;
  if (close === undefined) return 0;
  let depth = 0;
  for (let next = at + 1; next < end; next++) {
    if (text[next] === "\\") next++;
    else if (text[next] === open) depth++;
    else if (text[next] === close && --depth === 0) return next + 1 - at;
  }
  return 0;
}

type Reader = {
  readonly text: string;
  at: number;
  readonly end: number;
  readonly opaque: readonly Span[];
  /** Quotes and backslashes inside of them are Jinja's, not the shell's. */
  readonly holes: readonly Span[];
  readonly pieces: Piece[];
  /** The last piece is a run of plain characters. */
  plain: boolean;
  quoted: boolean;
  glob: boolean;
};

function firstSign(text: string, node: ConcreteNode): number {
  let start = node.start;
  while (start < node.end && /\s/.test(text.charAt(start))) start++;
  return start;
}

function take(reader: Reader, length: number, written?: string): void {
  const outer = { start: reader.at, end: Math.min(reader.at + length, reader.end) };
  reader.at = outer.end;
  if (written !== undefined) {
    reader.pieces.push({ text: written, outer });
    reader.plain = false;
    return;
  }
  // One run of plain characters is one piece, so that its map stays short.
  const last = reader.plain ? reader.pieces.at(-1) : undefined;
  const joins = last !== undefined && last.outer.end === outer.start;
  const whole = joins ? { start: last.outer.start, end: outer.end } : outer;
  const piece = { text: reader.text.slice(whole.start, whole.end), outer: whole };
  if (joins) reader.pieces[reader.pieces.length - 1] = piece;
  else reader.pieces.push(piece);
  reader.plain = true;
}

function takeHole(reader: Reader): boolean {
  const here = reader.holes.find((one) => one.start <= reader.at && reader.at < one.end);
  if (here) take(reader, here.end - reader.at);
  return here !== undefined;
}

function takeExpansion(reader: Reader): boolean {
  const here = reader.opaque.find((one) => one.start === reader.at);
  if (!here) return false;
  reader.pieces.push({ text: reader.text.slice(here.start, here.end), outer: here, expanded: true });
  reader.plain = false;
  reader.at = here.end;
  return true;
}

function readUnquoted(reader: Reader): void {
  const { text, at } = reader;
  if (takeExpansion(reader) || takeHole(reader)) return;
  const character = text.charAt(at);
  if (character === "'") readSingle(reader);
  else if (character === '"' || text.startsWith('$"', at)) readDouble(reader, character === '"' ? 1 : 2);
  else if (text.startsWith("$'", at)) readAnsi(reader);
  else if (character === "\\") {
    const lineBreak = /^\\\r?\n/.exec(text.slice(at, at + 3));
    if (lineBreak) reader.at += lineBreak[0].length;
    else {
      reader.quoted = true;
      take(reader, 2, text.charAt(at + 1));
    }
  } else {
    if (
      /[*?[{]/.test(character) &&
      /^(?:[*?]|\[.*\]|\{[^{}]*(?:,|\.\.)[^{}]*\})/.test(text.slice(at, Math.min(reader.end, at + 200)))
    )
      reader.glob = true;
    take(reader, 1);
  }
}

function readSingle(reader: Reader): void {
  reader.quoted = true;
  reader.at++;
  while (reader.at < reader.end && reader.text[reader.at] !== "'") if (!takeHole(reader)) take(reader, 1);
  reader.at++;
}

function readDouble(reader: Reader, quote: number): void {
  reader.quoted = true;
  reader.at += quote;
  while (reader.at < reader.end && reader.text[reader.at] !== '"') {
    if (takeExpansion(reader) || takeHole(reader)) continue;
    const escaped = /^\\(?:[$`"\\]|\r?\n)/.exec(reader.text.slice(reader.at, reader.at + 3))?.[0];
    if (escaped === undefined) take(reader, 1);
    else if (escaped.endsWith("\n")) reader.at += escaped.length;
    else take(reader, 2, escaped.charAt(1));
  }
  reader.at++;
}

const ansi: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  v: "\v",
};

function readAnsi(reader: Reader): void {
  reader.quoted = true;
  reader.at += 2;
  const escapeSequence = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([0-7]{1,3})|([\s\S]))/y;
  while (reader.at < reader.end && reader.text[reader.at] !== "'") {
    escapeSequence.lastIndex = reader.at;
    const found = escapeSequence.exec(reader.text);
    if (!found) {
      take(reader, 1);
      continue;
    }
    const [whole, hex, unicode, octal, sign = ""] = found;
    const code = hex ?? unicode;
    const value =
      code !== undefined
        ? String.fromCharCode(Number.parseInt(code, 16))
        : octal !== undefined
          ? String.fromCharCode(Number.parseInt(octal, 8))
          : (ansi[sign] ?? sign);
    take(reader, whole.length, value);
  }
  reader.at++;
}
