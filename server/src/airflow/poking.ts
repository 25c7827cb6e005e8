/** What a sensor calls at each look, and what that answers. */
import { type Expr, type FunctionDef, lastName, type Return } from "../syntax/python.ts";
import { everyExpression, walkStatements } from "../syntax/traverse.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { isA, operators, redefines } from "./kinds.ts";

/** The function that a sensor calls at each look: its callable, or the `poke` of a class of the file. */
export function lookOf(task: Task): FunctionDef | undefined {
  if (redefines(task, "execute")) return undefined;
  for (const one of task.operator.subclasses) {
    const poke = one.body.find((each) => each.kind === "function" && each.name === "poke");
    // A class of another file is not this file's to judge.
    const own = !task.operator.homes?.has(one);
    if (poke?.kind === "function") return own && poke.decorators.length === 0 ? poke : undefined;
  }
  if (!isA(task, operators.pythonSensor) || !task.callable) return undefined;
  // What another decorator makes of the answer is not known.
  const own = task.form === "taskflow" ? 1 : 0;
  return task.callable.decorators.length === own ? task.callable : undefined;
}

/**
 * Whether a function certainly answers nothing but `None` and `False`, other than by being made for just that. One that
 * raises may end the wait by it, and a generator is true by itself.
 */
export function neverAnswersTrue(file: DagFile, look: FunctionDef): boolean {
  // def never(): return False
  let possible = look.body.length === 1 && look.body[0]?.kind === "return";
  walkStatements(look.body, (statement) => {
    if (statement.kind === "function" || statement.kind === "class") return false;
    if (statement.kind === "raise") possible = true;
    if (statement.kind === "return") possible ||= !answersNothing(file, look, statement);
    return true;
  });
  if (possible) return false;
  let yields = false;
  everyExpression(look.body, (one) => {
    yields ||= one.kind === "yield";
  });
  return !yields;
}

function answersNothing(file: DagFile, look: FunctionDef, { value }: Return): boolean {
  if (!value) return true;
  const known = file.values.evaluate(value, file.names.scopeOf(look));
  return known.kind === "none" || (known.kind === "boolean" && !known.value);
}

/** `exists(…)`, `hook.is_done(…)` */
const asking = /^(is|has|are)_|exist|ready|done|finish|complete|check|present|available/i;

/** The expression at the end of a function that looks like the answer which it forgets to return. */
export function forgottenAnswer(look: FunctionDef): Expr | undefined {
  const last = look.body.at(-1);
  if (last?.kind !== "expression") return undefined;
  const { expr } = last;
  if (expr.kind === "call") return asking.test(lastName(expr.func) ?? "") ? expr : undefined;
  if (expr.kind === "constant") return expr.value === true ? expr : undefined;
  return expr.kind === "compare" || expr.kind === "binary" || expr.kind === "unary" ? expr : undefined;
}
