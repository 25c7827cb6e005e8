/** What becomes of a value: who takes a call's result, and what is done with the names it goes to. */
import type { Span } from "../text/span.ts";
import { type Call, type ClassDef, type Expr, type FunctionDef, lastName, type Module, type Stmt } from "./python.ts";
import { type Reaching, reaching } from "./reaching.ts";
import { eachPart, expressionsOf, walkStatements } from "./traverse.ts";

/** One thing done with a value. */
export type Use = {
  /**
   * `method`: `v.a.b(…)`, `argument`: `f(v)`; `stored` puts it where it is not followed; `compared` and `tested` read
   * its value; `shown` only prints or logs it, or one of its attributes; `attribute`: `v.a.b`, for anything else.
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
  /** The call of a method, or the call that takes the value, or its attribute, as an argument. */
  readonly call: Call | undefined;
  /** The value with the attributes after it, as written: `stdout.channel`. */
  readonly expr: Expr;
  /** The name through which it is used; undefined when used where it is made. */
  readonly name: string | undefined;
  readonly span: Span;
};

/** The result of a call, followed through the names of one function, and through those it is passed on to: `p2 = p`. */
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
  /** What is done with the value that an expression stands for, through the names of one function. */
  readonly usesOf: (expr: Expr) => readonly Use[];
  /** What holds an expression, redundant parentheses and `await` left out. */
  readonly parentOf: (expr: Expr) => Parent | undefined;
  /** Whether an expression stands behind `await`. */
  readonly isAwaited: (expr: Expr) => boolean;
  /** The names that may read what a statement binds; undefined where anybody may. */
  readonly readsOf: (statement: Stmt, name: string) => readonly Expr[] | undefined;
  /** Whether the names that read what a statement binds are all known. */
  readonly isFollowed: (statement: Stmt, name: string) => boolean;
  /** The innermost function around an expression. */
  readonly functionOf: (expr: Expr) => FunctionDef | undefined;
  /** The innermost class around an expression. */
  readonly classOf: (expr: Expr) => ClassDef | undefined;
};

/** What holds an expression directly. */
export type Parent = { readonly expr: Expr } | { readonly stmt: Stmt };

/** Each part is read when the first question needs it. */
class Index {
  readonly #module: Module;
  #parents: ReadonlyMap<Expr, Parent> | undefined;
  #homes: ReadonlyMap<Stmt, FunctionDef | ClassDef> | undefined;
  #reaching: Reaching | undefined;

  constructor(module: Module) {
    this.#module = module;
  }

  get parents(): ReadonlyMap<Expr, Parent> {
    this.#parents ??= parentsIn(this.#module);
    return this.#parents;
  }

  get homes(): ReadonlyMap<Stmt, FunctionDef | ClassDef> {
    this.#homes ??= homesIn(this.#module);
    return this.#homes;
  }

  get reaching(): Reaching {
    this.#reaching ??= reaching(this.#module);
    return this.#reaching;
  }
}

/** Indexes a module once, as far as it is asked. */
export function results(module: Module): Results {
  const index = new Index(module);
  const followed = new Map<Call, Result>();
  return {
    resultOf: (call) => {
      const known = followed.get(call);
      if (known) return known;
      const result = follow(call, index);
      followed.set(call, result);
      return result;
    },
    statementOf: (expr) => statementAbove(expr, index),
    usesOf: (expr) => usesOf(expr, undefined, [], index, new Set()),
    parentOf: (expr) => outward(expr, index)[1],
    isAwaited: (expr) => {
      let parent = index.parents.get(expr);
      while (parent && "expr" in parent && parent.expr.kind === "parenthesized")
        parent = index.parents.get(parent.expr);
      return parent !== undefined && "expr" in parent && parent.expr.kind === "await";
    },
    readsOf: (statement, name) => index.reaching.readsOf(statement, name),
    isFollowed: (statement, name) => index.reaching.readsOf(statement, name) !== undefined,
    functionOf: (expr) => homeOf(expr, index, "function"),
    classOf: (expr) => homeOf(expr, index, "class"),
  };
}

function parentsIn(module: Module): ReadonlyMap<Expr, Parent> {
  const parents = new Map<Expr, Parent>();
  const visit = (expr: Expr, parent: Parent): void => {
    parents.set(expr, parent);
    const above = { expr };
    eachPart(expr, (one) => visit(one, above));
  };
  walkStatements(module.body, (stmt) => {
    for (const expr of expressionsOf(stmt)) visit(expr, { stmt });
    return true;
  });
  return parents;
}

/** The function or class that each statement stands in directly. */
function homesIn(module: Module): ReadonlyMap<Stmt, FunctionDef | ClassDef> {
  const homes = new Map<Stmt, FunctionDef | ClassDef>();
  const visit = (body: readonly Stmt[], home: FunctionDef | ClassDef | undefined): void => {
    walkStatements(body, (one) => {
      if (home) homes.set(one, home);
      if (one.kind !== "function" && one.kind !== "class") return true;
      visit(one.body, one);
      return false;
    });
  };
  visit(module.body, undefined);
  return homes;
}

function homeOf<K extends "function" | "class">(
  expr: Expr,
  index: Index,
  kind: K,
): Extract<Stmt, { kind: K }> | undefined {
  const wanted = (one: Stmt): one is Extract<Stmt, { kind: K }> => one.kind === kind;
  let home: Stmt | undefined = statementAbove(expr, index);
  while (home) {
    home = index.homes.get(home);
    if (home && wanted(home)) return home;
  }
  return undefined;
}

function statementAbove(expr: Expr, index: Index): Stmt | undefined {
  let parent = index.parents.get(expr);
  while (parent && "expr" in parent) parent = index.parents.get(parent.expr);
  return parent?.stmt;
}

/** Calls that look at a value without keeping it, and those that only print it. */
const looking = /^(str|repr|len|bool|int|type|isinstance|format)$/;
const showing = /^(print|pprint|pformat|echo|log|debug|info|warning|warn|error|exception|critical)$/;

function follow(call: Call, index: Index): Result {
  const statement = statementAbove(call, index);
  const [value, parent] = outward(call, index);
  const entering = parent && "stmt" in parent && parent.stmt.kind === "with";
  if (parent && "stmt" in parent && parent.stmt.kind === "expression")
    return { discarded: true, names: [], entered: false, uses: [], escapes: false, statement };
  const targets = parent ? targetsOf(value, parent) : undefined;
  const names = (targets ?? []).flatMap(partsOfTarget).map((one) => (one.kind === "name" ? one.id : undefined));
  const uses = entering && !targets ? [] : usesOf(value, undefined, [], index, new Set());
  return { discarded: false, names, entered: entering ?? false, uses, escapes: uses.some(leaves), statement };
}

/** Through parentheses, `await` and the branches of `a if test else b`. */
function outward(expr: Expr, index: Index): [Expr, Parent | undefined] {
  let value = expr;
  let parent = index.parents.get(value);
  while (
    parent &&
    "expr" in parent &&
    (parent.expr.kind === "parenthesized" ||
      parent.expr.kind === "await" ||
      (parent.expr.kind === "conditional" && parent.expr.test !== value))
  ) {
    value = parent.expr;
    parent = index.parents.get(value);
  }
  return [value, parent];
}

/** What a value is bound to as it is: by `=`, `with … as`, `:=`. */
function targetsOf(value: Expr, parent: Parent): readonly Expr[] | undefined {
  if ("expr" in parent)
    return parent.expr.kind === "walrus" && parent.expr.value === value ? [parent.expr.name] : undefined;
  const { stmt } = parent;
  if (stmt.kind === "assign") return stmt.value === value ? stmt.targets : undefined;
  if (stmt.kind !== "with") return undefined;
  const target = stmt.items.find((one) => one.value === value)?.target;
  return target && [target];
}

/** `a, b = …` gives to two. */
function partsOfTarget(target: Expr): readonly Expr[] {
  if (target.kind === "parenthesized") return partsOfTarget(target.inner);
  return target.kind === "tuple" || target.kind === "list" ? target.items : [target];
}

/** Everything that is done with a value, which is `path` of the one that is followed. */
function usesOf(
  value: Expr,
  name: string | undefined,
  path: readonly string[],
  index: Index,
  seen: Set<Expr>,
): readonly Use[] {
  if (seen.has(value)) return [];
  seen.add(value);
  const first = useOf(value, name, path, index);
  const parent = first.kind === "method" ? undefined : outward(first.expr, index)[1];
  const targets = parent && targetsOf(outward(first.expr, index)[0], parent);
  const stmt = statementAbove(value, index);
  if (!targets || !stmt) return [first];
  const uses: Use[] = [];
  for (const target of targets) {
    const parts = partsOfTarget(target);
    for (const [at, part] of parts.entries()) {
      const reads = part.kind === "name" ? index.reaching.readsOf(stmt, part.id) : undefined;
      // self.process = …, jobs["a"] = …, a name that is global
      if (part.kind !== "name" || !reads) uses.push({ ...first, kind: "stored" });
      // The three streams of one exec_command are told apart by their names.
      const inside = parts.length === 1 || first.path.length === 0 ? first.path : [...first.path, `[${at}]`];
      for (const one of reads ?? []) {
        uses.push(...usesOf(one, part.kind === "name" ? part.id : undefined, inside, index, seen));
      }
    }
  }
  // if (status := process.wait()) != 0: the walrus hands its value on.
  if (parent && "expr" in parent) uses.push(...usesOf(parent.expr, name, first.path, index, seen));
  return uses;
}

function leaves(use: Use): boolean {
  return (
    use.kind === "returned" ||
    use.kind === "stored" ||
    use.kind === "other" ||
    (use.kind === "argument" && use.path.length === 0)
  );
}

function useOf(value: Expr, name: string | undefined, before: readonly string[], index: Index): Use {
  const path = [...before];
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
  const use = (kind: Use["kind"], call?: Call): Use => ({ kind, path, call, expr, name, span: expr.span });
  if (!parent) return use("other");
  if ("expr" in parent && parent.expr.kind === "call" && parent.expr.func === expr)
    return path.length > 0 ? use("method", parent.expr) : use("other", parent.expr);
  if (isShown(expr, index)) return use("shown");
  const [kind, taker] = "expr" in parent ? inExpression(expr, parent.expr) : [inStatement(parent.stmt), undefined];
  // A part of the value leaves only where it is returned, stored or iterated as a stream is: rules look at the path.
  return path.length > 0 && kind !== "compared" && kind !== "tested" ? use("attribute", taker) : use(kind, taker);
}

function inExpression(expr: Expr, above: Expr): [Use["kind"], Call?] {
  switch (above.kind) {
    case "call":
      return looking.test(nameOfCallee(above)) ? ["tested"] : ["argument", above];
    case "compare":
      return ["compared"];
    case "unary":
    case "binary":
    case "conditional":
    case "string":
      return ["tested"];
    case "yield":
    case "lambda":
      return ["returned"];
    case "comprehension":
      return above.clauses.some((one) => one.source === expr) ? ["iterated"] : ["stored"];
    default:
      return ["stored"];
  }
}

function inStatement(stmt: Stmt): Use["kind"] {
  switch (stmt.kind) {
    case "return":
      return "returned";
    case "if":
    case "while":
    case "assert":
      return "tested";
    case "for":
      return "iterated";
    case "with":
      return "entered";
    case "assign":
    case "augmented-assign":
      return "stored";
    case "expression":
      return "shown";
    default:
      return "other";
  }
}

/** print(v), log.info(f"… {v}"), print("…" + str(v)), logging.info("%s", v) */
function isShown(expr: Expr, index: Index): boolean {
  let value = expr;
  let parent = index.parents.get(value);
  while (parent && "expr" in parent) {
    const above = parent.expr;
    if (above.kind === "call") {
      if (above.func === value) return false;
      const callee = nameOfCallee(above);
      if (showing.test(callee)) return true;
      if (!looking.test(callee)) return false;
    } else if (
      above.kind === "binary" ? !/^[%+]$/.test(above.operator) : !/^(string|tuple|parenthesized)$/.test(above.kind)
    )
      return false;
    value = above;
    parent = index.parents.get(value);
  }
  return false;
}

/** `print(…)`, `log.info(…)` and their like. */
export function prints(expr: Expr): boolean {
  return expr.kind === "call" && showing.test(nameOfCallee(expr));
}

function nameOfCallee({ func }: Call): string {
  return lastName(func) ?? "";
}
