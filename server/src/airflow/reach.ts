/** Which functions of a file the tasks run, directly or through one another. */

import type { Evaluator } from "../syntax/evaluator.ts";
import {
  type ClassDef,
  dottedName,
  type Expr,
  type FunctionDef,
  type Lambda,
  type Module,
  type Stmt,
} from "../syntax/python.ts";
import { lookup, type Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import type { Task } from "./dagfile.ts";

/**
 * Each reached function (methods and lambdas included) with the tasks that reach it. Methods of operators, sensors and hooks
 * are reached by whatever task is made of them, here or in another file: then the list may be empty.
 */
export function runBy(
  module: Module,
  values: Evaluator,
  tasks: readonly Task[],
): ReadonlyMap<FunctionDef | Lambda, readonly Task[]> {
  const reached = new Map<FunctionDef | Lambda, Task[]>();
  const reach = (definition: FunctionDef, task: Task | undefined): void => {
    const known = reached.get(definition);
    if (known && (!task || known.includes(task))) return;
    reached.set(definition, task ? [...(known ?? []), task] : []);
    references(definition.body, values.names.scopeOf(definition), task);
  };
  const reachClass = (definition: ClassDef, task: Task | undefined): void => {
    for (const one of definition.body) if (one.kind === "function") reach(one, task);
  };
  /** Every function or class that a piece of code names may be called by it: callbacks, partials, threads. */
  const inExpr = (expr: Expr, scope: Scope, task: Task | undefined): void => {
    walkExpr(expr, (one) => {
      if (one.kind === "name") {
        const found = lookup(scope, one.id, one.span.start);
        if (found && found !== "unbound") {
          if (found.binding.kind === "function") reach(found.binding.definition, task);
          if (found.binding.kind === "class") reachClass(found.binding.definition, task);
        }
      }
      if (one.kind === "lambda") {
        reached.set(one, task ? [...(reached.get(one) ?? []), task] : (reached.get(one) ?? []));
        inExpr(one.body, values.names.scopeOf(one), task);
        return false;
      }
      return true;
    });
  };
  const references = (body: readonly Stmt[], scope: Scope, task: Task | undefined): void => {
    walkStatements(body, (statement) => {
      for (const expr of expressionsOf(statement)) inExpr(expr, scope, task);
      if (statement.kind === "function" || statement.kind === "class") {
        references(statement.body, values.names.scopeOf(statement), task);
        return false;
      }
      return true;
    });
  };
  for (const one of module.body) {
    if (
      one.kind === "class" &&
      one.bases.some((base) => /(Operator|Sensor|Hook|Trigger)$/.test(dottedName(base.value) ?? ""))
    ) {
      reachClass(one, undefined);
    }
  }
  for (const task of tasks) {
    if (task.callable) reach(task.callable, task);
    for (const one of task.operator.subclasses) reachClass(one, task);
    for (const call of [task.call, task.expansion]) {
      if (!call) continue;
      for (const one of call.args) {
        // A TaskFlow call's arguments are other tasks, not code that this one runs.
        if (task.form === "operator") inExpr(one.value, task.scope, task);
      }
    }
  }
  return reached;
}
