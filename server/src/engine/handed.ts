/** Faults of tasks and DAGs that functions of other files make: each is reported in that file, once for all who call it. */

import type { DagFile, Fault, Run, Task } from "../airflow/dagfile.ts";
import type { Made } from "../airflow/factories.ts";
import { placeOf } from "../airflow/modules.ts";
import type { Related } from "../rules/rule.ts";
import { Kept } from "../syntax/kept.ts";
import { contains, type SourceSpan, type Span, slice } from "../text/span.ts";

/** Where in another file a fault stands that a rule shows at `shown`: in the function that makes the task. */
export type Place = { readonly task: Task; readonly made: Made; readonly span: Span };

/** Undefined: the fault stands in the file itself, in what it gives to the function. */
export function placeElsewhere(file: DagFile, shown: SourceSpan): Place | undefined {
  for (const task of makings.of(file)) {
    for (const made of [task.made, task.dag?.made]) {
      if (!made || !contains(made.at.func.span, shown)) continue;
      const { path } = made.home;
      const { elsewhere } = shown;
      // Of several tasks of one call, the one whose own text is shown.
      if (made.member && !(elsewhere?.path === path && contains(made.call.span, elsewhere.span))) continue;
      if (elsewhere && elsewhere.path !== path) return undefined;
      return { task, made, span: elsewhere?.span ?? nameOf(made.call.func) };
    }
  }
  return undefined;
}

/** What the other file is told. */
export function handed(file: DagFile, { task, made, span }: Place, said: Omit<Fault, "span" | "within" | "text">): Run {
  const { home, call } = made;
  const fault: Fault = { ...said, span, within: call.span, text: slice(home.module.text, span) };
  return { path: home.path, function: undefined, task: placeOf(file, task), fault };
}

/** Whether functions of other files make tasks or DAGs of this one. */
export function usesMakers(file: DagFile): boolean {
  return makings.of(file).length > 0;
}

/** A fault that other files found in this one, and the tasks that have it. */
export type Taken = { readonly fault: Fault; readonly users: readonly Run["task"][] };

/** Each fault once; one that no longer stands where it was found is left out. */
export function takenFrom(users: readonly Run[], text: string): Taken[] {
  const found = new Map<string, { readonly fault: Fault; readonly users: Run["task"][] }>();
  for (const { fault, task } of users) {
    if (!fault || slice(text, fault.span) !== fault.text) continue;
    const key = `${fault.rule} ${fault.span.start} ${fault.span.end}`;
    const known = found.get(key);
    if (known) known.users.push(task);
    else found.set(key, { fault, users: [task] });
  }
  return [...found.values()];
}

/** Where the partials that are shown at a span are finished; a task made at one place has none. */
export function completionsOf(file: DagFile, { start, end }: Span): Related[] {
  return completed
    .of(file)
    .flatMap(({ completion, span }) =>
      completion && span.start === start && span.end === end
        ? [{ span: completion.func.span, message: "makes a task of it" }]
        : [],
    );
}

const completed = new Kept((file: DagFile) => file.tasks.filter((one) => one.completion !== undefined));

const makings = new Kept((file: DagFile) => file.tasks.filter((one) => one.made ?? one.dag?.made));

function nameOf(func: Made["call"]["func"]): Span {
  return func.kind === "attribute" ? func.nameSpan : func.span;
}
