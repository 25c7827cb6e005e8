/** Other modules that a file leads to, and the tasks that run their code. */

import type { Passing } from "../syntax/callSites.ts";
import { lowerModule } from "../syntax/lower.ts";
import type { Call, Expr, FunctionDef, Module } from "../syntax/python.ts";
import { keyword } from "../syntax/python.ts";
import type { Home } from "../syntax/value.ts";
import { isUnbounded } from "./bounds.ts";
import type { DagFile, Run, Task, TaskPlace } from "./dagfile.ts";
import { isToldToDefer } from "./deferrals.ts";
import { shownName } from "./kinds.ts";
import { namedFunctions, type Reached } from "./reach.ts";
import { retriesOf } from "./retries.ts";

type Text = { readonly path: string; readonly text: string };

/** How many other files are kept lowered: hundreds of DAG files import the same few. */
const mostKept = 200;
const lowered = new Map<string, { readonly text: string; readonly module: Module }>();

/** A module's lowered text; read again when the text has changed. */
export function openedModule(source: Text | undefined): { path: string; module: Module } | undefined {
  if (!source) return undefined;
  const { path, text } = source;
  const known = lowered.get(path);
  const module = known?.text === text ? known.module : lowerModule(text);
  // The map keeps the order of use: what was asked for longest ago goes first.
  lowered.delete(path);
  lowered.set(path, { text, module });
  for (const oldest of lowered.keys()) {
    if (lowered.size <= mostKept) break;
    lowered.delete(oldest);
  }
  return { path, module };
}

/** `PythonOperator(python_callable=load, op_args=[…], op_kwargs={…})` calls `load` with those. */
export const passing: Passing = (call: Call, callable: Expr) => {
  if (keyword(call, "python_callable")?.value !== callable) return undefined;
  const args = keyword(call, "op_args")?.value;
  const named = keyword(call, "op_kwargs")?.value;
  const list = args?.kind === "list" || args?.kind === "tuple" ? args.items : undefined;
  const dict = named?.kind === "dict" ? named.entries : undefined;
  const known = new Map<string, Expr>();
  let complete = (!args || list !== undefined) && (!named || dict !== undefined);
  for (const { key, value } of dict ?? []) {
    const [literal, ...more] = key?.kind === "string" ? key.literals : [];
    const [part, ...rest] = literal?.parts ?? [];
    if (part?.kind === "text" && more.length === 0 && rest.length === 0) known.set(part.value, value);
    else complete = false;
  }
  const positional = list?.some((one) => one.kind === "starred") ? undefined : list;
  complete &&= !list || positional !== undefined;
  return { positional: positional ?? [], named: known, complete };
};

/** The functions of other files that tasks of this file run. */
export function runsOf(file: DagFile, elsewhere: ReadonlyMap<Home, Reached>): Run[] {
  const runs: Run[] = [];
  for (const [home, reached] of elsewhere) {
    for (const [name, definition] of namedFunctions(home.module)) {
      for (const task of reached.get(definition)?.tasks ?? []) {
        runs.push({ path: home.path, function: name, task: placeOf(file, task) });
      }
    }
  }
  return runs;
}

/** A task as other files are told of it. */
export function placeOf(file: DagFile, task: Task): TaskPlace {
  const label = task.id === undefined ? shownName(task) : `${shownName(task)} "${task.id}"`;
  const retries = retriesOf(file, task);
  return {
    path: file.path,
    span: task.span,
    label,
    bounded: !isUnbounded(file, task),
    retries: retries === "unknown" ? 0 : retries.count,
    ...(isToldToDefer(file, task) ? { deferrable: true } : {}),
  };
}

/** Tasks of other files that run the function at an offset; of nested ones the innermost that anybody runs. */
export function usersAt(reached: Reached, offset: number): readonly TaskPlace[] {
  let best: FunctionDef | undefined;
  let users: readonly TaskPlace[] = [];
  for (const [definition, runners] of reached) {
    if (definition.kind !== "function" || runners.users.length === 0) continue;
    const { start, end } = definition.span;
    if (offset < start || offset >= end || (best && best.span.start > start)) continue;
    best = definition;
    users = runners.users;
  }
  return users;
}

/** Script files that tasks load their texts from. */
export function scriptFiles(tasks: readonly Task[]): string[] {
  const paths = new Set<string>();
  for (const task of tasks) {
    for (const { script } of task.scripts) {
      for (const one of script.folded.segments) if (one.elsewhere) paths.add(one.elsewhere.path);
    }
  }
  return [...paths];
}
