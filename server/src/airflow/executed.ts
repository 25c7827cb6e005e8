/** Operators that are no tasks: code that a task runs makes them and calls their `execute`. */
import { type FunctionDef, keyword, type Lambda } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import type { Results } from "../syntax/uses.ts";
import { slice } from "../text/span.ts";
import type { Collected } from "./collect.ts";
import { type BareTask, CollectedTask } from "./collectedTask.ts";
import type { DagFile, Task, TaskScript } from "./dagfile.ts";
import type { Reached } from "./reach.ts";
import { writtenCall } from "./written.ts";

/** What was collected without the operators whose `execute` the code around them calls, and these. */
export function withoutExecuted(
  found: Collected,
  results: Results,
  text: string,
): { readonly found: Collected; readonly made: readonly Task[] } {
  const made = text.includes(".execute(") ? found.tasks.filter((one) => isExecuted(one, results, text)) : [];
  if (made.length === 0) return { found, made };
  const own = new Set(made);
  return {
    found: {
      ...found,
      tasks: found.tasks.filter((one) => !own.has(one)),
      taskOfCall: new Map([...found.taskOfCall].filter(([, task]) => !own.has(task))),
    },
    made,
  };
}

/** `SSHOperator(…).execute(context)`, `op = SSHOperator(…); op.execute(context)`, in a function that belongs to no DAG's own code. */
function isExecuted(task: Task, results: Results, text: string): boolean {
  if (task.form !== "operator" || task.mapped || (task.dag && !isToldItsDag(task))) return false;
  const code = codeAround(task.scope);
  // Following a result takes an index of the whole file.
  if (!code || !slice(text, code.span).includes(".execute(")) return false;
  const made = writtenCall(task);
  return made !== undefined && results.resultOf(made).uses.some(({ kind, path }) => kind === "method" && isRun(path));
}

function isRun(path: readonly string[]): boolean {
  return path.length === 1 && path[0] === "execute";
}

function isToldItsDag({ call, completion }: Task): boolean {
  return [call, completion].some((one) => one && keyword(one, "dag"));
}

function codeAround({ owner }: Scope): FunctionDef | Lambda | undefined {
  return "kind" in owner && owner.kind !== "class" ? owner : undefined;
}

/**
 * The operator with those who run it; undefined where nobody is known to. In a running task no DAG is open, so that
 * no default_args reach it unless it is told its DAG.
 */
export function executedBy(
  task: Task,
  reached: Reached,
  results: Results,
  scripts: (task: BareTask) => readonly TaskScript[],
): Task | undefined {
  const code = codeAround(task.scope);
  const made = writtenCall(task);
  const runners = code && reached.get(code);
  if (!runners || !made) return undefined;
  const rendered = results.resultOf(made).uses.some(({ path }) => path[0]?.startsWith("render_template"));
  const dagless = !task.made && !isToldItsDag(task);
  const { scope, dag, group, repeated } = task;
  return new CollectedTask(
    task,
    { scope, dag, dagless, group, repeated, executedBy: { ...runners, rendered } },
    scripts,
  );
}

/** The operators that hold a task for as long as they run: its own, then those that its code runs. */
export function operatorsRunBy({ executed }: DagFile, task: Task): readonly Task[] {
  if (executed.length === 0) return [task];
  return [task, ...executed.filter((one) => one.executedBy?.tasks.includes(task))];
}
