/** Who runs before whom: `>>`, `<<`, set_downstream, chain, TaskFlow arguments, XCom templates. */

import type { Evaluator } from "../syntax/evaluator.ts";
import { Kept } from "../syntax/kept.ts";
import { qualifiedName } from "../syntax/names.ts";
import { type Call, type Expr, type FunctionDef, lastName, type Module, unwrap } from "../syntax/python.ts";
import { type Binding, lookup, type Names, type Scope } from "../syntax/scope.ts";
import { eachExpression, eachPart, walkExpr, walkScoped, walkStatements } from "../syntax/traverse.ts";
import { anyWithin, cover, type Span } from "../text/span.ts";
import { offsetsOf } from "../text/words.ts";
import type { Collected } from "./collect.ts";
import type { Edge, OpenEdge, Task, TaskGroup } from "./dagfile.ts";

/** One end of an edge: tasks with the text that refers to each. */
type End = { readonly task: Task; readonly span: Span };
type Ends = { readonly ends: readonly End[]; readonly complete: boolean };

const nobody: Ends = { ends: [], complete: true };
const somebody: Ends = { ends: [], complete: false };

const deepest = 200;

const chains = new Set(["chain", "cross_downstream", "chain_linear"]);

/** All edges of a file, and those with an end that could not be followed to tasks. */
export function collectEdges(
  module: Module,
  values: Evaluator,
  found: Collected,
): { edges: readonly Edge[]; open: readonly OpenEdge[] } {
  const edges: Edge[] = [];
  const open: OpenEdge[] = [];
  const appended = appendedTo(module, values.names);
  const members = groupMembers(found);
  const following = new Set<Expr>();

  const connect = (from: Ends, to: Ends, form: Edge["form"], span: Span): void => {
    if (!from.complete || !to.complete) {
      const tasks = (side: Ends): Task[] => side.ends.map((one) => one.task);
      open.push({
        before: tasks(from),
        after: tasks(to),
        beforeComplete: from.complete,
        afterComplete: to.complete,
        span,
      });
    }
    for (const before of from.ends) {
      for (const after of to.ends) {
        if (before.task !== after.task)
          edges.push({ from: before.task, to: after.task, form, fromSpan: before.span, toSpan: after.span, span });
      }
    }
  };

  /** The tasks an expression stands for; `shown` is the text that refers to them. */
  const endsOf = (expr: Expr, scope: Scope, shown: Span = expr.span): Ends => {
    // cmd += "…", three thousand times: no task stands behind so many names.
    if (following.has(expr) || following.size > deepest) return somebody;
    following.add(expr);
    try {
      return follow(unwrap(expr), scope, shown);
    } finally {
      following.delete(expr);
    }
  };
  const all = (exprs: readonly Expr[], scope: Scope, shown?: Span): Ends => {
    const parts = exprs.map((one) => endsOf(one, scope, shown ?? one.span));
    return { ends: parts.flatMap((one) => one.ends), complete: parts.every((one) => one.complete) };
  };
  const ofGroup = (group: TaskGroup, shown: Span): Ends => ({
    ends: (members.get(group) ?? []).map((task) => ({ task, span: shown })),
    complete: true,
  });

  const follow = (expr: Expr, scope: Scope, shown: Span): Ends => {
    switch (expr.kind) {
      case "list":
      case "tuple":
      case "set":
        return all(expr.items, scope, shown === expr.span ? undefined : shown);
      case "starred":
        return endsOf(expr.value, scope, shown);
      case "name":
        return followName(expr.id, expr.span, scope, shown);
      case "attribute":
        // load.output
        return expr.name === "output" ? endsOf(expr.value, scope, shown) : somebody;
      case "subscript": {
        // load["return_value"], groups["a"]
        const owner = endsOf(expr.value, scope, shown);
        return owner.ends.length === 1 ? owner : somebody;
      }
      case "binary":
        if (expr.operator === ">>" || expr.operator === "<<") return lastOf(expr, scope);
        if (expr.operator === "+") return all([expr.left, expr.right], scope);
        return somebody;
      case "conditional":
        // Either may be meant.
        return all([expr.whenTrue, expr.whenFalse], scope, shown === expr.span ? undefined : shown);
      case "comprehension":
        return expr.body[0] ? endsOf(expr.body[0], scope, shown) : somebody;
      case "call":
        return followCall(expr, scope, shown);
      default:
        return somebody;
    }
  };
  const followName = (name: string, at: Span, scope: Scope, shown: Span): Ends => {
    const bound = lookup(scope, name, at.start);
    if (!bound || bound === "unbound") {
      // Bound differently on some paths: each path's tasks may be meant.
      const bindings = scope.bindings.get(name) ?? values.names.module.bindings.get(name) ?? [];
      const known = all(
        bindings.flatMap((one) => (one.kind === "value" ? [one.value] : [])),
        scope,
        shown,
      );
      return { ends: known.ends, complete: known.ends.length > 0 && known.complete };
    }
    const { binding } = bound;
    if (binding.kind === "value" || (binding.kind === "other" && binding.reason === "with" && binding.value)) {
      const value = binding.value;
      if (!value) return somebody;
      const ends = endsOf(value, bound.scope, shown);
      const extra = appended.get(name)?.filter((one) => one.to === undefined || one.to === binding);
      if (!extra || extra.length === 0) return ends;
      const more = all(
        extra.map((one) => one.value),
        bound.scope,
        shown,
      );
      return { ends: [...ends.ends, ...more.ends], complete: ends.complete && more.complete };
    }
    if (binding.kind === "other" && binding.reason === "loop" && binding.value)
      return endsOf(binding.value, bound.scope, shown);
    return somebody;
  };
  const followCall = (call: Call, scope: Scope, shown: Span): Ends => {
    const task = found.taskOfCall.get(call);
    if (task) return { ends: [{ task, span: shown }], complete: true };
    const group = found.groupOfCall.get(call);
    if (group) return ofGroup(group, shown);
    const callee = unwrap(call.func);
    if (callee.kind === "attribute" && (callee.name === "as_teardown" || callee.name === "as_setup"))
      return endsOf(callee.value, scope, shown);
    if (callee.kind === "attribute" && /^(map|zip|concat)$/.test(callee.name))
      return endsOf(callee.value, scope, shown);
    const qualified = qualifiedName(callee, scope);
    if (qualified?.endsWith(".Label")) return nobody;
    // XComArg(load, key="run_id"), cast("str", load.output)
    const wrapped = qualified?.endsWith(".XComArg")
      ? call.args[0]
      : qualified === "typing.cast"
        ? call.args[1]
        : undefined;
    if (wrapped) return endsOf(wrapped.value, scope, shown);
    if (
      (qualified === "builtins.list" || qualified === "builtins.tuple" || qualified === "builtins.reversed") &&
      call.args[0]
    ) {
      return endsOf(call.args[0].value, scope, shown);
    }
    if (callee.kind !== "name") return somebody;
    const bound = lookup(scope, callee.id, callee.span.start);
    if (!bound || bound === "unbound" || bound.binding.kind !== "function") return somebody;
    const { definition } = bound.binding;
    const made = found.groupOfFunction.get(definition);
    if (made) return ofGroup(made, shown);
    return all(returnsOf(definition), values.names.scopeOf(definition), shown);
  };

  const isLabel = (expr: Expr, scope: Scope): boolean => {
    const inner = unwrap(expr);
    return inner.kind === "call" && (qualifiedName(inner.func, scope)?.endsWith(".Label") ?? false);
  };
  /** `a >> b` answers b, so that chains go on from there; a Label answers what stands before it. */
  const lastOf = (expr: Expr, scope: Scope): Ends => {
    const inner = unwrap(expr);
    if (inner.kind !== "binary" || (inner.operator !== ">>" && inner.operator !== "<<")) return endsOf(inner, scope);
    return isLabel(inner.right, scope) ? lastOf(inner.left, scope) : endsOf(inner.right, scope);
  };

  /** chain(*[a, b]): a link for each item; a list that is not read in its parts is one link of all. */
  const unpacked = (expr: Expr, scope: Scope): Ends[] => {
    const inner = unwrap(expr);
    if (inner.kind === "list" || inner.kind === "tuple") return inner.items.map((one) => endsOf(one, scope));
    if (inner.kind === "name" && !appended.has(inner.id)) {
      const bound = lookup(scope, inner.id, inner.span.start);
      if (bound && bound !== "unbound" && bound.binding.kind === "value") {
        const value = unwrap(bound.binding.value);
        if (value.kind === "list" || value.kind === "tuple") return unpacked(value, bound.scope);
      }
    }
    const whole = endsOf(expr, scope);
    // Its tasks run one after another: each may have another of them behind it.
    connect(whole, whole, "chain", expr.span);
    return [whole];
  };

  const shifts = (expr: Expr, scope: Scope): void => {
    if (expr.kind === "binary" && (expr.operator === ">>" || expr.operator === "<<") && !isLabel(expr.right, scope)) {
      const left = lastOf(expr.left, scope);
      const right = endsOf(expr.right, scope);
      // 8 >> 2 is arithmetic: one side at least must be tasks.
      if (left.ends.length > 0 || right.ends.length > 0) {
        const span = cover(left.ends[0]?.span ?? expr.left.span, expr.right.span);
        if (expr.operator === ">>") connect(left, right, ">>", span);
        else connect(right, left, "<<", span);
      }
    }
    if (expr.kind === "call") {
      const task = found.taskOfCall.get(expr);
      if (task) taskArguments(task, expr, scope);
      const callee = unwrap(expr.func);
      const name = lastName(callee) ?? "";
      if (callee.kind === "attribute" && (name === "set_downstream" || name === "set_upstream")) {
        const given = expr.args.find((one) => one.form !== "double-star");
        const owner = endsOf(callee.value, scope);
        const other = given ? endsOf(given.value, scope) : somebody;
        if (owner.ends.length > 0 || other.ends.length > 0) {
          if (name === "set_downstream") connect(owner, other, "set_downstream", expr.span);
          else connect(other, owner, "set_upstream", expr.span);
        }
      } else if (chains.has(name) && qualifiedName(callee, scope)?.startsWith("airflow.")) {
        const form = name === "cross_downstream" ? "cross_downstream" : "chain";
        const named = ["from_tasks", "to_tasks"].flatMap((each) => expr.args.filter((one) => one.name === each));
        const links = [...expr.args.filter((one) => one.form !== "keyword"), ...named].flatMap((one) =>
          one.form === "star"
            ? unpacked(one.value, scope)
            : one.form === "double-star"
              ? []
              : [endsOf(one.value, scope)],
        );
        for (let index = 1; index < links.length; index++) {
          const [before, after] = [links[index - 1], links[index]];
          if (before && after) connect(before, after, form, expr.span);
        }
      }
    }
    if (expr.kind === "lambda") return;
    eachPart(expr, (part) => shifts(part, scope));
  };

  /** A TaskFlow call or an operator argument that uses another task's output runs after it. */
  const taskArguments = (task: Task, call: Call, scope: Scope): void => {
    for (const argument of call.args) {
      walkExpr(argument.value, (expr) => {
        if (expr.kind === "lambda") return false;
        const inner =
          expr.kind === "name" || expr.kind === "attribute" || expr.kind === "call" || expr.kind === "subscript";
        if (!inner) {
          if (expr.kind === "string") templateEdges(task, expr);
          return true;
        }
        const { ends } = endsOf(expr, scope);
        for (const end of ends) {
          if (end.task !== task)
            edges.push({
              from: end.task,
              to: task,
              form: "argument",
              fromSpan: expr.span,
              toSpan: call.func.span,
              span: argument.span,
            });
        }
        return ends.length === 0;
      });
    }
  };

  const byId = new Map<string, Task[]>();
  for (const task of found.tasks) if (task.id !== undefined) byId.set(task.id, [...(byId.get(task.id) ?? []), task]);
  const templateEdges = (task: Task, expr: Expr & { kind: "string" }): void => {
    for (const literal of expr.literals) {
      const [first, ...others] = literal.parts;
      const text =
        first?.kind === "text" && others.length === 0
          ? first.value
          : literal.parts.map((one) => (one.kind === "text" ? one.value : " ")).join("");
      for (const id of pulledIds(text)) {
        for (const from of byId.get(id) ?? []) {
          if (from !== task && from.dag === task.dag)
            edges.push({ from, to: task, form: "template", fromSpan: expr.span, toSpan: expr.span, span: expr.span });
        }
      }
    }
  };

  // What a function of another file orders is not read.
  for (const task of found.tasks) {
    if (!task.made?.member) continue;
    const ends = { before: [task], after: [task], beforeComplete: false, afterComplete: false };
    open.push({ ...ends, span: task.span });
  }
  const hints = hintsOf(module, found);
  if (hints.length === 0) return { edges, open };
  walkScoped(module.body, values.names.module, values.names, (statement, scope) => {
    if (!anyWithin(hints, statement.span)) return false;
    eachExpression(statement, (expr) => shifts(expr, scope));
    return true;
  });
  return { edges, open };
}

const ordering = [">>", "<<", "set_upstream", "set_downstream", "chain", "cross_downstream"];

/** Where something may order tasks: an operator, a method or a function that does, a task's own arguments. Sorted offsets. */
function hintsOf(module: Module, found: Collected): number[] {
  const hints = offsetsOf(module.text, ordering);
  for (const call of found.taskOfCall.keys()) hints.push(call.span.start);
  return hints.sort((a, b) => a - b);
}

const pull = /xcom_pull\s*\(([^)]*)\)/g;

/** Task ids in `{{ ti.xcom_pull(task_ids='a', key='b') }}`; the name of the task is the first string that is not a key. */
export function pulledIds(text: string): string[] {
  const ids: string[] = [];
  if (!text.includes("xcom_pull")) return ids;
  for (const match of text.matchAll(pull)) {
    const inside = (match[1] ?? "").replaceAll(/\b(?:key|dag_id)\s*=\s*(['"])[^'"]*\1/g, "");
    for (const quoted of inside.matchAll(/(['"])([^'"]+)\1/g)) if (quoted[2]) ids.push(quoted[2]);
  }
  return ids;
}

/** What a list is given later, and the binding of its name then; undefined: only the run decides which. */
type Appended = { readonly value: Expr; readonly to: Binding | undefined };

/** tasks.append(SSHOperator(…)) */
function appendedTo(module: Module, names: Names): ReadonlyMap<string, Appended[]> {
  const appended = new Map<string, Appended[]>();
  if (!/\.\s*(?:append|extend|add)\s*\(/.test(module.text)) return appended;
  walkScoped(module.body, names.module, names, (statement, scope) => {
    if (statement.kind !== "expression") return true;
    const call = statement.expr;
    if (
      call.kind === "call" &&
      call.func.kind === "attribute" &&
      call.func.value.kind === "name" &&
      call.args[0] &&
      /^(append|extend|add)$/.test(call.func.name)
    ) {
      const name = call.func.value.id;
      const bound = lookup(scope, name, call.span.start);
      const to = bound && bound !== "unbound" && bound.binding.kind === "value" ? bound.binding : undefined;
      const known = appended.get(name) ?? [];
      known.push({ value: call.args[0].value, to });
      appended.set(name, known);
    }
    return true;
  });
  return appended;
}

function groupMembers(found: Collected): ReadonlyMap<TaskGroup, Task[]> {
  const members = new Map<TaskGroup, Task[]>();
  for (const task of found.tasks) {
    for (let group: TaskGroup | undefined = task.group; group; group = group.parent) {
      members.set(group, [...(members.get(group) ?? []), task]);
    }
  }
  return members;
}

function returnsOf(definition: FunctionDef): Expr[] {
  const returned: Expr[] = [];
  walkStatements(definition.body, (statement) => {
    if (statement.kind === "function" || statement.kind === "class") return false;
    if (statement.kind === "return" && statement.value) returned.push(statement.value);
    return true;
  });
  return returned;
}

/** The tasks that an edge leads to, directly; edges that only read an XCom do not count. */
export function downstreamOf(edges: readonly Edge[], task: Task): Task[] {
  return edgesFrom(edges, task).flatMap((one) => (one.form === "template" ? [] : [one.to]));
}

/** The edges that leave a task, in the order of the text. `edges` are all of a file. */
export function edgesFrom(edges: readonly Edge[], task: Task): readonly Edge[] {
  return byStart.of(edges).get(task) ?? [];
}

/** Every task that runs after this one, near and far. */
export function followersOf(edges: readonly Edge[], task: Task): ReadonlySet<Task> {
  const found = new Set<Task>();
  const next = [task];
  for (let one = next.pop(); one; one = next.pop()) {
    for (const { to } of edgesFrom(edges, one)) {
      if (found.has(to) || to === task) continue;
      found.add(to);
      next.push(to);
    }
  }
  return found;
}

// Rules ask about every task of a file.
const byStart = new Kept((edges: readonly Edge[]): ReadonlyMap<Task, readonly Edge[]> => {
  const known = new Map<Task, Edge[]>();
  for (const one of edges) {
    const others = known.get(one.from);
    if (others) others.push(one);
    else known.set(one.from, [one]);
  }
  return known;
});
