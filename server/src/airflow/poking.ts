/** What a sensor calls at each look, and what that answers. */
import { type Expr, type FunctionDef, keyword, lastName, type Return, unwrap } from "../syntax/python.ts";
import { everyExpression, walkStatements } from "../syntax/traverse.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { isA, operators, redefines, runsAs } from "./kinds.ts";

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

/** Whether the sensor's first look certainly ends the wait, since nothing that it does can say "not yet". */
export function endsAtFirstLook(file: DagFile, task: Task): boolean {
  if (runsAs(task, operators.bashSensor)) {
    const [only, ...others] = task.scripts;
    return only !== undefined && others.length === 0 && succeeding.test(only.script.folded.text);
  }
  if (!isA(task, operators.pythonSensor)) return false;
  const given = task.form === "operator" ? argument(file, task, "python_callable") : "absent";
  if (typeof given === "object" && given.resolved.kind === "function") {
    const { definition, home } = given.resolved;
    if (definition.kind === "lambda") return !home && !redefines(task, "poke") && isDone(definition.body);
  }
  const look = lookOf(task);
  return look !== undefined && alwaysAnswersTrue(look);
}

/** `exit 0`, `true`, `:`, `echo go` */
const succeeding = /^\s*(?:exit(?:\s+0)?|true|:|echo\b[^;&|<>`$()\n]*)\s*;?\s*$/;

/** Whether every answer is True; a loop of its own may wait all the same. */
function alwaysAnswersTrue(look: FunctionDef): boolean {
  const last = look.body.at(-1);
  let always = last?.kind === "return";
  walkStatements(look.body, (statement) => {
    if (statement.kind === "function" || statement.kind === "class") return false;
    if (statement.kind === "while" || (statement.kind === "return" && !isDone(statement.value))) always = false;
    return true;
  });
  return always;
}

/** `True`, `PokeReturnValue(is_done=True, …)` */
function isDone(value: Expr | undefined): boolean {
  if (!value) return false;
  const inner = unwrap(value);
  if (inner.kind === "call" && lastName(inner.func) === "PokeReturnValue")
    return isDone((keyword(inner, "is_done") ?? inner.args.find((one) => one.form === "positional"))?.value);
  return inner.kind === "constant" && inner.value === true;
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
