/** Moves the edges that leave a task to another task, in whichever way the file writes them. */
import type { DagFile, Edge, Task } from "../airflow/dagfile.ts";
import { type Call, type Expr, type Stmt, unwrap } from "../syntax/python.ts";
import { lookup } from "../syntax/scope.ts";
import type { Edit } from "../text/edit.ts";
import { contains, type Span, slice } from "../text/span.ts";
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
 * TaskFlow arguments stay, since they carry data; their consumer is put behind `follower` too. So is what runs after a
 * list or a loop that holds the task among others.
 * Undefined when an edge is written in a way that cannot be split: one of two tasks, a helper's result.
 */
export function moveEdges(file: DagFile, task: Task, name: string, follower: string): MovedEdges | undefined {
  const edits: Edit[] = [];
  const seen = new Set<number>();
  const waiting: Place[] = [];
  const forms = new Set<Edge["form"]>();
  const further = new Map<Stmt, Set<string>>();
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
    if (slice(file.text, edge.fromSpan) !== name) {
      const next = behindSeveral(file, task, edge, name);
      if (!next) return undefined;
      further.set(next.after, (further.get(next.after) ?? new Set()).add(next.end));
      continue;
    }
    if (seen.has(edge.fromSpan.start)) continue;
    seen.add(edge.fromSpan.start);
    const place = placeOf(file, task, edge);
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
  for (const [statement, ends] of further) {
    const after = lineAfter(file.module, statement);
    if (after === undefined) return undefined;
    const [end, ...others] = ends;
    const text = `\n${lineIndent(file.text, statement.span.start)}${follower} >> ${others.length === 0 ? end : `[${[end, ...others].join(", ")}]`}`;
    edits.push({ span: { start: after, end: after }, text: withNewlines(layoutOf(file.module), text) });
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

/** `group >> x`, `group() >> x` with the task inside the group: the new task is inside as well. */
function isOwnGroup(file: DagFile, task: Task, where: Span): boolean {
  const { owner } = task.scope;
  for (let group = task.group; group; group = group.parent) {
    const { variable, span } = group;
    if (variable !== undefined && variable === slice(file.text, where)) return true;
    // The names of a decorated function mean nothing outside.
    if ("kind" in owner && owner.kind === "function" && !contains(owner.span, where))
      if (owner.decorators.some((one) => same(one.expr.span, span))) return true;
  }
  return false;
}

/**
 * The statement behind which `follower >> end` may stand for an edge of a name that holds the task among others:
 * `both = [t, u]` … `both >> x`, `for one in (t, u): one >> x`. The edge itself stays.
 */
function behindSeveral(
  file: DagFile,
  task: Task,
  edge: Edge,
  name: string,
): { readonly after: Stmt; readonly end: string } | undefined {
  const block = task.call && pathTo(file.module, task.call.span)?.block;
  const after = block?.find((one) => contains(one.span, edge.span));
  if (!after || after === task.statement || edge.form === "argument" || edge.form === "template") return undefined;
  // Every round of a loop runs; what an `if` holds may not.
  let inner: Stmt | undefined = after;
  while (inner?.kind === "for") inner = inner.body.find((one) => contains(one.span, edge.span));
  if (inner?.kind !== "expression" && inner?.kind !== "assign") return undefined;
  const holds = (expr: Expr, depth = 0): boolean => {
    const value = unwrap(expr);
    if (value.kind === "list" || value.kind === "tuple" || value.kind === "set")
      return value.items.some((one) => one.kind === "name" && one.id === name);
    if (value.kind !== "name" || depth > 2) return false;
    const found = lookup(task.scope, value.id, value.span.start);
    if (!found || found === "unbound") return false;
    const { binding } = found;
    if (binding.kind === "value") return holds(binding.value, depth + 1);
    const looped = binding.kind === "other" && binding.reason === "loop" && binding.item?.part.length === 0;
    return looped && binding.item !== undefined && holds(binding.item.source, depth + 1);
  };
  const from = pathTo(file.module, edge.fromSpan)?.exprs.at(-1);
  const to = pathTo(file.module, edge.toSpan)?.exprs.at(-1);
  if (from?.kind !== "name" || to?.kind !== "name" || !holds(from)) return undefined;
  // The name means the same before, in and behind a loop.
  const [before, there, behind] = [after.span.start, to.span.start, after.span.end].map((offset) => {
    const found = lookup(task.scope, to.id, offset);
    return found && found !== "unbound" ? found.binding : undefined;
  });
  if (!there || before !== there || behind !== there) return undefined;
  const settled = there.kind === "value" || (there.kind === "other" && there.reason === "with");
  return settled ? { after, end: to.id } : undefined;
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

/** `chain(a, t)` → `chain(a, t, text)` */
export function insertArgument(file: DagFile, call: Call, after: Expr, text: string): readonly Edit[] | undefined {
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
