/** What becomes of a value: who takes a call's result, and what is done with the names it goes to. */
import type { Span } from "../text/span.ts";
import type { Call, Expr, Module, Name, Stmt } from "./python.ts";
import { bodiesOf, expressionsOf, partsOf } from "./traverse.ts";

/** One thing done with a value. */
export type Use = {
  /**
   * `method`: `v.a.b(…)`, `attribute`: `v.a.b`, `argument`: `f(v)`; `stored` puts it where it is not followed;
   * `compared` and `tested` read its value; `shown` only prints or logs it.
   */
  readonly kind:
    | "method"
    | "attribute"
    | "argument"
    | "returned"
    | "compared"
    | "tested"
    | "shown"
    | "stored"
    | "iterated"
    | "entered"
    | "other";
  /** The attributes after it, in order: `["channel", "recv_exit_status"]`; an index is `[0]`. */
  readonly path: readonly string[];
  /** The call of a method, or the call that takes it as an argument. */
  readonly call: Call | undefined;
  /** The name through which it is used; undefined when used where it is made. */
  readonly name: string | undefined;
  readonly span: Span;
};

/** The result of a call, followed through the names of one function. */
export type Result = {
  /** Nobody takes it: the call is a statement of its own. */
  readonly discarded: boolean;
  /** The names it is bound to; several for `a, b, c = call()`, undefined where one is no plain name. */
  readonly names: readonly (string | undefined)[];
  /** Entered by `with`. */
  readonly entered: boolean;
  readonly uses: readonly Use[];
  /** It leaves the function (returned, stored, passed on, yielded): what happens next is not known. */
  readonly escapes: boolean;
  /** The statement that holds the call. */
  readonly statement: Stmt | undefined;
};

/** Answers what becomes of any call's result in one file. */
export type Results = {
  readonly resultOf: (call: Call) => Result;
  readonly statementOf: (expr: Expr) => Stmt | undefined;
};

type Parent = { readonly expr: Expr } | { readonly stmt: Stmt };

/** Indexes a module once; the index is built when the first question comes. */
export function results(module: Module): Results {
  let index: Index | undefined;
  const ready = (): Index => {
    index ??= indexed(module);
    return index;
  };
  return { resultOf: (call) => follow(call, ready()), statementOf: (expr) => statementAbove(expr, ready()) };
}

type Index = {
  readonly parents: ReadonlyMap<Expr, Parent>;
  /** References by the outermost function (or module) that holds them. */
  readonly references: ReadonlyMap<Stmt | Module, ReadonlyMap<string, readonly Name[]>>;
  readonly homes: ReadonlyMap<Stmt, Stmt | Module>;
};

function indexed(module: Module): Index {
  const parents = new Map<Expr, Parent>();
  const references = new Map<Stmt | Module, Map<string, Name[]>>();
  const homes = new Map<Stmt, Stmt | Module>();
  const expressions = (expr: Expr, parent: Parent, home: Stmt | Module): void => {
    parents.set(expr, parent);
    if (expr.kind === "name") {
      const known = references.get(home) ?? new Map<string, Name[]>();
      references.set(home, known);
      known.set(expr.id, [...(known.get(expr.id) ?? []), expr]);
    }
    for (const one of partsOf(expr)) expressions(one, { expr }, home);
  };
  const statements = (body: readonly Stmt[], home: Stmt | Module): void => {
    for (const one of body) {
      homes.set(one, home);
      for (const expr of expressionsOf(one)) expressions(expr, { stmt: one }, home);
      // A function inside a function shares its names, so it is one home with it; a method is a home of its own.
      const own =
        one.kind === "function" && (home === module || (home !== module && "kind" in home && home.kind === "class"))
          ? one
          : one.kind === "class"
            ? one
            : home;
      for (const inner of bodiesOf(one)) statements(inner, own);
    }
  };
  statements(module.body, module);
  return { parents, references, homes };
}

function statementAbove(expr: Expr, index: Index): Stmt | undefined {
  let parent = index.parents.get(expr);
  while (parent && "expr" in parent) parent = index.parents.get(parent.expr);
  return parent?.stmt;
}

/** Calls that look at a value without keeping it, and those that only print it. */
const looking = /^(str|repr|len|bool|int|type|isinstance|format)$/;
const showing = /^(print|pprint|log|debug|info|warning|warn|error|exception|critical)$/;

function follow(call: Call, index: Index): Result {
  const statement = statementAbove(call, index);
  const [value, parent] = outward(call, index);
  const base = { discarded: false, names: [], entered: false, uses: [], escapes: false, statement };
  if (!parent) return { ...base, escapes: true };
  if ("stmt" in parent) {
    const { stmt } = parent;
    if (stmt.kind === "expression") return { ...base, discarded: true };
    if (stmt.kind === "assign" && stmt.value === value) return bound(stmt.targets, stmt, index, base);
    if (stmt.kind === "with") {
      const item = stmt.items.find((one) => one.value === value);
      const target = item?.target;
      return target ? { ...bound([target], stmt, index, base), entered: true } : { ...base, entered: true };
    }
  } else if (parent.expr.kind === "walrus" && parent.expr.value === value) {
    const kept = statement ? bound([parent.expr.name], statement, index, base) : base;
    return { ...kept, uses: [...kept.uses, useOf(parent.expr, undefined, index)] };
  }
  const use = useOf(value, undefined, index);
  return { ...base, uses: [use], escapes: leaves(use) };
}

/** Through parentheses and `await`. */
function outward(expr: Expr, index: Index): [Expr, Parent | undefined] {
  let value = expr;
  let parent = index.parents.get(value);
  while (parent && "expr" in parent && (parent.expr.kind === "parenthesized" || parent.expr.kind === "await")) {
    value = parent.expr;
    parent = index.parents.get(value);
  }
  return [value, parent];
}

function bound(targets: readonly Expr[], stmt: Stmt, index: Index, base: Result): Result {
  const names: (string | undefined)[] = [];
  let escapes = false;
  for (const target of targets) {
    const parts = target.kind === "tuple" || target.kind === "list" ? target.items : [target];
    for (const part of parts) {
      names.push(part.kind === "name" ? part.id : undefined);
      // self.process = …, jobs["a"] = …
      if (part.kind !== "name") escapes = true;
    }
  }
  const home = index.homes.get(stmt);
  const inside = home && index.references.get(home);
  const uses: Use[] = [];
  for (const name of names) {
    if (name === undefined) continue;
    for (const one of inside?.get(name) ?? []) {
      if (isTarget(one, index)) continue;
      uses.push(useOf(one, name, index));
    }
  }
  return { ...base, names, uses, escapes: escapes || uses.some(leaves) };
}

/** The name is written here, not read. */
function isTarget(name: Name, index: Index): boolean {
  let expr: Expr = name;
  let parent = index.parents.get(expr);
  while (
    parent &&
    "expr" in parent &&
    (parent.expr.kind === "tuple" ||
      parent.expr.kind === "list" ||
      parent.expr.kind === "parenthesized" ||
      parent.expr.kind === "starred")
  ) {
    expr = parent.expr;
    parent = index.parents.get(expr);
  }
  if (!parent || !("stmt" in parent)) return false;
  const { stmt } = parent;
  if (stmt.kind === "assign") return stmt.targets.includes(expr);
  if (stmt.kind === "for") return stmt.target === expr;
  if (stmt.kind === "with") return stmt.items.some((one) => one.target === expr);
  return stmt.kind === "delete";
}

function leaves(use: Use): boolean {
  return use.kind === "argument" || use.kind === "returned" || use.kind === "stored" || use.kind === "other";
}

function useOf(value: Expr, name: string | undefined, index: Index): Use {
  const path: string[] = [];
  let [expr, parent] = outward(value, index);
  while (parent && "expr" in parent) {
    const above = parent.expr;
    if (above.kind === "attribute" && above.value === expr) path.push(above.name);
    else if (above.kind === "subscript" && above.value === expr) {
      const at = above.indices[0];
      path.push(at?.kind === "number" ? `[${at.value}]` : "[]");
    } else break;
    [expr, parent] = outward(above, index);
  }
  const use = (kind: Use["kind"], call?: Call): Use => ({ kind, path, call, name, span: expr.span });
  if (!parent) return use("other");
  if ("expr" in parent) {
    const above = parent.expr;
    if (above.kind === "call" && above.func === expr)
      return path.length > 0 ? use("method", above) : use("other", above);
    if (path.length > 0) return use("attribute");
    switch (above.kind) {
      case "call": {
        const taker =
          above.func.kind === "name" ? above.func.id : above.func.kind === "attribute" ? above.func.name : "";
        if (showing.test(taker)) return use("shown");
        return looking.test(taker) ? use("tested") : use("argument", above);
      }
      case "compare":
        return use("compared");
      case "unary":
      case "binary":
      case "conditional":
        return use("tested");
      case "string":
        return use("tested");
      case "yield":
        return use("returned");
      case "comprehension":
        return use("iterated");
      default:
        return use("stored");
    }
  }
  if (path.length > 0) return use("attribute");
  switch (parent.stmt.kind) {
    case "return":
      return use("returned");
    case "if":
    case "while":
    case "assert":
      return use("tested");
    case "for":
      return use("iterated");
    case "with":
      return use("entered");
    case "assign":
    case "augmented-assign":
      return use("stored");
    case "expression":
      return use("shown");
    default:
      return use("other");
  }
}
