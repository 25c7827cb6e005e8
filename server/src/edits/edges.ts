/** Moves the edges that leave a task to another task, in whichever way the file writes them. */
import type { DagFile, Edge, Task } from "../airflow/dagfile.ts";
import type { Call, Expr } from "../syntax/python.ts";
import type { Edit } from "../text/edit.ts";
import { type Span, slice } from "../text/span.ts";
import { editItems } from "./items.ts";
import { layoutOf, lineIndent, startsLine, withNewlines } from "./layout.ts";
import { lineAfter, type Path, pathTo } from "./paths.ts";

/** The edits, and the statement that must stand behind the new task's definition when no edit joins the two. */
export type MovedEdges = { readonly edits: readonly Edit[]; readonly link: string | undefined };

/** One place that refers to the task as the start of edges. */
type Place = {
  readonly path: Path;
  readonly form: Edge["form"];
  /** The task's name is also the end of edges there: `a >> t >> b`. */
  readonly ends: boolean;
  /** The list that holds it: `[t, u] >> x`. */
  readonly list: Expr | undefined;
  /** The expression around it, or around its list. */
  readonly outer: Expr | undefined;
  /** It, or its list. */
  readonly operand: Expr;
};

/**
 * Edges from `name` (the task) to others, rewritten so that they leave `follower`, and the task leads to `follower` only.
 * TaskFlow arguments stay, since they carry data; their consumer is put behind `follower` too.
 * Undefined when an edge is written in a way that cannot be split: a variable that holds several tasks, a helper's result.
 */
export function moveEdges(file: DagFile, task: Task, name: string, follower: string): MovedEdges | undefined {
  const edits: Edit[] = [];
  const seen = new Set<number>();
  const waiting: Place[] = [];
  const forms = new Set<Edge["form"]>();
  let linked = false;

  for (const edge of file.edges) {
    if (edge.from !== task || edge.form === "template" || isOwnGroup(file, task, edge.fromSpan)) continue;
    if (edge.form === "argument") {
      const behind = behindConsumer(file, edge, follower);
      if (!behind) return undefined;
      if (!seen.has(behind.span.start)) edits.push(behind);
      seen.add(behind.span.start);
      continue;
    }
    if (seen.has(edge.fromSpan.start)) continue;
    seen.add(edge.fromSpan.start);
    const place = slice(file.text, edge.fromSpan) === name ? placeOf(file, task, edge) : undefined;
    if (!place) return undefined;
    forms.add(edge.form);
    // `t << a` and `t >> b` at one place: neither insertion keeps both.
    const other = file.edges.some(
      (one) => one.from === task && same(one.fromSpan, edge.fromSpan) && one.form !== edge.form,
    );
    if (other && place.ends) return undefined;
    if (place.list && place.ends) {
      const split = splitAtList(file, place, name, follower);
      if (!split) return undefined;
      edits.push(...split);
    } else if (place.ends || (!linked && !other && joins(task, place) && isBeside(task, place))) {
      const joined = insertBeside(file, place, follower);
      if (!joined) return undefined;
      edits.push(...joined);
      linked ||= isBeside(task, place);
    } else waiting.push(place);
  }
  for (const place of waiting) {
    const own = place.path.exprs.at(-1);
    if (own) edits.push({ span: own.span, text: follower });
  }
  return { edits, link: linked ? undefined : linkText(forms, name, follower) };
}

function linkText(forms: ReadonlySet<Edge["form"]>, name: string, follower: string): string {
  const [form] = forms;
  if (forms.size === 1 && form === "set_downstream") return `${name}.set_downstream(${follower})`;
  if (forms.size === 1 && form === "set_upstream") return `${follower}.set_upstream(${name})`;
  if (forms.size === 1 && form === "<<") return `${follower} << ${name}`;
  return `${name} >> ${follower}`;
}

/** `group >> x` with the task inside the group: the new task is inside as well. */
function isOwnGroup(file: DagFile, task: Task, where: Span): boolean {
  for (let group = task.group; group; group = group.parent) {
    if (group.variable !== undefined && group.variable === slice(file.text, where)) return true;
  }
  return false;
}

function placeOf(file: DagFile, task: Task, edge: Edge): Place | undefined {
  const path = pathTo(file.module, edge.fromSpan);
  const own = path?.exprs.at(-1);
  if (!path || own?.kind !== "name") return undefined;
  const parent = path.exprs.at(-2);
  const list =
    parent && (parent.kind === "list" || parent.kind === "tuple" || parent.kind === "set") ? parent : undefined;
  const outer = path.exprs.at(list ? -3 : -2);
  const operand = list ?? own;
  // (t) >> x, [[t]] >> x, f(t) >> x
  const plain =
    (outer?.kind === "binary" && (edge.form === ">>" || edge.form === "<<")) ||
    (outer?.kind === "call" && edge.form !== ">>" && edge.form !== "<<") ||
    (outer?.kind === "attribute" && edge.form === "set_downstream");
  if (!plain) return undefined;
  const ends = file.edges.some((one) => one.to === task && same(one.toSpan, edge.fromSpan));
  return { path, form: edge.form, ends, list, outer, operand };
}

/** Whether the new task can stand beside the name and so be joined to it. */
function joins(task: Task, place: Place): boolean {
  return (
    !place.list && (place.form === ">>" || place.form === "<<" || place.form === "chain") && task.call !== undefined
  );
}

/** Whether the place runs whenever, and as often as, the task's definition does. */
function isBeside(task: Task, place: Place): boolean {
  return place.path.block.includes(task.statement);
}

/** `t >> x` → `t >> w >> x`, `x << t` → `x << w << t`, `chain(t, x)` → `chain(t, w, x)` */
function insertBeside(file: DagFile, place: Place, follower: string): readonly Edit[] | undefined {
  const { operand, outer, form } = place;
  if (place.list) return undefined;
  if (form === ">>" && outer?.kind === "binary" && outer.operator === ">>")
    return [{ span: { start: operand.span.end, end: operand.span.end }, text: ` >> ${follower}` }];
  if (form === "<<" && outer?.kind === "binary" && outer.operator === "<<")
    return [{ span: { start: operand.span.start, end: operand.span.start }, text: `${follower} << ` }];
  return form === "chain" && outer?.kind === "call" ? insertArgument(file, outer, operand, follower) : undefined;
}

function insertArgument(file: DagFile, call: Call, after: Expr, text: string): readonly Edit[] | undefined {
  const index = call.args.findIndex((one) => one.value === after);
  if (index < 0) return undefined;
  const list = {
    open: call.argumentsSpan.start + 1,
    close: call.argumentsSpan.end - 1,
    items: call.args.map((one) => one.span),
  };
  return editItems(file.module, list, { insert: [text], at: index + 1 });
}

/** `a >> [t, u] >> x` → `a >> [t, u]` and `[w, u] >> x`: the old starts keep their edges, the new ones take over. */
function splitAtList(file: DagFile, place: Place, name: string, follower: string): readonly Edit[] | undefined {
  const { list, outer, path, form } = place;
  const { statement } = path;
  const own = path.exprs.at(-1);
  if (!list || !own || statement.kind !== "expression" || lineAfter(file.module, statement) === undefined)
    return undefined;
  const indent = lineIndent(file.text, statement.span.start);
  const before = file.text.slice(list.span.start, own.span.start);
  const after = file.text.slice(own.span.end, list.span.end);
  const next = withNewlines(layoutOf(file.module), "\n") + indent;
  const { end } = list.span;
  if (
    form === "chain" &&
    outer?.kind === "call" &&
    statement.expr === outer &&
    startsLine(file.text, statement.span.start)
  ) {
    const callee = slice(file.text, outer.func.span);
    return [{ span: { start: end, end }, text: `)${next}${callee}(${before}${follower}${after}` }];
  }
  // Only a bare chain can be cut, or one in parentheses of its own: elsewhere the second half would be no statement.
  const [first, ...rest] = path.exprs.slice(0, path.exprs.indexOf(list));
  const shifts = (one: Expr): boolean => one.kind === "binary" && one.operator === form;
  if ((form !== ">>" && form !== "<<") || !first || !rest.every(shifts)) return undefined;
  const wrapped = first.kind === "parenthesized" && rest.length > 0;
  if (!wrapped && !shifts(first)) return undefined;
  const line = withNewlines(layoutOf(file.module), "\n") + lineIndent(file.text, list.span.start);
  const cut = wrapped ? `${next})${next}(${line}` : next;
  if (form === ">>") return [{ span: { start: end, end }, text: `${cut}${before}${follower}${after}` }];
  return [
    { span: own.span, text: follower },
    { span: { start: end, end }, text: `${cut}${before}${name}${after}` },
  ];
}

/** `c = f(t.output)` gets a line `w >> c`; a bare `f(t.output)` becomes `w >> f(t.output)`. */
function behindConsumer(file: DagFile, edge: Edge, follower: string): Edit | undefined {
  const { statement, variable, call, expansion } = edge.to;
  const after = lineAfter(file.module, statement);
  if (after === undefined) return undefined;
  if (statement.kind === "assign" && variable !== undefined) {
    const names = statement.targets.some((one) => one.kind === "name" && one.id === variable);
    if (!names || !(statement.value === call || statement.value === expansion)) return undefined;
    const indent = lineIndent(file.text, statement.span.start);
    const text = `\n${indent}${follower} >> ${variable}`;
    return { span: { start: after, end: after }, text: withNewlines(layoutOf(file.module), text) };
  }
  if (statement.kind !== "expression" || !(statement.expr === call || statement.expr === expansion)) return undefined;
  const { start } = statement.span;
  return { span: { start, end: start }, text: `${follower} >> ` };
}

function same(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end;
}
