/** Which reads of a name may see the value that one statement gives it. */
import type { Comprehension, Expr, FunctionDef, Lambda, Module, Name, Stmt } from "./python.ts";
import { bodiesOf, expressionsOf, partsOf } from "./traverse.ts";

/** Where a statement stands: in which list, and inside which statement. */
type Place = { readonly block: readonly Stmt[]; readonly at: number; readonly owner: Stmt | undefined };

/** Answers for one module. */
export type Reaching = {
  /**
   * The names that may read what `statement` binds to `name`: behind it, in later rounds of a loop, and in functions
   * inside the same one. `undefined`: it is `global` or `nonlocal`, and anybody may read it.
   */
  readonly readsOf: (statement: Stmt, name: string) => readonly Name[] | undefined;
};

/** Indexes the module once. A path that may be taken counts, so that a value is rather seen too often than too rarely. */
export function reaching(module: Module): Reaching {
  const places = new Map<Stmt, Place>();
  /** Names that each statement's own expressions read, definitions inside left out. */
  const own = new Map<Stmt, readonly Name[]>();
  /** Names that a definition reads from around it. */
  const free = new Map<Stmt, readonly Name[]>();
  const index = (block: readonly Stmt[], owner: Stmt | undefined): void => {
    for (const [at, one] of block.entries()) {
      places.set(one, { block, at, owner });
      own.set(
        one,
        expressionsOf(one)
          .flatMap((expr) => namesIn(expr))
          .filter((name) => !isTarget(name, one)),
      );
      for (const inner of bodiesOf(one)) index(inner, one);
      if (one.kind === "function" || one.kind === "class") free.set(one, freeIn(one, own, free));
    }
  };
  index(module.body, undefined);
  return { readsOf: (statement, name) => new Flow(name, places, own, free).from(statement, module) };
}

class Flow {
  readonly found = new Set<Name>();
  private readonly name: string;
  private readonly places: ReadonlyMap<Stmt, Place>;
  private readonly own: ReadonlyMap<Stmt, readonly Name[]>;
  private readonly free: ReadonlyMap<Stmt, readonly Name[]>;

  constructor(
    name: string,
    places: ReadonlyMap<Stmt, Place>,
    own: ReadonlyMap<Stmt, readonly Name[]>,
    free: ReadonlyMap<Stmt, readonly Name[]>,
  ) {
    this.name = name;
    this.places = places;
    this.own = own;
    this.free = free;
  }

  from(statement: Stmt, module: Module): readonly Name[] | undefined {
    let home = this.places.get(statement)?.owner;
    while (home && home.kind !== "function" && home.kind !== "class") home = this.places.get(home)?.owner;
    const body = home?.kind === "function" || home?.kind === "class" ? home.body : module.body;
    if (home && declaresElsewhere(body, this.name)) return undefined;
    if (statement.kind === "with") {
      if (this.block(statement.body, 0)) this.behind(statement);
    } else if (statement.kind === "for" && binds(statement.target, this.name)) {
      this.block(statement.body, 0);
      this.behind(statement);
    } else if (bindsHere(statement, this.name)) this.behind(statement);
    // `while (p := …)`: where in the statement it happens is not followed.
    else this.all(body);
    this.closures(body);
    return [...this.found];
  }

  private read(statement: Stmt): void {
    for (const one of this.own.get(statement) ?? []) if (one.id === this.name) this.found.add(one);
  }

  private all(block: readonly Stmt[]): void {
    for (const one of block) {
      this.read(one);
      if (one.kind !== "function" && one.kind !== "class") for (const inner of bodiesOf(one)) this.all(inner);
    }
  }

  /** A function may be called whenever its name is known, wherever it stands. */
  private closures(block: readonly Stmt[]): void {
    for (const one of block) {
      if (one.kind === "function" || one.kind === "class") {
        for (const name of this.free.get(one) ?? []) if (name.id === this.name) this.found.add(name);
      } else for (const inner of bodiesOf(one)) this.closures(inner);
    }
  }

  /** Runs a list of statements; false when the value surely does not get to its end. */
  private block(block: readonly Stmt[], from: number): boolean {
    return block.slice(from).every((one) => this.pass(one));
  }

  private pass(statement: Stmt): boolean {
    this.read(statement);
    switch (statement.kind) {
      case "if": {
        const alive = statement.branches.map((one) => this.block(one.body, 0));
        return alive.includes(true) || statement.branches.at(-1)?.test !== undefined;
      }
      case "match":
        for (const one of statement.cases) this.block(one.body, 0);
        return true;
      case "for":
        if (!binds(statement.target, this.name)) this.block(statement.body, 0);
        this.block(statement.otherwise, 0);
        return true;
      case "while":
        this.block(statement.body, 0);
        this.block(statement.otherwise, 0);
        return true;
      case "try": {
        const through = this.block(statement.body, 0);
        const alive = [through && this.block(statement.otherwise, 0)];
        for (const one of statement.handlers) alive.push(this.block(one.body, 0));
        return this.block(statement.finally, 0) && alive.includes(true);
      }
      case "with":
        return !bindsHere(statement, this.name) && this.block(statement.body, 0);
      case "return":
      case "raise":
      case "break":
      case "continue":
        return false;
      case "other":
        return this.block(statement.body, 0);
      default:
        return !bindsHere(statement, this.name);
    }
  }

  /** What runs after a statement: the rest of its list, then what follows the statement around it. */
  private behind(statement: Stmt): void {
    const place = this.places.get(statement);
    if (!place) return;
    const { block, at, owner } = place;
    const alive = this.block(block, at + 1);
    if (!owner || owner.kind === "function" || owner.kind === "class") return;
    switch (owner.kind) {
      case "for":
      case "while": {
        if (!alive && !jumps(block.slice(at + 1))) return;
        // The next round, up to where the name is bound again.
        if (block === owner.body && !(owner.kind === "for" && binds(owner.target, this.name))) {
          this.read(owner);
          this.block(owner.body, 0);
          this.block(owner.otherwise, 0);
        }
        this.behind(owner);
        return;
      }
      case "try": {
        let past = alive;
        if (block === owner.body) {
          // Any statement behind the binding may raise.
          const handled = owner.handlers.map((one) => this.block(one.body, 0));
          past = (alive && this.block(owner.otherwise, 0)) || handled.includes(true);
        }
        const last = block === owner.finally || this.block(owner.finally, 0);
        if ((past && last) || jumps(block.slice(at + 1))) this.behind(owner);
        return;
      }
      default:
        if (alive || jumps(block.slice(at + 1))) this.behind(owner);
    }
  }
}

/** `break` and `continue` leave the list and stay in the function. */
function jumps(block: readonly Stmt[]): boolean {
  return block.some(
    (one) =>
      one.kind === "break" ||
      one.kind === "continue" ||
      (one.kind !== "function" && one.kind !== "class" && bodiesOf(one).some(jumps)),
  );
}

function declaresElsewhere(block: readonly Stmt[], name: string): boolean {
  return block.some(
    (one) =>
      (one.kind === "global" && one.names.includes(name)) ||
      (one.kind !== "function" &&
        one.kind !== "class" &&
        bodiesOf(one).some((inner) => declaresElsewhere(inner, name))),
  );
}

/** The statement itself gives the name a new value, or takes it away. */
function bindsHere(statement: Stmt, name: string): boolean {
  switch (statement.kind) {
    case "assign":
      return statement.value !== undefined && statement.targets.some((one) => binds(one, name));
    case "augmented-assign":
      return binds(statement.target, name);
    case "with":
      return statement.items.some((one) => one.target !== undefined && binds(one.target, name));
    case "function":
    case "class":
      return statement.name === name;
    case "delete":
      return statement.exprs.some((one) => binds(one, name));
    default:
      return false;
  }
}

function binds(target: Expr, name: string): boolean {
  switch (target.kind) {
    case "name":
      return target.id === name;
    case "tuple":
    case "list":
      return target.items.some((one) => binds(one, name));
    case "parenthesized":
      return binds(target.inner, name);
    case "starred":
      return binds(target.value, name);
    default:
      return false;
  }
}

/** Written, not read. The target of `x += 1` is both. */
function isTarget(name: Name, statement: Stmt): boolean {
  switch (statement.kind) {
    case "assign":
      return statement.targets.some((one) => holds(one, name));
    case "for":
      return holds(statement.target, name);
    case "with":
      return statement.items.some((one) => one.target !== undefined && holds(one.target, name));
    case "delete":
      return statement.exprs.some((one) => holds(one, name));
    default:
      return false;
  }
}

/** `a, (b, *c)` holds a, b and c; `a.b` and `a[0]` hold none. */
function holds(target: Expr, name: Name): boolean {
  if (target === name) return true;
  if (target.kind === "tuple" || target.kind === "list") return target.items.some((one) => holds(one, name));
  if (target.kind === "parenthesized") return holds(target.inner, name);
  return target.kind === "starred" && holds(target.value, name);
}

/** The names of an expression that are not its own: `x` of `[x for x in y]` is left out. */
function namesIn(expr: Expr): Name[] {
  if (expr.kind === "name") return [expr];
  if (expr.kind === "walrus") return namesIn(expr.value);
  const bound = expr.kind === "comprehension" || expr.kind === "lambda" ? boundBy(expr) : undefined;
  const names = partsOf(expr).flatMap(namesIn);
  return bound ? names.filter((one) => !bound.has(one.id)) : names;
}

function boundBy(expr: Comprehension | Lambda): ReadonlySet<string> {
  return expr.kind === "lambda"
    ? new Set(expr.parameters.map((one) => one.name))
    : new Set(expr.clauses.flatMap((one) => namesIn(one.target).map((name) => name.id)));
}

function freeIn(
  definition: FunctionDef | Extract<Stmt, { kind: "class" }>,
  own: ReadonlyMap<Stmt, readonly Name[]>,
  free: ReadonlyMap<Stmt, readonly Name[]>,
): readonly Name[] {
  const local = new Set(definition.kind === "function" ? definition.parameters.map((one) => one.name) : []);
  const shared = new Set<string>();
  const names: Name[] = [];
  const walk = (block: readonly Stmt[]): void => {
    for (const one of block) {
      names.push(...(own.get(one) ?? []));
      if (one.kind === "global") for (const name of one.names) shared.add(name);
      for (const name of boundIn(one)) local.add(name);
      if (one.kind === "function" || one.kind === "class") names.push(...(free.get(one) ?? []));
      else for (const inner of bodiesOf(one)) walk(inner);
    }
  };
  walk(definition.body);
  return names.filter((one) => shared.has(one.id) || !local.has(one.id));
}

function boundIn(statement: Stmt): string[] {
  const targets =
    statement.kind === "assign"
      ? statement.targets
      : statement.kind === "for" || statement.kind === "augmented-assign"
        ? [statement.target]
        : statement.kind === "with"
          ? statement.items.flatMap((one) => (one.target ? [one.target] : []))
          : [];
  return targets.flatMap(plainNames);
}

function plainNames(target: Expr): string[] {
  if (target.kind === "name") return [target.id];
  if (target.kind === "tuple" || target.kind === "list") return target.items.flatMap(plainNames);
  if (target.kind === "parenthesized") return plainNames(target.inner);
  return target.kind === "starred" ? plainNames(target.value) : [];
}
