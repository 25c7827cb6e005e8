/** Makes a task of another operator, keeping its id, its variable and the arguments that both operators know. */
import { hasParameter, importPath } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import type { Edit } from "../text/edit.ts";
import { editArguments, type Named } from "./arguments.ts";
import { replaceCallee } from "./calls.ts";
import { withImports } from "./imports.ts";

/** How the arguments change. */
export type OperatorChange = {
  readonly to: OperatorClass;
  /** The argument that others take the place of; it must stand in the call itself. */
  readonly from: string;
  readonly by: readonly Named[];
  /** Arguments that mean nothing to the new operator and may go. */
  readonly drop: readonly string[];
};

/**
 * The edits that change a task's operator, with its imports. Undefined when the new one does not exist in the project's
 * versions, an argument would be lost that is not to be dropped, or one that must be rewritten is not in the call.
 */
export function changeOperator(file: DagFile, task: Task, change: OperatorChange): readonly Edit[] | undefined {
  const { call } = task;
  const path = importPath(file.project, change.to);
  if (!call || !path || task.form !== "operator" || task.operator.subclasses.length > 0) return undefined;
  const knows = (name: string): boolean => hasParameter(file.project, change.to, name);
  const from = call.args.find((one) => one.form === "keyword" && one.name === change.from);
  if (!from || !change.by.every((one) => knows(one.name))) return undefined;
  const written = new Set(change.by.map((one) => one.name));
  const removed = [];
  for (const one of call.args) {
    if (one.form === "double-star") {
      const value = file.values.evaluate(one.value, task.scope);
      const harmless = (key: string): boolean => knows(key) && !written.has(key) && key !== change.from;
      if (value.kind !== "dict" || !value.complete || !value.entries.every((entry) => harmless(entry.key)))
        return undefined;
    } else if (one.form !== "keyword" || one.name === undefined) return undefined;
    else if (one === from) continue;
    else if (change.drop.includes(one.name) || written.has(one.name)) removed.push(one);
    else if (knows(one.name)) continue;
    // env=None says nothing.
    else if (file.values.evaluate(one.value, task.scope).kind === "none") removed.push(one);
    else return undefined;
  }
  // What varies must be an argument of the new operator, and none that is rewritten.
  for (const one of task.expansion?.args ?? [])
    if (one.form !== "keyword" || one.name === undefined || !knows(one.name) || written.has(one.name)) return undefined;
  const needed = { module: path.module, name: path.name, also: [change.to.fqcn] };
  const callee = replaceCallee(file, call, needed);
  const args = editArguments(file, call, { substitute: [{ argument: from, by: change.by }], remove: removed });
  return callee && args && withImports(file, [...callee.edits, ...args], callee.needs);
}
