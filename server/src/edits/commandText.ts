/** Writes a shell text, known or partly known, as a Python literal for another operator. */
import type { OperatorClass } from "../catalog/operator.ts";
import { jobShape } from "../shell/jobshape.ts";
import { lowerScript } from "../shell/lower.ts";
import type { Folded, Segment } from "../syntax/folded.ts";
import { dedented, joined, part, produced, stripped } from "../syntax/pieces.ts";
import { contains, type Span } from "../text/span.ts";
import { quoteString, type SourceFile } from "./layout.ts";

/** A part to leave out, or to write otherwise; offsets into a folded text. */
export type Cut = { readonly span: Span; readonly text: string };

/** A folded text with some of its parts replaced; the cuts are sorted and do not overlap. */
export function withCuts(folded: Folded, cuts: readonly Cut[]): Folded {
  const pieces: Folded[] = [];
  let at = 0;
  for (const { span, text } of cuts) {
    pieces.push(part(folded, at, span.start), produced(text, folded.span));
    at = span.end;
  }
  pieces.push(part(folded, at, folded.text.length));
  return joined(pieces, folded.span);
}

/**
 * A text as SSHRemoteJobOperator needs it: one command stays as it is, anything more goes into `( set -euo pipefail; … )`,
 * since the operator pastes a redirection behind it.
 */
export function asRemoteJob(folded: Folded): Folded {
  // Lines move to the left together, but not those of a here-document.
  const text = stripped(folded.text.includes("<<") ? folded : dedented(folded), "both");
  const script = lowerScript(text, { dialect: "bash", place: "remote" });
  const shape = jobShape(script);
  if (shape.single && !shape.unknown && shape.faults.length === 0) return text;
  const [only, ...more] = script.body;
  // `cd /opt && ./run.sh`: its status is right without a word more.
  const plain = only?.kind === "and-or" && more.length === 0 && shape.faults.length === 0;
  const strict = plain || script.errexit ? "" : "set -euo pipefail";
  const lines = /[\n#]/.test(text.text);
  const open = lines ? `(\n${strict}${strict && "\n"}` : `( ${strict}${strict && "; "}`;
  return joined([produced(open, folded.span), text, produced(lines ? "\n)" : " )", folded.span)], folded.span);
}

/**
 * A folded text as Python: a plain literal, or an f-string where Python values that are not known, or constants of the
 * file, stand in it. `given`: the whole text that it is a part of, read from the expression at `within`. Undefined when
 * such a value stands elsewhere, or cannot be written in an f-string of Python before 3.12, or for text of another file
 * that no constant brings along: a copy of it would live on by itself.
 */
export function pythonText(file: SourceFile, folded: Folded, given: Folded, within: Span): string | undefined {
  const { text: source } = file.module;
  let text = "";
  let at = 0;
  const codes: string[] = [];
  const pieces = codeIn(folded, given, within);
  const copied = (one: Segment): boolean =>
    one.elsewhere !== undefined && !pieces.some((piece) => piece.start <= one.start && one.end <= piece.end);
  if (folded.segments.some(copied)) return undefined;
  for (const piece of pieces) {
    if (piece.source === undefined) return undefined;
    const written = source.slice(piece.source.start, piece.source.end);
    const code = written.startsWith("{") ? written.slice(1, -1) : written;
    if (/[\\\n\r#]/.test(code)) return undefined;
    text += folded.text.slice(at, piece.start) + placeholder(codes.length);
    at = piece.end;
    codes.push(code);
  }
  // Python reads a file's CRLF as a line feed.
  text = (text + folded.text.slice(at)).replaceAll("\r\n", "\n");
  if (codes.length === 0) return quoteString(file, text);
  const literal = quoteString(file, text.replaceAll("{", "{{").replaceAll("}", "}}"));
  const quote = literal.charAt(0);
  if (codes.some((code) => code.includes(quote))) return undefined;
  return `f${codes.reduce((written, code, index) => written.replace(placeholder(index), () => `{${code}}`), literal)}`;
}

/** A private character for each piece of code. */
function placeholder(index: number): string {
  return String.fromCodePoint(0xf_0000 + index);
}

type Code = { readonly start: number; readonly end: number; readonly source: Span | undefined };

/** Where Python code stands for a part of the text; its source is undefined when the shell's own expansion stands there. */
function codeIn(folded: Folded, given: Folded, within: Span): Code[] {
  const found: Code[] = [];
  for (const { start, end, kind, expr } of folded.holes) {
    if (kind !== "python") continue;
    const segment = folded.segments.find((one) => one.start <= start && end <= one.end);
    const usable = expr && segment && !segment.via && contains(within, segment.source);
    found.push({ start, end, source: usable ? segment.source : undefined });
  }
  // f"{SCRIPT} --all": the constant stays a constant where the whole of it is there.
  const names = new Map(folded.segments.map(({ via }) => [via?.start, via]));
  for (const via of names.values()) {
    if (!via || !contains(within, via) || (via.start === within.start && via.end === within.end)) continue;
    const [start, end] = run(folded, via);
    const [from, to] = run(given, via);
    const known = !found.some((one) => one.start < end && start < one.end);
    if (known && folded.text.slice(start, end) === given.text.slice(from, to)) found.push({ start, end, source: via });
  }
  return found.sort((a, b) => a.start - b.start);
}

function run(folded: Folded, via: Span): readonly [start: number, end: number] {
  const own = folded.segments.filter((one) => one.via?.start === via.start && one.via.end === via.end);
  return [own[0]?.start ?? 0, own.at(-1)?.end ?? 0];
}

/** A text that does not end in one of the operator's `template_ext`, which Airflow would take for a file's name. */
export function noTemplateName(folded: Folded, to: OperatorClass): Folded {
  const open = folded.holes.some((one) => one.kind === "python" && one.end === folded.text.length);
  if (!open && !to.templateExt.some((extension) => folded.text.endsWith(extension))) return folded;
  return joined([folded, produced(" ", folded.span)], folded.span);
}
