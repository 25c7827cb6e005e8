/** Values that cross the border between two files: spans count in the file that is read, and say where the text stands. */
import type { Span } from "../text/span.ts";
import type { Folded, Segment, Via } from "./folded.ts";
import type { Call, Expr } from "./python.ts";
import type { DictEntry, Home, Value } from "./value.ts";

/**
 * A value of the file at `from` as the expression `reference` of the file at `here` shows it. Text that was handed over
 * from here ({@link handedOver}) gets its own places back.
 */
export function seenFrom(value: Value, from: Home, here: string, reference: Expr): Value {
  switch (value.kind) {
    case "string":
      return { kind: "string", folded: foldedSeenFrom(value.folded, from.path, here, reference.span), expr: reference };
    case "list": {
      const items = value.items.map((one) => seenFrom(one, from, here, reference));
      return { kind: "list", items, complete: value.complete, expr: reference };
    }
    case "dict": {
      const entries = value.entries.map(
        (one): DictEntry => ({
          key: one.key,
          value: seenFrom(one.value, from, here, reference),
          span: reference.span,
        }),
      );
      return { kind: "dict", entries, complete: value.complete, expr: reference };
    }
    case "function":
    case "class":
      return { ...value, home: value.home ?? from, expr: reference };
    case "call":
      return withUnknownArguments(value.callee, reference);
    default:
      return { ...value, expr: reference };
  }
}

/** The result of a call whose arguments stand where this file's names mean nothing: they are unknown. */
export function withUnknownArguments(callee: string, reference: Expr): Value {
  const { span } = reference;
  const args = [{ form: "double-star" as const, value: reference, span }];
  const call: Call = { kind: "call", func: reference, args, argumentsSpan: span, span };
  return { kind: "call", callee, call, expr: reference };
}

function foldedSeenFrom(folded: Folded, from: string, here: string, reference: Span): Folded {
  const via: Via = { start: reference.start, end: reference.end, inner: undefined };
  const segments = folded.segments.map((one): Segment => {
    const { start, end } = one;
    if (one.elsewhere?.path === here) {
      const source = one.elsewhere.span;
      return { start, end, source, exact: source.end - source.start === end - start, literal: undefined };
    }
    const elsewhere = one.elsewhere ?? { path: from, span: one.source };
    return { start, end, source: reference, elsewhere, exact: one.exact, literal: undefined, via };
  });
  const holes = folded.holes.map((one) => ({ ...one, expr: undefined }));
  return { text: folded.text, segments, holes, span: reference };
}

/** A value of the file at `here`, given to a function of another file: its text remembers where it came from. */
export function handedOver(value: Value, here: string): Value {
  switch (value.kind) {
    case "string": {
      const segments = value.folded.segments.map(
        (one): Segment => ({
          ...one,
          elsewhere: one.elsewhere ?? { path: here, span: one.source },
          literal: undefined,
          via: undefined,
        }),
      );
      const holes = value.folded.holes.map((one) => ({ ...one, expr: undefined }));
      return { ...value, folded: { ...value.folded, segments, holes } };
    }
    case "list":
      return { ...value, items: value.items.map((one) => handedOver(one, here)) };
    case "dict":
      return {
        ...value,
        entries: value.entries.map((one) => ({ ...one, value: handedOver(one.value, here) })),
      };
    case "number":
    case "boolean":
    case "none":
    case "timedelta":
    case "reference":
      return value;
    default:
      return { kind: "unknown", expr: value.expr };
  }
}
