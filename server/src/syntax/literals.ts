/** String literals: from the grammar's nodes to decoded parts. */
import { type ConcreteNode, child } from "./parser.ts";
import type { Expr, StringLiteral, StringPart } from "./python.ts";

const simpleEscapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\n": "",
  "\r\n": "",
};

/** The value of one escape sequence such as `\n`, `\x41`, `\101`; undefined when Python keeps the backslash. */
function decodeEscape(sequence: string): string | undefined {
  const body = sequence.slice(1);
  const simple = simpleEscapes[body];
  if (simple !== undefined) return simple;
  if (/^[0-7]{1,3}$/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
  if (/^(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})$/.test(body)) {
    const code = Number.parseInt(body.slice(1), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  }
  return undefined;
}

function isPlain({ type, children }: ConcreteNode): boolean {
  return (type === "string_content" && children.length === 0) || type === "string_start" || type === "string_end";
}

/** Lowers one `string` node; `lowerExpr` lowers what stands in an f-string's braces. */
export function lowerLiteral(
  text: string,
  node: ConcreteNode,
  lowerExpr: (text: string, node: ConcreteNode) => Expr,
): StringLiteral {
  const open = node.children[0];
  const close = node.children.at(-1);
  const opening = open?.type === "string_start" ? text.slice(open.start, open.end) : '"';
  const quote = /^["']/.test(opening) ? opening : opening.replace(/^[a-zA-Z]*/, "");
  const prefix = opening.slice(0, opening.length - quote.length).toLowerCase();
  const contentStart = open?.end ?? node.start;
  const contentEnd = close?.type === "string_end" ? close.start : node.end;
  const span = { start: node.start, end: node.end };
  const contentSpan = { start: contentStart, end: contentEnd };
  // By far the most: no escape, no braces.
  if (node.children.every(isPlain)) {
    const value = text.slice(contentStart, contentEnd);
    return {
      prefix,
      quote,
      parts: value === "" ? [] : [{ kind: "text", value, span: contentSpan }],
      span,
      contentSpan,
    };
  }
  const parts: StringPart[] = [];
  const push = (value: string, start: number, end: number): void => {
    if (end > start) parts.push({ kind: "text", value, span: { start, end } });
  };
  const raw = prefix.includes("r");
  const formatted = prefix.includes("f");
  let at = contentStart;
  const content = (piece: ConcreteNode): void => {
    for (const inner of piece.children) {
      if (inner.type !== "escape_sequence" && inner.type !== "escape_interpolation") continue;
      if (inner.start < at) continue;
      push(text.slice(at, inner.start), at, inner.start);
      const written = text.slice(inner.start, inner.end);
      // In a raw string a backslash is itself; `{{` is an escape in f-strings only.
      const value =
        inner.type === "escape_interpolation"
          ? formatted
            ? written.slice(0, 1)
            : written
          : raw
            ? written
            : (decodeEscape(written) ?? written);
      push(value, inner.start, inner.end);
      at = inner.end;
    }
  };
  for (const piece of node.children) {
    if (piece.type === "string_content" || piece.type === "escape_sequence" || piece.type === "escape_interpolation") {
      content(piece.type === "string_content" ? piece : { ...piece, children: [piece] });
    } else if (piece.type === "interpolation") {
      push(text.slice(at, piece.start), at, piece.start);
      at = piece.end;
      const expression = child(piece, "expression") ?? piece.children.find((one) => one.named);
      parts.push({
        kind: "hole",
        expr: expression
          ? lowerExpr(text, expression)
          : { kind: "opaque", children: [], span: { start: piece.start, end: piece.end } },
        span: { start: piece.start, end: piece.end },
        formatted: piece.children.some((one) => one.type === "type_conversion" || one.type === "format_specifier"),
      });
    }
  }
  push(text.slice(at, contentEnd), at, contentEnd);
  return { prefix, quote, parts, span, contentSpan };
}
