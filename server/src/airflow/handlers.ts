/** What happens to an exception that a call may raise. */
import { type Expr, type FunctionDef, lastName, type Stmt, type Try, unwrap } from "../syntax/python.ts";
import { bodiesOf, everyExpression, walkExpr, walkStatements } from "../syntax/traverse.ts";
import { prints } from "../syntax/uses.ts";
import { contains, type Span } from "../text/span.ts";

/** One `except` of a `try`. */
export type Handler = Try["handlers"][number];

/** The `try` statements in whose body an expression stands, inside one function, innermost first. */
export function triesAround(body: readonly Stmt[], where: Span): readonly Try[] {
  const found: Try[] = [];
  const visit = (block: readonly Stmt[]): void => {
    for (const one of block) {
      if (!contains(one.span, where)) continue;
      if (one.kind === "try" && one.body.some((inner) => contains(inner.span, where))) found.unshift(one);
      for (const inner of bodiesOf(one)) visit(inner);
    }
  };
  visit(body);
  return found;
}

const broad = /^(Exception|BaseException)$/;

/** `except:`, `except Exception as error:`, or a type that `also` names. */
export function catches({ type }: Handler, also: RegExp): boolean {
  if (!type) return true;
  const types: readonly Expr[] = type.kind === "tuple" ? type.items : [type];
  return types.some((one) => {
    const name = lastName(unwrap(one)) ?? "";
    return broad.test(name) || also.test(name);
  });
}

/**
 * Whether a handler only prints, logs, sleeps or passes, so that the code goes on as if nothing had happened. A name
 * that it binds, a value that it returns and any other call may tell of the failure.
 */
export function onlyReports({ body }: Handler): boolean {
  let quiet = true;
  walkStatements(body, (one) => {
    if (one.kind === "expression") quiet &&= isWord(one.expr);
    else if (one.kind === "return") quiet &&= isNothing(one.value);
    else if (!/^(pass|if|import|import-from)$/.test(one.kind)) quiet = false;
    return true;
  });
  return quiet;
}

/** print(…), log.error(…), traceback.print_exc(), a docstring. */
function isWord(expr: Expr): boolean {
  if (expr.kind === "string" || expr.kind === "constant") return true;
  return (
    prints(expr) ||
    (expr.kind === "call" && /^(print_exc|print_exception|sleep|flush)$/.test(lastName(expr.func) ?? ""))
  );
}

/** `return`, `return None`: the caller learns nothing, and Airflow pushes no XCom. */
function isNothing(value: Expr | undefined): boolean {
  return value === undefined || (value.kind === "constant" && value.value === null);
}

/**
 * Whether code behind a `try` may still tell of the failure: it raises or exits, or it reads a name that the body would
 * have bound, and finds it unbound or as it was before.
 */
export function isToldBehind(body: readonly Stmt[], attempt: Try): boolean {
  const bound = new Set<string>();
  walkStatements(attempt.body, (one) => {
    const targets = one.kind === "assign" ? one.targets : one.kind === "augmented-assign" ? [one.target] : [];
    for (const target of targets)
      walkExpr(target, (part) => {
        if (part.kind === "name") bound.add(part.id);
        return part.kind !== "attribute" && part.kind !== "subscript";
      });
    return one.kind !== "function" && one.kind !== "class";
  });
  let told = false;
  walkStatements(body, (one) => {
    if (one.kind === "raise" && one.span.start >= attempt.span.end) told = true;
    return true;
  });
  everyExpression(body, (one) => {
    if (one.span.start < attempt.span.end) return;
    if (one.kind === "name" && bound.has(one.id)) told = true;
    if (one.kind === "call" && /^_?(sys_)?exit$/.test(lastName(one.func) ?? "")) told = true;
  });
  return told;
}

/** Whether a function answers with a value, whose absence may tell its caller. */
export function answers(definition: FunctionDef): boolean {
  let value = false;
  walkStatements(definition.body, (one) => {
    if (one.kind === "return" && !isNothing(one.value)) value = true;
    return one.kind !== "function" && one.kind !== "class";
  });
  return value;
}
