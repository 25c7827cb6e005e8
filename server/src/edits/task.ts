/** Changing a task's own arguments, wherever its form keeps them. */
import { argument, argumentBehind } from "../airflow/arguments.ts";
import type { Argument, DagFile, Task } from "../airflow/dagfile.ts";
import type { Call, ClassDef } from "../syntax/python.ts";
import type { Edit } from "../text/edit.ts";
import { editArguments, type Named } from "./arguments.ts";
import type { Needed } from "./bindings.ts";
import { withImports } from "./imports.ts";

/**
 * Sets keywords of a task: in the operator's call, in `.partial(…)` of a mapped one, in the decorator of a TaskFlow one.
 * Undefined when a keyword comes in by `**mapping`, or the task has no place of its own for arguments.
 */
export function setTaskArguments(
  file: DagFile,
  task: Task,
  named: readonly Named[],
  needs: readonly Needed[] = [],
): readonly Edit[] | undefined {
  return withImports(file, argumentEdits(file, task, named), needs);
}

/** Takes an argument away: out of the call that holds it, else by giving the task itself the value `otherwise`. */
export function dropArgument(
  file: DagFile,
  task: Task,
  found: Argument,
  otherwise: string,
): readonly Edit[] | undefined {
  const { call, name } = found;
  const own = call && found.origin !== "class" && call.args.some((one) => one.form === "keyword" && one.name === name);
  // What default_args say as well would come back.
  if (!own || argumentBehind(file, task, found) !== "absent")
    return setTaskArguments(file, task, [{ name, text: otherwise }]);
  return withImports(file, editArguments(file, call, { remove: [name] }), []);
}

function argumentEdits(file: DagFile, task: Task, named: readonly Named[]): readonly Edit[] | undefined {
  if (task.form === "taskflow") return decoratorEdits(file, task, named);
  const { call } = task;
  if (!call) return undefined;
  for (const { name } of named) {
    if (!task.operator.subclasses.every((one) => takes(one, name))) return undefined;
    const now = argument(file, task, name);
    if (typeof now === "object" && (now.origin === "class" || now.origin === "expand")) return undefined;
  }
  return setIn(file, task, call, named);
}

/** f(**common, timeout=1) fails when common holds a timeout, too. */
function setIn(file: DagFile, task: Task, call: Call, named: readonly Named[]): readonly Edit[] | undefined {
  for (const one of call.args) {
    if (one.form !== "double-star") continue;
    const value = file.values.evaluate(one.value, task.scope);
    if (value.kind !== "dict" || !value.complete) return undefined;
    if (value.entries.some((entry) => named.some(({ name }) => name === entry.key))) return undefined;
  }
  return editArguments(file, call, { set: named });
}

function decoratorEdits(file: DagFile, task: Task, named: readonly Named[]): readonly Edit[] | undefined {
  const { override } = task;
  // f.override(retries=2)() wins over the decorator.
  if (override && named.some((one) => override.args.some((each) => each.form !== "keyword" || each.name === one.name)))
    return setIn(file, task, override, named);
  if (task.decorator) return setIn(file, task, task.decorator, named);
  // @task → @task(execution_timeout=…)
  const bare = task.callable?.decorators.find((one) => {
    const { expr } = one;
    const written = file.text.slice(expr.span.start, expr.span.end);
    return (
      (expr.kind === "name" || expr.kind === "attribute") &&
      (written === task.operator.name || written.endsWith(`.${task.operator.name}`))
    );
  });
  if (!bare) return undefined;
  const text = `(${named.map((one) => `${one.name}=${one.text}`).join(", ")})`;
  return [{ span: { start: bare.expr.span.end, end: bare.expr.span.end }, text }];
}

/** Whether a class of the file lets the keyword through: it has no constructor, or one with that name or `**kwargs`. */
function takes(definition: ClassDef, name: string): boolean {
  const init = definition.body.find((one) => one.kind === "function" && one.name === "__init__");
  if (init?.kind !== "function") return true;
  return init.parameters.some((one) => one.form === "double-star" || one.name === name);
}
