/** Changing a task's own arguments, wherever its form keeps them. */
import { argument } from "../airflow/arguments.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
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

function argumentEdits(file: DagFile, task: Task, named: readonly Named[]): readonly Edit[] | undefined {
  if (task.form === "taskflow") return decoratorEdits(file, task, named);
  const { call } = task;
  if (!call) return undefined;
  for (const { name } of named) {
    const now = argument(file, task, name);
    // f(**common, timeout=1) fails when common holds a timeout, too.
    const spread = call.args.some((one) => one.form === "double-star");
    if (
      spread &&
      (now === "unknown" ||
        (typeof now === "object" && now.call === call && !call.args.some((one) => one.name === name)))
    )
      return undefined;
    if (typeof now === "object" && now.origin === "expand") return undefined;
  }
  return editArguments(file, call, { set: named });
}

function decoratorEdits(file: DagFile, task: Task, named: readonly Named[]): readonly Edit[] | undefined {
  if (task.decorator) return editArguments(file, task.decorator, { set: named });
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
