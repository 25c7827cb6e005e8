/** Tasks that only mark a place in a DAG. */
import { type Expr, type Stmt, unwrap } from "../syntax/python.ts";
import type { Task } from "./dagfile.ts";

/**
 * Whether a task marks a place and does nothing: an EmptyOperator, or a function that only returns a constant.
 * The failure of what runs before it does it no harm.
 */
export function isMarker(task: Task): boolean {
  if (isEmptyOperator(task)) return true;
  return task.callable?.body.every((one) => isNothing(one)) ?? false;
}

/** `end_task`, `all_done`, `log_completion`: a function of another name that prints may stand for work to come. */
const ofAPlace =
  /(?:^|_)(?:end|done|finish(?:ed)?|complet\w*|success\w*|start|begin|notif\w*|log|print\w*|hello)(?:_|$)/i;

/** Whether all that a task's function does is to print that a place was reached: `print("done")`. */
export function onlyPrints({ callable }: Task): boolean {
  if (!callable || !ofAPlace.test(callable.name)) return false;
  return callable.body.every((one) => isNothing(one) || (one.kind === "expression" && prints(one.expr)));
}

function isEmptyOperator({ operator }: Task): boolean {
  return /^(?:Empty|Dummy)Operator$/.test(operator.known?.name ?? operator.name);
}

function isNothing(statement: Stmt): boolean {
  if (statement.kind === "pass") return true;
  if (statement.kind === "return") return statement.value === undefined || isConstant(statement.value);
  // A docstring, or the dots of an empty body.
  return statement.kind === "expression" && isConstant(statement.expr);
}

function prints(expr: Expr): boolean {
  const one = unwrap(expr);
  if (one.kind !== "call" || !one.args.every((arg) => isConstant(arg.value))) return false;
  const { func } = one;
  return func.kind === "name"
    ? func.id === "print"
    : func.kind === "attribute" && /^(?:debug|info|warning)$/.test(func.name);
}

function isConstant(expr: Expr): boolean {
  const one = unwrap(expr);
  if (one.kind === "string") return one.literals.every(({ parts }) => parts.every((part) => part.kind === "text"));
  return one.kind === "number" || one.kind === "constant";
}
