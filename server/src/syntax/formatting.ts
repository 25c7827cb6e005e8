/** `%`, `.format` and friends: known texts filled with values of which some are unknown. */
import type { Span } from "../text/span.ts";
import type { Folded } from "./folded.ts";
import { joined, part, produced, unknownPiece } from "./pieces.ts";
import type { Expr } from "./python.ts";
import type { Value } from "./value.ts";

/** A value as Python's `str()` writes it; undefined when that is not known. `shown` is where it stands in the source. */
export function textOf(value: Value, shown: Span): Folded | undefined {
  if (value.kind === "string") return value.folded;
  if (value.kind === "number" && Number.isInteger(value.value)) return produced(String(value.value), shown);
  if (value.kind === "boolean") return produced(value.value ? "True" : "False", shown);
  return undefined;
}

function pieceOf(value: Value | undefined, fallback: Expr): Folded {
  return (
    (value && textOf(value, value.expr.span)) ?? unknownPiece(value?.expr ?? fallback, (value?.expr ?? fallback).span)
  );
}

const conversion = /%(?:\((\w+)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+))?([diouxXeEfFgGcrsa%])/g;

/** `template % values` */
export function formatted(template: Folded, values: Value, expr: Expr): Value {
  const pieces: Folded[] = [];
  let at = 0;
  let next = 0;
  // A tuple fills in order; anything else fills the one place.
  const isTuple =
    values.expr.kind === "tuple" || (values.expr.kind === "parenthesized" && values.expr.inner.kind === "tuple");
  const items = values.kind === "list" && isTuple ? values.items : [values];
  for (const match of template.text.matchAll(conversion)) {
    pieces.push(part(template, at, match.index));
    at = match.index + match[0].length;
    const plain = match[5] === "s" && !match[3] && !match[4];
    if (match[5] === "%") pieces.push(part(template, match.index, match.index + 1));
    else if (match[1] !== undefined) {
      const entry = values.kind === "dict" ? values.entries.findLast((one) => one.key === match[1]) : undefined;
      pieces.push(plain ? pieceOf(entry?.value, expr) : unknownPiece(entry?.value.expr ?? expr, expr.span));
    } else {
      const item = items[next++];
      pieces.push(plain ? pieceOf(item, expr) : unknownPiece(item?.expr ?? expr, (item?.expr ?? expr).span));
    }
  }
  pieces.push(part(template, at, template.text.length));
  return { kind: "string", folded: joined(pieces, expr.span), expr };
}

const field = /\{\{|\}\}|\{([^{}!:]*)(![rsa])?(:[^{}]*)?\}/g;

/** `template.format(…)` with the values by position and by name. */
export function braceFormatted(
  template: Folded,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
  expr: Expr,
): Value {
  const pieces: Folded[] = [];
  let at = 0;
  let next = 0;
  for (const match of template.text.matchAll(field)) {
    pieces.push(part(template, at, match.index));
    at = match.index + match[0].length;
    if (match[0] === "{{" || match[0] === "}}") {
      pieces.push(part(template, match.index, match.index + 1));
      continue;
    }
    const name = match[1] ?? "";
    const value = name === "" ? positional[next++] : /^\d+$/.test(name) ? positional[Number(name)] : named.get(name);
    const plain = match[2] === undefined && match[3] === undefined;
    pieces.push(plain ? pieceOf(value, expr) : unknownPiece(value?.expr ?? expr, (value?.expr ?? expr).span));
  }
  pieces.push(part(template, at, template.text.length));
  return { kind: "string", folded: joined(pieces, expr.span), expr };
}
