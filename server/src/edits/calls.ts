/** Edits of whole calls and expressions: another callee, a wrapping, a replacement. */
import { type Call, dottedName, type Expr } from "../syntax/python.ts";
import type { Edit } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import type { Needed } from "./bindings.ts";
import { localName } from "./imports.ts";
import { commentsIn } from "./items.ts";
import { layoutOf, type SourceFile, withNewlines } from "./layout.ts";

/** Edits and the imports that their texts need: hand both to `withImports`. */
export type Rewrite = { readonly edits: readonly Edit[]; readonly needs: readonly Needed[] };

/**
 * Calls something else with the same arguments: `BashOperator(…)`, `bash.BashOperator(…)`, `BashOperator.partial(…)`
 * become `SSHOperator…`. Undefined when the callee is a class of this file, not a plain name, or the new name is taken.
 */
export function replaceCallee(file: SourceFile, call: Call, needed: Needed): Rewrite | undefined {
  const callee = calleeOf(call);
  const written = dottedName(callee);
  if (written === undefined || callee.kind === "parenthesized" || commentsIn(file.module, callee.span).length > 0)
    return undefined;
  const bindings = file.names.module.bindings.get(written.split(".")[0] ?? written) ?? [];
  if (bindings.some((one) => one.kind !== "import")) return undefined;
  const local = localName(file, needed);
  if (local === undefined) return undefined;
  return { edits: local === written ? [] : [{ span: callee.span, text: local }], needs: [needed] };
}

/** What is called: the class of `Op(…)`, `Op.partial(…)`, the function of `f.override(…)`. */
function calleeOf(call: Call): Expr {
  const { func } = call;
  return func.kind === "attribute" && (func.name === "partial" || func.name === "override") ? func.value : func;
}

/** Python text in the place of an expression; undefined when a comment inside would be lost. */
export function replaceExpression(file: SourceFile, expr: Expr, text: string): readonly Edit[] | undefined {
  if (commentsIn(file.module, expr.span).length > 0) return undefined;
  return [{ span: expr.span, text: withNewlines(layoutOf(file.module), text) }];
}

/** Text before and after an expression: `wrap(file, x, "str(", ")")`. The expression itself stays as it is. */
export function wrapExpression(file: SourceFile, expr: Expr, before: string, after: string): readonly Edit[] {
  const layout = layoutOf(file.module);
  const { start, end } = expr.span;
  return [
    { span: { start, end: start }, text: withNewlines(layout, before) },
    { span: { start: end, end }, text: withNewlines(layout, after) },
  ];
}

/** Leaves only `inner` of an expression that holds it: `str(x)` → `x`. Undefined when a comment would be lost. */
export function unwrapExpression(file: SourceFile, outer: Expr, inner: Expr): readonly Edit[] | undefined {
  const before = { start: outer.span.start, end: inner.span.start };
  const after = { start: inner.span.end, end: outer.span.end };
  if (before.end < before.start || after.end < after.start) return undefined;
  if (commentsIn(file.module, before).length + commentsIn(file.module, after).length > 0) return undefined;
  const { text } = file.module;
  // Without its brackets a line break would end the statement; a triple-quoted string may hold some.
  const guarded = inner.kind === "string" && inner.literals.length === 1;
  const broken = /[\r\n]/.test(slice(text, before) + (guarded ? "" : slice(text, inner.span)) + slice(text, after));
  return [
    { span: before, text: broken ? "(" : "" },
    { span: after, text: broken ? ")" : "" },
  ];
}
