/** What a task's arguments and callable speak of: XComs of other tasks, and names of jobs that two tasks share. */

import { unknownCharacter } from "../syntax/folded.ts";
import { Kept } from "../syntax/kept.ts";
import type { Call, Expr } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import { everyExpression, partsOf } from "../syntax/traverse.ts";
import type { Value } from "../syntax/value.ts";
import { slice } from "../text/span.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { edgesFrom, pulledIds } from "./edges.ts";

/** Whether a task reads what another returned; `unknown` when it pulls an XCom of a task that cannot be told. */
export type Reading = "yes" | "no" | "unknown";

/** Whether `reader` takes the output of `task`: as an argument, in a template, or by `xcom_pull` in its callable. */
export function readsOutput(file: DagFile, reader: Task, task: Task): Reading {
  const linked = edgesFrom(file.edges, task).some(
    (one) => one.to === reader && (one.form === "argument" || one.form === "template"),
  );
  if (linked) return "yes";
  const { ids, others } = pulled.of(reader, file);
  if (ids.some((id) => names(id, task))) return "yes";
  return others ? "unknown" : "no";
}

/** The ids of the tasks whose XComs a task pulls, and whether it pulls others that cannot be told. */
type Pulled = { readonly ids: readonly string[]; readonly others: boolean };

/** Every task is asked about every other: what it pulls is read once. */
const pulled = new Kept(readPulled);

function readPulled(reader: Task, file: DagFile): Pulled {
  const texts = [...textsOf(file, reader)];
  const called = pulledByCallable(file, reader);
  return {
    ids: [...texts.flatMap(pulledIds), ...called.ids],
    // {{ ti.xcom_pull(task_ids=f"{prefix}_submit") }}
    others: called.others || texts.some(pullsUnknown),
  };
}

/** `{{ ti.xcom_pull(key='job_id') }}` takes the last one that any task pushed; a hole may be any task's id. */
function pullsUnknown(text: string): boolean {
  return [...text.matchAll(/xcom_pull\s*\([^)]*\)/g)].some(
    ([pull]) => pull.includes(unknownCharacter) || (/\bkey\s*=/.test(pull) && pulledIds(pull).length === 0),
  );
}

/** Whether any task of the file takes a task's output; `unknown` when some may. */
export function outputUsed(file: DagFile, task: Task): Reading {
  // The code that runs it may go on with what it returns.
  if (task.executedBy) return "unknown";
  const answers = file.tasks.filter((one) => one !== task).map((one) => readsOutput(file, one, task));
  return answers.find((one) => one === "yes") ?? answers.find((one) => one === "unknown") ?? "no";
}

/** A task's id as others write it: alone, or behind the ids of its groups. */
function names(id: string, task: Task): boolean {
  return task.id !== undefined && (id === task.id || id.endsWith(`.${task.id}`));
}

/** ti.xcom_pull(task_ids=SUBMIT) */
function pulledByCallable(file: DagFile, { callable }: Task): Pulled {
  if (!callable) return { ids: [], others: false };
  const scope = file.names.scopeOf(callable);
  const ids: string[] = [];
  let others = false;
  everyExpression(callable.body, (one) => {
    if (one.kind !== "call" || one.func.kind !== "attribute" || one.func.name !== "xcom_pull") return;
    const given = one.args.find((arg) => arg.name === "task_ids" || arg.form === "positional");
    const texts = given ? [...stringsIn(file.values.evaluate(given.value, scope))] : [];
    ids.push(...texts);
    others ||= texts.length === 0 || texts.some((text) => text.includes(unknownCharacter));
  });
  return { ids, others };
}

/** Whether two tasks are given the same name of a thing: `job_name="nightly"`, `cluster_identifier=CLUSTER`. */
export function shareName(file: DagFile, a: Task, b: Task): boolean {
  const known = sharedNames.of(a, file);
  return [...sharedNames.of(b, file)].some((one) => known.has(one));
}

/** Whether a text speaks of a thing by a name that a task is given: `airflow dags trigger nightly` and `external_dag_id="nightly"`. */
export function isNamedIn(file: DagFile, task: Task, text: string): boolean {
  const words = new Set(text.split(/[^\w./:-]+/));
  return [...sharedNames.of(task, file)].some((one) => words.has(one));
}

/** Arguments that say where or how, not what. */
const circumstances =
  /(^|_)(conn_id|region|region_name|location|project|project_id|namespace|pool|queue|owner|mode|timeout|poke_interval|trigger_rule|chain|env|environment|email|python_callable|dag|task_group|doc_md|tags|start_date|end_date|schedule)$|^(task_id|verify|retries|retry_delay|execution_timeout|depends_on_past|execution_date|logical_date|do_xcom_push|allowed_states|failed_states|target_states)$/;

const sharedNames = new Kept((task: Task, file: DagFile): ReadonlySet<string> => new Set(namesGivenTo(file, task)));

function* namesGivenTo(file: DagFile, task: Task): Generator<string> {
  for (const { name, value } of givenTo(task)) {
    if (name !== undefined && circumstances.test(name)) continue;
    yield* nameTexts(file, value, task.scope);
  }
}

/** The strings in an expression, and names that stand for something unknown, as they are written. */
function* nameTexts(file: DagFile, expr: Expr, scope: Scope): Generator<string> {
  const value = file.values.evaluate(expr, scope);
  if (value.kind === "string") {
    if (value.folded.holes.some((one) => one.kind === "python")) yield `= ${slice(file.text, expr.span)}`;
    else if (value.folded.text.trim().length > 2) yield value.folded.text.trim();
  } else if (value.kind === "unknown" || value.kind === "call") {
    if (expr.kind === "name" || expr.kind === "attribute" || expr.kind === "subscript" || expr.kind === "call")
      yield `= ${slice(file.text, expr.span)}`;
    if (expr.kind === "call") for (const one of expr.args) yield* nameTexts(file, one.value, scope);
  } else if (value.kind === "dict") {
    for (const one of value.entries) {
      if (!circumstances.test(one.key)) yield* stringsIn(one.value);
    }
    // An entry that is not known is still written.
    if (expr.kind === "dict") {
      for (const one of expr.entries) if (one.value.kind !== "string") yield* nameTexts(file, one.value, scope);
    }
  } else if (value.kind === "list") {
    if (expr.kind === "list" || expr.kind === "tuple") for (const one of expr.items) yield* nameTexts(file, one, scope);
    else yield* stringsIn(value);
  }
}

/** Every text that a task is given, folded. */
export function* textsOf(file: DagFile, task: Task): Generator<string> {
  for (const { value } of givenTo(task)) yield* textsIn(file, value, task.scope);
}

function* textsIn(file: DagFile, expr: Expr, scope: Scope): Generator<string> {
  const value = file.values.evaluate(expr, scope);
  yield* stringsIn(value);
  if (value.kind !== "string") for (const part of partsOf(expr)) yield* textsIn(file, part, scope);
}

function* stringsIn(value: Value): Generator<string> {
  if (value.kind === "string") yield value.folded.text;
  if (value.kind === "list") for (const one of value.items) yield* stringsIn(one);
  if (value.kind === "dict") for (const one of value.entries) yield* stringsIn(one.value);
}

function* givenTo(task: Task): Generator<{ readonly name: string | undefined; readonly value: Expr }> {
  const calls: readonly (Call | undefined)[] = [
    task.call,
    task.completion,
    task.made?.at,
    task.expansion,
    task.override,
    task.decorator,
  ];
  const seen = new Set<Call>();
  for (const call of calls) {
    if (!call || seen.has(call)) continue;
    seen.add(call);
    for (const one of call.args) yield { name: one.name, value: one.value };
  }
}
