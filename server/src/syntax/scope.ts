/** Which name means what, where: the bindings of a module, its functions and classes, and looking them up. */
import type { Span } from "../text/span.ts";
import type { ClassDef, Expr, FunctionDef, Import, ImportFrom, Lambda, Module, Stmt } from "./python.ts";

/** Statements that run together: the body of a scope, a branch, a loop or a handler. */
export type Branch = {
  readonly region: Span;
  /** The loop whose rounds run them. */
  readonly loop: Span | undefined;
  /** The `if` or `match` that runs them or others of its branches, never both. */
  readonly choice: Span | undefined;
  readonly outer: Branch | undefined;
};

/** Where a binding holds. */
type Placed = {
  readonly name: string;
  /** The UTF-16 offset from which it is in force: the end of its statement. */
  readonly from: number;
  /** What it stands in; the whole text of the scope when it always runs. */
  readonly branch: Branch;
};

/** One place that gives a name its meaning. */
export type Binding = Placed &
  (
    | {
        readonly kind: "import";
        /** `airflow.operators.bash.BashOperator` */
        readonly qualified: string;
        readonly statement: Import | ImportFrom;
      }
    /** `name = value`; `name += more` binds to the sum. */
    | { readonly kind: "value"; readonly value: Expr; readonly statement: Stmt }
    | { readonly kind: "function"; readonly definition: FunctionDef }
    | { readonly kind: "class"; readonly definition: ClassDef }
    /** Bound, but not to one known value; `value` is what it comes from: a loop's source, a `with` item, a default. */
    | {
        readonly kind: "other";
        readonly reason:
          | "parameter"
          | "loop"
          | "unpacked"
          | "augmented"
          | "with"
          | "except"
          | "deleted"
          | "global"
          | "other";
        readonly value: Expr | undefined;
        /** For a loop's variable: what the loop goes through, and which part of each item the name takes. */
        readonly item?: LoopItem | undefined;
      }
  );

/** A name that an import binds. */
export type ImportBinding = Extract<Binding, { readonly kind: "import" }>;

/** `for key, (a, b) in pairs:` binds `a` to the part `[1, 0]` of each item of `pairs`. */
export type LoopItem = { readonly source: Expr; readonly part: readonly number[] };

/** A module, function, lambda or class body. */
export type Scope = {
  readonly kind: "module" | "function" | "lambda" | "class";
  readonly parent: Scope | undefined;
  readonly owner: Module | FunctionDef | ClassDef | Lambda;
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
  /** The names of its comprehensions, outer ones first, which only these see; most scopes have none. */
  readonly comprehended: ReadonlyMap<string, readonly Binding[]> | undefined;
};

/** All scopes of one file. */
export type Names = {
  readonly module: Scope;
  /** The scope that a function, class or lambda opens. */
  readonly scopeOf: (owner: FunctionDef | ClassDef | Lambda) => Scope;
  /** The imports at module level, in reading order; `from m import *` left out. */
  readonly imports: readonly ImportBinding[];
  /** The imports inside of functions and classes. */
  readonly importsInside: readonly ImportBinding[];
  /** Modules whose names came in by `from m import *`. */
  readonly starImports: readonly string[];
  /** Names whose dict or list is changed in place somewhere: `args[k] = v`, `args.update(…)`, `cmd.append(…)`. */
  readonly mutated: ReadonlySet<string>;
  /** Attributes that are set or changed in place somewhere, whosever they are: `load.retries = 3`, `load.env.update(…)`. */
  readonly attributesSet: ReadonlySet<string>;
  /** Names of which only single keys are known to be set: `args["k"] = v`. */
  readonly keysSet: ReadonlyMap<string, ReadonlySet<string>>;
};

/** A binding and the scope that holds it, in which its value must be read. */
export type Found = { readonly binding: Binding; readonly scope: Scope };

/**
 * The binding that a name has at an offset of its scope: the last one that surely ran before.
 * `undefined`: bound in ways that only the run decides; `"unbound"`: not bound in this file.
 */
export function lookup(scope: Scope, name: string, offset: number): Found | "unbound" | undefined {
  let here: Scope | undefined = scope;
  let inner = false;
  while (here) {
    const item = here.comprehended && innermost(here.comprehended.get(name), offset);
    if (item) return { binding: item, scope: here };
    // A function's body does not see the names of the class around it.
    const bindings = inner && here.kind === "class" ? undefined : here.bindings.get(name);
    if (bindings) {
      const binding = inner ? settled(bindings) : latest(bindings, offset);
      return binding && { binding, scope: here };
    }
    inner = true;
    here = here.parent;
  }
  return "unbound";
}

/** The name of the innermost comprehension around an offset; what it goes through is read outside of it. */
function innermost(bindings: readonly Binding[] | undefined, offset: number): Binding | undefined {
  let found: Binding | undefined;
  for (const one of bindings ?? []) {
    const within = contains(one.branch.region, offset);
    if (within && !(one.kind === "other" && one.item && contains(one.item.source.span, offset))) found = one;
  }
  return found;
}

function contains({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset < end;
}

/** Seen from an inner scope any binding may be in force, so there must be one, or all must be imports of one thing. */
function settled(bindings: readonly Binding[]): Binding | undefined {
  const [first] = bindings;
  if (bindings.length === 1) return first;
  // try: from airflow.operators.bash import X / except ImportError: from airflow.operators.bash_operator import X
  if (bindings.every((one) => one.kind === "import")) return first;
  return undefined;
}

function latest(bindings: readonly Binding[], offset: number): Binding | undefined {
  const [first] = bindings;
  // A name's only binding gives it its meaning wherever it has one.
  if (bindings.length === 1) return first && (first.kind === "import" || first.from <= offset) ? first : undefined;
  if (bindings.every((one) => one.kind === "import")) return first;
  const [only, ...more] = inForce(bindings, offset);
  return more.length === 0 ? only : undefined;
}

/**
 * The bindings of a scope's own name that {@link lookup} cannot choose from: which one is in force at the offset depends
 * on the branches that a run takes. In reading order: of those whose branch is taken, the last one counts.
 */
export function alternatives(scope: Scope, name: string, offset: number): readonly Binding[] {
  const bindings = scope.bindings.get(name) ?? [];
  return bindings.length > 1 && !bindings.some((one) => one.kind === "import") ? inForce(bindings, offset) : [];
}

/** Whether a binding surely ran before an offset, as far as its branch tells. */
export function surelyRan({ branch, from }: Binding, offset: number): boolean {
  return from <= offset && holds(branch.region, offset);
}

function inForce(bindings: readonly Binding[], offset: number): readonly Binding[] {
  let found: Binding[] = [];
  let sureFrom = -1;
  const later: Binding[] = [];
  for (const one of bindings) {
    if (one.from > offset || isExcluded(one.branch, offset)) later.push(one);
    else if (surelyRan(one, offset)) {
      found = [one];
      sureFrom = one.from;
    } else {
      // if full: (if dry: flags = "-n"); flags = "-v"
      found = found.filter(({ branch }) => !within(branch.region, one.branch.region));
      found.push(one);
    }
  }
  for (const one of later) {
    // The next round of a shared loop comes back here with this value, unless the round itself binds the name first.
    const loop = sharedLoop(one.branch, offset);
    if (loop && sureFrom < loop.start) found.push(one);
  }
  return found;
}

/** Whether another branch of the same `if` holds the offset. */
function isExcluded(branch: Branch, offset: number): boolean {
  for (let one: Branch | undefined = branch; one; one = one.outer)
    if (one.choice && holds(one.choice, offset) && !holds(one.region, offset)) return true;
  return false;
}

/** The innermost loop that runs both the branch and the offset. */
function sharedLoop(branch: Branch, offset: number): Span | undefined {
  for (let one: Branch | undefined = branch; one; one = one.outer)
    if (one.loop && one.loop.start <= offset && offset < one.loop.end) return one.loop;
  return undefined;
}

function holds(region: Span, offset: number): boolean {
  return region.start <= offset && offset <= region.end;
}

function within(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
