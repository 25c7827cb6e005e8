/** Walking the small typed Python. */
import type { Expr, Stmt } from "./python.ts";
import type { Names, Scope } from "./scope.ts";

const none: readonly never[] = [];

/** The expressions that stand directly in a statement, its body left out. */
export function expressionsOf(statement: Stmt): readonly Expr[] {
  const found: Expr[] = [];
  eachExpression(statement, (expr) => found.push(expr));
  return found;
}

/** Calls `visit` for each of the {@link expressionsOf} a statement. */
export function eachExpression(statement: Stmt, visit: (expr: Expr) => void): void {
  switch (statement.kind) {
    case "function":
      for (const one of statement.decorators) visit(one.expr);
      for (const one of statement.parameters) {
        if (one.default) visit(one.default);
        if (one.annotation) visit(one.annotation);
      }
      return;
    case "class":
      for (const one of statement.decorators) visit(one.expr);
      for (const one of statement.bases) visit(one.value);
      return;
    case "assign":
      for (const one of statement.targets) visit(one);
      if (statement.value) visit(statement.value);
      return;
    case "augmented-assign":
      visit(statement.target);
      visit(statement.value);
      return;
    case "expression":
      visit(statement.expr);
      return;
    case "return":
    case "raise":
      if (statement.value) visit(statement.value);
      return;
    case "if":
      for (const one of statement.branches) if (one.test) visit(one.test);
      return;
    case "for":
      visit(statement.target);
      visit(statement.source);
      return;
    case "while":
      visit(statement.test);
      return;
    case "try":
      for (const one of statement.handlers) if (one.type) visit(one.type);
      return;
    case "with":
      for (const one of statement.items) {
        visit(one.value);
        if (one.target) visit(one.target);
      }
      return;
    case "match":
      visit(statement.subject);
      return;
    case "import":
    case "import-from":
    case "global":
      return;
    default:
      for (const one of statement.exprs) visit(one);
  }
}

/** The statements that stand directly inside a statement: branches, loops, handlers, definitions. */
export function bodiesOf(statement: Stmt): readonly (readonly Stmt[])[] {
  switch (statement.kind) {
    case "function":
    case "class":
    case "with":
      return [statement.body];
    case "expression":
    case "assign":
    case "return":
    case "import":
    case "import-from":
      return none;
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
      return "body" in statement ? [statement.body] : none;
  }
}

/** The expressions that stand directly inside an expression, in reading order. */
export function partsOf(expr: Expr): readonly Expr[] {
  const parts: Expr[] = [];
  eachPart(expr, (part) => parts.push(part));
  return parts;
}

/** Calls `visit` for each expression that stands directly inside an expression, in reading order. */
export function eachPart(expr: Expr, visit: (part: Expr) => void): void {
  switch (expr.kind) {
    case "name":
    case "number":
    case "constant":
      return;
    case "attribute":
    case "starred":
      visit(expr.value);
      return;
    case "call":
      visit(expr.func);
      for (const one of expr.args) visit(one.value);
      return;
    case "string":
      for (const one of expr.holes) visit(one);
      return;
    case "list":
    case "tuple":
    case "set":
      for (const one of expr.items) visit(one);
      return;
    case "dict":
      for (const one of expr.entries) {
        if (one.key) visit(one.key);
        visit(one.value);
      }
      return;
    case "binary":
      visit(expr.left);
      visit(expr.right);
      return;
    case "unary":
      visit(expr.operand);
      return;
    case "compare":
      for (const one of expr.operands) visit(one);
      return;
    case "conditional":
      visit(expr.whenTrue);
      visit(expr.test);
      visit(expr.whenFalse);
      return;
    case "lambda":
      for (const one of expr.parameters) if (one.default) visit(one.default);
      visit(expr.body);
      return;
    case "subscript":
      visit(expr.value);
      for (const one of expr.indices) visit(one);
      return;
    case "parenthesized":
      visit(expr.inner);
      return;
    case "await":
    case "yield":
      if (expr.value) visit(expr.value);
      return;
    case "walrus":
      visit(expr.name);
      visit(expr.value);
      return;
    case "comprehension":
      for (const one of expr.body) visit(one);
      for (const one of expr.clauses) {
        visit(one.target);
        visit(one.source);
      }
      for (const one of expr.tests) visit(one);
      return;
    case "opaque":
      for (const one of expr.children) visit(one);
  }
}

/** Calls `visit` for an expression and everything inside it, outermost first; a `false` answer leaves its inside out. */
export function walkExpr(expr: Expr, visit: (expr: Expr) => boolean | undefined): void {
  const inside = (one: Expr): void => {
    if (visit(one) !== false) eachPart(one, inside);
  };
  inside(expr);
}

/** Calls `visit` for each statement of a body and of the bodies inside it; a `false` answer leaves its inside out. */
export function walkStatements(body: readonly Stmt[], visit: (statement: Stmt) => boolean | undefined): void {
  for (const statement of body) {
    if (visit(statement) === false) continue;
    for (const inner of bodiesOf(statement)) walkStatements(inner, visit);
  }
}

/**
 * As {@link walkStatements}, each statement with the scope that it stands in, from `scope` on into the functions and
 * classes inside it; a `false` answer leaves its inside out.
 */
export function walkScoped(
  body: readonly Stmt[],
  scope: Scope,
  names: Names,
  visit: (statement: Stmt, scope: Scope) => boolean | undefined,
): void {
  for (const statement of body) {
    if (visit(statement, scope) === false) continue;
    const { kind } = statement;
    const inner = kind === "function" || kind === "class" ? names.scopeOf(statement) : scope;
    for (const one of bodiesOf(statement)) walkScoped(one, inner, names, visit);
  }
}

/** Calls `visit` on every expression of every statement, outer ones first. */
export function everyExpression(body: readonly Stmt[], visit: (expr: Expr) => void): void {
  const inside = (expr: Expr): void => {
    visit(expr);
    eachPart(expr, inside);
  };
  walkStatements(body, (statement) => {
    eachExpression(statement, inside);
    return true;
  });
}
