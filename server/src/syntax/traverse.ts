/** Walking the small typed Python. */
import type { Expr, Stmt } from "./python.ts";

/** The expressions that stand directly in a statement, its body left out. */
export function expressionsOf(statement: Stmt): Expr[] {
  const some = (...exprs: (Expr | undefined)[]): Expr[] => exprs.filter((one) => one !== undefined);
  switch (statement.kind) {
    case "function":
      return some(
        ...statement.decorators.map((one) => one.expr),
        ...statement.parameters.flatMap((one) => [one.default, one.annotation]),
      );
    case "class":
      return some(...statement.decorators.map((one) => one.expr), ...statement.bases.map((one) => one.value));
    case "assign":
      return some(...statement.targets, statement.value);
    case "augmented-assign":
      return some(statement.target, statement.value);
    case "expression":
      return [statement.expr];
    case "return":
    case "raise":
      return some(statement.value);
    case "if":
      return some(...statement.branches.map((one) => one.test));
    case "for":
      return [statement.target, statement.source];
    case "while":
      return [statement.test];
    case "try":
      return some(...statement.handlers.map((one) => one.type));
    case "with":
      return some(...statement.items.flatMap((one) => [one.value, one.target]));
    case "match":
      return [statement.subject];
    case "import":
    case "import-from":
    case "global":
      return [];
    default:
      return [...statement.exprs];
  }
}

/** The statements that stand directly inside a statement: branches, loops, handlers, definitions. */
export function bodiesOf(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.kind) {
    case "function":
    case "class":
    case "with":
      return [statement.body];
    case "if":
      return statement.branches.map((one) => one.body);
    case "for":
    case "while":
      return [statement.body, statement.otherwise];
    case "try":
      return [statement.body, ...statement.handlers.map((one) => one.body), statement.otherwise, statement.finally];
    case "match":
      return statement.cases.map((one) => one.body);
    default:
      return "body" in statement ? [statement.body] : [];
  }
}

/** The expressions that stand directly inside an expression, in reading order. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "attribute":
    case "starred":
      return [expr.value];
    case "call":
      return [expr.func, ...expr.args.map((one) => one.value)];
    case "string":
      return expr.literals.flatMap((one) => one.parts.flatMap((part) => (part.kind === "hole" ? [part.expr] : [])));
    case "list":
    case "tuple":
    case "set":
      return expr.items;
    case "dict":
      return expr.entries.flatMap((one) => (one.key ? [one.key, one.value] : [one.value]));
    case "binary":
      return [expr.left, expr.right];
    case "unary":
      return [expr.operand];
    case "compare":
      return expr.operands;
    case "conditional":
      return [expr.whenTrue, expr.test, expr.whenFalse];
    case "lambda":
      return [...expr.parameters.flatMap((one) => (one.default ? [one.default] : [])), expr.body];
    case "subscript":
      return [expr.value, ...expr.indices];
    case "parenthesized":
      return [expr.inner];
    case "await":
    case "yield":
      return expr.value ? [expr.value] : [];
    case "walrus":
      return [expr.name, expr.value];
    case "comprehension":
      return [...expr.body, ...expr.clauses.flatMap((one) => [one.target, one.source]), ...expr.tests];
    case "opaque":
      return expr.children;
    default:
      return [];
  }
}

/** Calls `visit` for an expression and everything inside it, outermost first; a `false` answer leaves its inside out. */
export function walkExpr(expr: Expr, visit: (expr: Expr) => boolean | undefined): void {
  if (visit(expr) === false) return;
  for (const part of partsOf(expr)) walkExpr(part, visit);
}

/** Calls `visit` for each statement of a body and of the bodies inside it; a `false` answer leaves its inside out. */
export function walkStatements(body: readonly Stmt[], visit: (statement: Stmt) => boolean | undefined): void {
  for (const statement of body) {
    if (visit(statement) === false) continue;
    for (const inner of bodiesOf(statement)) walkStatements(inner, visit);
  }
}
