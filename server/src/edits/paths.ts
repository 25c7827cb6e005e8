/** From a place in a file to the statement and the expressions around it. */
import type { Expr, Module, Stmt } from "../syntax/python.ts";
import { bodiesOf, expressionsOf, partsOf } from "../syntax/traverse.ts";
import { contains, type Span } from "../text/span.ts";
import { lineEnd, startsLine } from "./layout.ts";

/** The innermost statement around a place, and the expressions from the outermost to the one at the place itself. */
export type Path = {
  readonly statement: Stmt;
  /** The statements beside it, itself included. */
  readonly block: readonly Stmt[];
  readonly exprs: readonly Expr[];
};

/** The path to the expression that has exactly this span; undefined when there is none. */
export function pathTo(module: Module, where: Span): Path | undefined {
  let block: readonly Stmt[] = module.body;
  let statement: Stmt | undefined;
  for (let next: typeof block | undefined = block; next; ) {
    block = next;
    const inside: Stmt | undefined = block.find((one) => contains(one.span, where));
    if (!inside) break;
    statement = inside;
    next = bodiesOf(inside).find((body) => body.some((one) => contains(one.span, where)));
  }
  if (!statement) return undefined;
  const exprs: Expr[] = [];
  let parts: readonly Expr[] = expressionsOf(statement);
  for (;;) {
    const inside: Expr | undefined = parts.find((one) => contains(one.span, where));
    if (!inside) break;
    exprs.push(inside);
    if (inside.span.start === where.start && inside.span.end === where.end && inside.kind !== "parenthesized") break;
    parts = partsOf(inside);
  }
  const last = exprs.at(-1)?.span;
  return last && last.start === where.start && last.end === where.end ? { statement, block, exprs } : undefined;
}

/** Where a new line can follow a statement: the end of its last line. Undefined when other code shares its lines. */
export function lineAfter(module: Module, statement: Stmt): number | undefined {
  const { text } = module;
  const end = lineEnd(text, statement.span.end);
  const behind = text.slice(statement.span.end, end).trim();
  if (!startsLine(text, statement.span.start) || (behind !== "" && !behind.startsWith("#"))) return undefined;
  return end;
}
