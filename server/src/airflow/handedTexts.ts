/** Texts that one task makes and another runs: `BashOperator(bash_command=make_command(day))`, where make_command is a `@task`. */
import type { Evaluator } from "../syntax/evaluator.ts";
import { type Expr, type FunctionDef, unwrap } from "../syntax/python.ts";
import { lookup, type Scope } from "../syntax/scope.ts";
import { walkStatements } from "../syntax/traverse.ts";
import type { Value } from "../syntax/value.ts";
import { decorationOf } from "./operators.ts";

const deepest = 5;

/** The values that the `@task` function behind an argument returns; none where it is no such function's result. */
export function handedValues(values: Evaluator, expr: Expr, scope: Scope): readonly Value[] {
  const definition = makerOf(values, expr, scope, 0);
  if (!definition) return [];
  const inside = values.names.scopeOf(definition);
  const found: Value[] = [];
  walkStatements(definition.body, (statement) => {
    if (statement.kind === "function" || statement.kind === "class") return false;
    if (statement.kind === "return" && statement.value) found.push(...values.variants(statement.value, inside));
    return true;
  });
  return found;
}

/** The `@task` function whose result an expression is: `load(day)`, `load.partial(…).expand(…)`, a name for it. */
function makerOf(values: Evaluator, expr: Expr, scope: Scope, depth: number): FunctionDef | undefined {
  const one = unwrap(expr);
  if (depth > deepest) return undefined;
  if (one.kind === "name") {
    const found = lookup(scope, one.id, one.span.start);
    return found && found !== "unbound" && found.binding.kind === "value"
      ? makerOf(values, found.binding.value, found.scope, depth + 1)
      : undefined;
  }
  if (one.kind !== "call") return undefined;
  let callee = unwrap(one.func);
  while (callee.kind === "attribute" || callee.kind === "call") {
    if (callee.kind === "attribute" && !/^(?:partial|expand|expand_kwargs|override)$/.test(callee.name))
      return undefined;
    callee = unwrap(callee.kind === "call" ? callee.func : callee.value);
  }
  if (callee.kind !== "name") return undefined;
  const found = lookup(scope, callee.id, callee.span.start);
  if (!found || found === "unbound" || found.binding.kind !== "function") return undefined;
  const { definition } = found.binding;
  return definition.decorators.some((decorator) => {
    const made = decorationOf(decorator.expr, found.scope);
    return made?.makes === "task" && made.operator.name === "task";
  })
    ? definition
    : undefined;
}
