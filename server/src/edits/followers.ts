/** Puts a new task between a task and everything that ran after it: `t >> x` becomes `t >> wait >> x`. */
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { hiddenFollowers } from "../airflow/sight.ts";
import { writtenCall } from "../airflow/written.ts";
import { type Call, type Expr, keyword, unwrap } from "../syntax/python.ts";
import { walkExpr, walkStatements } from "../syntax/traverse.ts";
import type { Edit } from "../text/edit.ts";
import type { Span } from "../text/span.ts";
import type { Named } from "./arguments.ts";
import type { Needed } from "./bindings.ts";
import type { Rewrite } from "./calls.ts";
import { insertArgument, moveEdges } from "./edges.ts";
import { freeName, reservedWords } from "./freeNames.ts";
import { localName } from "./imports.ts";
import { afterBreak, layoutOf, lineEnd, lineIndent, lineStart, quoteString, withNewlines } from "./layout.ts";
import { lineAfter, pathTo } from "./paths.ts";

/** The task to put in. */
export type Follower = {
  readonly operator: Needed;
  /** The name it is bound to; a number is added when it is taken. */
  readonly variable: string;
  readonly taskId: string;
  /** Its other arguments, given the name that the task before is bound to; undefined when it cannot do without a name. */
  readonly arguments: (before: string | undefined) => readonly Named[] | undefined;
};

/**
 * The rewrite that defines the follower right behind the task — same block, same `dag=` and `task_group=` — and moves
 * all the task's outgoing edges to it. Undefined when an edge cannot be moved in the text, an edge is not known, or a
 * name is taken.
 */
export function insertFollower(file: DagFile, task: Task, follower: Follower): Rewrite | undefined {
  if (hiddenFollowers(file, task) || !task.call) return undefined;
  if (file.tasks.some((one) => one.id === follower.taskId)) return undefined;
  const callee = localName(file, follower.operator);
  const variable = freeName(file, follower.variable);
  if (!callee || !variable) return undefined;
  const needs = [follower.operator];
  const { call, statement } = task;
  const passedOn = ["dag", "task_group"].flatMap((name): Named[] => {
    const argument = keyword(call, name);
    return argument ? [{ name, text: file.text.slice(argument.value.span.start, argument.value.span.end) }] : [];
  });
  const keywords = (before: string | undefined): readonly Named[] | undefined => {
    const own = follower.arguments(before);
    return own && [{ name: "task_id", text: quoteString(file, follower.taskId) }, ...own, ...passedOn];
  };

  const bound = binding(file, task);
  if (bound) {
    const given = keywords(bound.name);
    const end = lineAfter(file.module, statement);
    if (!given || end === undefined || leaves(task, bound.name)) return undefined;
    const moved = moveEdges(file, task, bound.name, variable);
    if (!moved) return undefined;
    const layout = layoutOf(file.module);
    const indent = lineIndent(file.text, statement.span.start);
    const lines = given.map((one) => `${indent}${layout.indent}${one.name}=${one.text},\n`).join("");
    const airy =
      /[\r\n]/.test(file.text.slice(statement.span.start, statement.span.end)) && blankBehind(file.text, end);
    const definition = `${airy ? "\n" : ""}\n${indent}${variable} = ${callee}(\n${lines}${indent})`;
    const link = moved.link === undefined ? "" : `\n${indent}${moved.link}`;
    const edits: Edit[] = [
      { span: { start: end, end }, text: withNewlines(layout, definition + link) },
      ...moved.edits,
    ];
    if (bound.edit) edits.push(bound.edit);
    return { edits, needs };
  }

  // start >> Op(…) >> end: the follower joins the chain without a name.
  const given = keywords(undefined);
  const at = inlinePlace(file, task);
  if (!given) return undefined;
  const written = given.map((one) => `${one.name}=${one.text}`).join(", ");
  const link = chainLink(file, task);
  if (link) {
    const edits = insertArgument(file, link.chain, link.operand, `${callee}(${written})`);
    return edits && { edits, needs };
  }
  if (at === undefined) return undefined;
  // Without brackets around the chain a line of its own would be a statement.
  const bracketed = statement.kind === "expression" && statement.expr.kind === "parenthesized";
  const own = bracketed ? ownLine(file, at.start, at.end) : undefined;
  if (own) {
    const layout = layoutOf(file.module);
    const lines = given.map((one) => `${own.indent}${layout.indent}${one.name}=${one.text},\n`).join("");
    const text = `\n${own.indent}>> ${callee}(\n${lines}${own.indent})`;
    return { edits: [{ span: { start: own.end, end: own.end }, text: withNewlines(layout, text) }], needs };
  }
  return { edits: [{ span: { start: at.end, end: at.end }, text: ` >> ${callee}(${written})` }], needs };
}

/** The name that a task has, or the edit that gives it one: `Op(task_id="load")` → `load = Op(task_id="load")`. */
function binding(file: DagFile, task: Task): { readonly name: string; readonly edit: Edit | undefined } | undefined {
  const { statement, call } = task;
  if (!call) return undefined;
  const made = (expr: Expr | undefined): boolean => {
    const inner = expr && unwrap(expr);
    return inner?.kind === "call" && (inner === call || inner === task.expansion);
  };
  if (statement.kind === "assign") {
    const names = statement.targets.flatMap((one) => (one.kind === "name" ? [one.id] : []));
    const known = task.variable !== undefined && names.includes(task.variable);
    return known && task.variable !== undefined && made(statement.value)
      ? { name: task.variable, edit: undefined }
      : undefined;
  }
  if (statement.kind !== "expression" || !made(statement.expr)) return undefined;
  const proposed = task.id?.replace(/\W/g, "_");
  if (!proposed || !/^[a-z_]/i.test(proposed) || reservedWords.has(proposed)) return undefined;
  const name = freeName(file, proposed);
  const { start } = statement.span;
  return name ? { name, edit: { span: { start, end: start }, text: `${name} = ` } } : undefined;
}

/** Whether a function hands the task to its caller, whose edges to it are not in sight. */
function leaves(task: Task, name: string): boolean {
  const { owner } = task.scope;
  if (!("kind" in owner) || owner.kind !== "function") return false;
  let found = false;
  walkStatements(owner.body, (statement) => {
    if (statement.kind !== "return" || !statement.value) return true;
    walkExpr(statement.value, (expr) => {
      if (expr.kind === "name" && expr.id === name) found = true;
      return true;
    });
    return true;
  });
  return found;
}

/** Whether an empty line follows the line that ends here: this file parts its tasks by empty lines. */
function blankBehind(text: string, end: number): boolean {
  const next = afterBreak(text, end);
  return next > end && text.slice(next, lineEnd(text, next)).trim() === "" && lineEnd(text, next) < text.length;
}

/** Behind a task that stands in a chain without a name: `a >> Op(…)`. */
function inlinePlace(file: DagFile, task: Task): Span | undefined {
  const whole = writtenCall(task);
  const path = whole && pathTo(file.module, whole.span);
  const around = path?.exprs.slice(0, -1) ?? [];
  // ( a >> Op(…) >> b ): brackets around the whole chain, for its line breaks only.
  const chain = around[0]?.kind === "parenthesized" ? around.slice(1) : around;
  if (path?.statement.kind !== "expression" || chain.length === 0) return undefined;
  const shifts = chain.every((one) => one.kind === "binary" && one.operator === ">>");
  const touching = file.edges.filter((one) => one.from === task && one.form !== "template");
  return shifts && touching.every((one) => one.form === ">>") ? whole?.span : undefined;
}

/** A task that is a link of a chain without a name: `chain(a, Op(…), b)`. */
function chainLink(file: DagFile, task: Task): { readonly chain: Call; readonly operand: Expr } | undefined {
  const whole = writtenCall(task);
  const path = whole && pathTo(file.module, whole.span);
  const [chain, operand, ...more] = path?.exprs ?? [];
  if (path?.statement.kind !== "expression" || chain?.kind !== "call" || !operand || more.length > 0) return undefined;
  const touching = file.edges.filter((one) => one.from === task && one.form !== "template");
  return touching.length > 0 && touching.every((one) => one.form === "chain") ? { chain, operand } : undefined;
}

/** A part of a chain that has its lines to itself, `>> Op(…)`: their indentation, and where they end. */
function ownLine(file: DagFile, start: number, end: number): { indent: string; end: number } | undefined {
  const { text } = file;
  const before = text.slice(lineStart(text, start), start);
  const close = lineEnd(text, end);
  if (!/^[ \t]+>> ?$/.test(before) || !/^[ \t]*(#.*)?$/.test(text.slice(end, close))) return undefined;
  return { indent: /^[ \t]*/.exec(before)?.[0] ?? "", end: close };
}
