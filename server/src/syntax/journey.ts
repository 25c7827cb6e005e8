/** What becomes of a value beyond the names of one function: attributes, lists, helpers of the same file, callers. */
import { attributeReads, calledFunction, callsOf, isBoundIn, namesOf, readsIn } from "./mentioned.ts";
import { type Call, type ClassDef, type Expr, type FunctionDef, lastName, type Module, unwrap } from "./python.ts";
import type { Result, Results, Use } from "./uses.ts";

/** The file that a value travels through. */
export type Terrain = {
  readonly module: Module;
  readonly results: Results;
  /** Whether nobody outside of the file can call its functions or read the attributes of this class's objects. */
  readonly isOwn: (definition: FunctionDef | ClassDef) => boolean;
};

/**
 * The result of a call with all that is done with it: through `self.process` in other methods, through `procs.append(…)`
 * and `for p in procs`, through a helper that takes it and a function that returns it. `uses` are relative to the value
 * itself; `escapes` means that some way could not be followed. Where several callers get it, their uses are one list.
 */
export function journeyOf(terrain: Terrain, call: Call): Result {
  const result = terrain.results.resultOf(call);
  if (result.discarded || !result.escapes) return result;
  const journey = new Journey(terrain);
  for (const use of result.uses) journey.follow(use, 0);
  return { ...result, uses: journey.uses, escapes: journey.escapes };
}

/** Hand out the same values, one by one or all: `list(procs)`, `enumerate(procs)`. */
const passing = /^(list|tuple|set|iter|reversed|sorted|enumerate|zip|zip_longest|chain|tqdm|as_completed|cycle)$/;
const adding = /^(append|appendleft|add|insert|put|put_nowait|setdefault)$/;
const taking = /^(pop|popleft|popitem|get|get_nowait|__getitem__)$/;
const viewing = /^(values|items|copy|keys)$/;
const managing =
  /^(remove|clear|sort|reverse|extend|discard|index|count|empty|qsize|append|appendleft|add|insert|put)$/;

class Journey {
  readonly uses: Use[] = [];
  escapes = false;
  private readonly terrain: Terrain;
  private readonly seen = new Set<string>();

  constructor(terrain: Terrain) {
    this.terrain = terrain;
  }

  /** One thing done with the value (`depth` 0), or with a collection of it (1), or a collection of those. */
  follow(use: Use, depth: number): void {
    if (depth > 0) this.inCollection(use, depth);
    // A part of it goes somewhere: self.lines = process.stdout
    else if (use.path.length > 0) this.lost(use);
    else if (!this.travels(use, depth)) this.lost(use);
  }

  private lost(use: Use): void {
    this.uses.push(use);
    if (use.kind === "stored" || (use.path.length === 0 && /^(returned|other|argument)$/.test(use.kind)))
      this.escapes = true;
  }

  private inCollection(use: Use, depth: number): void {
    const [first, ...rest] = use.path;
    if (first === undefined) {
      if (use.kind === "compared" || use.kind === "shown") return;
      if (use.kind === "tested") this.intoSum(use.expr, depth);
      else if (!this.travels(use, depth)) this.escapes = true;
    } else if (first.startsWith("[")) {
      const inner = { ...use, path: rest };
      if (rest.length > 0) this.follow(inner, depth - 1);
      // f(procs[0]), return procs[0]
      else if (use.kind === "attribute" && use.call) this.follow({ ...inner, kind: "argument" }, depth - 1);
      else if (use.kind === "attribute") this.escapes = true;
      else this.follow(inner, depth - 1);
    } else if (rest.length > 0 || use.kind !== "method" || !use.call) this.escapes = true;
    else if (taking.test(first)) this.from(use.call, depth - 1);
    else if (viewing.test(first)) this.from(use.call, depth);
    else if (!managing.test(first)) this.escapes = true;
  }

  /** Everything that is done with an expression that stands for the value. */
  private from(expr: Expr, depth: number): void {
    const key = `${expr.span.start} ${expr.span.end} ${depth}`;
    if (this.seen.has(key) || this.seen.size > 200) return;
    this.seen.add(key);
    const parts = depth > 0 ? this.unpacked(expr) : undefined;
    if (parts) this.fromAll(parts, depth - 1);
    else for (const use of this.terrain.results.usesOf(expr)) this.follow(use, depth);
  }

  /** `procs + others` holds them all; `if procs` and `len(procs)` do not. */
  private intoSum(value: Expr, depth: number): void {
    const parent = this.terrain.results.parentOf(value);
    if (parent && "expr" in parent && parent.expr.kind === "binary") this.from(parent.expr, depth);
  }

  /** first, second = procs */
  private unpacked(expr: Expr): readonly Expr[] | undefined {
    const parent = this.terrain.results.parentOf(expr);
    if (!parent || !("stmt" in parent) || parent.stmt.kind !== "assign") return undefined;
    const { stmt } = parent;
    const [target] = stmt.targets;
    if (stmt.targets.length !== 1 || (target?.kind !== "tuple" && target?.kind !== "list")) return undefined;
    return plainNames(target).flatMap((name) => this.terrain.results.readsOf(stmt, name) ?? []);
  }

  private fromAll(exprs: readonly Expr[], depth: number): void {
    for (const one of exprs) this.from(one, depth);
  }

  /** Follows the value as a whole to its next place; false when that is out of sight. */
  private travels(use: Use, depth: number): boolean {
    switch (use.kind) {
      case "argument":
        return use.call !== undefined && this.intoCall(use.call, use.expr, depth);
      case "stored":
        return this.intoStore(use.expr, depth);
      case "returned":
        return this.toCallers(use.expr, depth);
      case "iterated":
        return depth > 0 && this.eachOf(use.expr, depth);
      default:
        return false;
    }
  }

  private intoCall(call: Call, value: Expr, depth: number): boolean {
    const { func } = call;
    const name = lastName(func) ?? "";
    const at = call.args.findIndex((one) => one.value === value || unwrap(one.value) === unwrap(value));
    const given = call.args[at];
    if (!given) return false;
    if (func.kind === "attribute" && adding.test(func.name)) return this.intoOwner(func.value, depth + 1);
    if (func.kind === "attribute" && func.name === "extend" && depth > 0) return this.intoOwner(func.value, depth);
    if (depth > 0 && passing.test(name)) {
      this.from(call, depth);
      return true;
    }
    // map(lambda p: p.wait(), procs)
    const [mapped] = call.args;
    if (depth > 0 && at > 0 && mapped && name === "map")
      return this.intoFunction(mapped.value, at - 1, undefined, depth - 1);
    const method = func.kind === "attribute";
    if (given.form === "star") return false;
    return this.intoFunction(func, at + (method ? 1 : 0), given.name, depth);
  }

  /** The parameter of a lambda or of a function of the file. */
  private intoFunction(func: Expr, at: number, name: string | undefined, depth: number): boolean {
    const target = unwrap(func);
    const taker = target.kind === "lambda" ? target : calledFunction(this.terrain.module, target);
    const parameter = name === undefined ? taker?.parameters[at] : taker?.parameters.find((one) => one.name === name);
    if (!taker || parameter?.form !== "plain") return false;
    if (taker.kind === "lambda") this.fromAll(namesOf(taker.body, parameter.name), depth);
    else this.fromAll(readsIn(taker.body, parameter.name), depth);
    return true;
  }

  /** `procs.append(p)`, `self.procs["a"] = p`: what is done with the collection. */
  private intoOwner(owner: Expr, depth: number): boolean {
    const place = unwrap(owner);
    if (place.kind === "attribute") return this.intoAttribute(place, depth);
    if (place.kind !== "name") return false;
    const home = this.terrain.results.functionOf(place);
    if (home?.parameters.some((one) => one.name === place.id)) return false;
    // A list of the function around, or of the module.
    const code = home && isBoundIn(home.body, place.id) ? home.body : this.terrain.module.body;
    this.fromAll(readsIn(code, place.id), depth);
    return true;
  }

  /** `self.process = p`: what any method does with it. */
  private intoAttribute(place: Expr & { kind: "attribute" }, depth: number): boolean {
    const home = this.terrain.results.classOf(place);
    const method = this.terrain.results.functionOf(place);
    const owner = unwrap(place.value);
    if (!home || owner.kind !== "name" || owner.id !== method?.parameters[0]?.name) return false;
    if (!this.terrain.isOwn(home)) return false;
    this.fromAll(attributeReads(this.terrain.module, place.name), depth);
    return true;
  }

  private intoStore(value: Expr, depth: number): boolean {
    const parent = this.terrain.results.parentOf(value);
    if (!parent) return false;
    if ("expr" in parent) {
      const above = parent.expr;
      switch (above.kind) {
        case "list":
        case "tuple":
        case "set":
        case "dict":
          this.from(above, depth + 1);
          return true;
        case "comprehension":
          this.from(above, depth + 1);
          return true;
        case "starred":
          return depth > 0 && this.intoStore(above, depth - 1);
        default:
          return false;
      }
    }
    const { stmt } = parent;
    if (stmt.kind === "augmented-assign") return depth > 0 && this.intoOwner(stmt.target, depth);
    if (stmt.kind !== "assign") return false;
    return stmt.targets.every((one) => {
      const target = unwrap(one);
      if (target.kind === "attribute") return this.intoAttribute(target, depth);
      if (target.kind === "subscript") return this.intoOwner(target.value, depth + 1);
      // A name's own reads are followed already.
      return target.kind === "name" && this.terrain.results.isFollowed(stmt, target.id);
    });
  }

  /** `for p in procs`, `[p.wait() for p in procs]`: each name of the target may be the value. */
  private eachOf(source: Expr, depth: number): boolean {
    const parent = this.terrain.results.parentOf(source);
    if (!parent) return false;
    if ("stmt" in parent) {
      const { stmt } = parent;
      if (stmt.kind !== "for") return false;
      for (const name of plainNames(stmt.target))
        this.fromAll(this.terrain.results.readsOf(stmt, name) ?? [], depthOf(stmt.target, source, depth));
      return true;
    }
    const above = parent.expr;
    if (above.kind !== "comprehension") return false;
    const target = above.clauses.find((one) => one.source === source)?.target;
    for (const name of target ? plainNames(target) : []) {
      const inner = target ? depthOf(target, source, depth) : depth;
      for (const part of [...above.body, ...above.tests]) this.fromAll(namesOf(part, name), inner);
    }
    return true;
  }

  private toCallers(value: Expr, depth: number): boolean {
    const parent = this.terrain.results.parentOf(value);
    // `yield p` and `lambda: p` hand it to somebody else.
    if (parent && "expr" in parent && /^(yield|lambda)$/.test(parent.expr.kind)) return false;
    const home = this.terrain.results.functionOf(value);
    if (!home || home.decorators.length > 0 || !this.terrain.isOwn(home)) return false;
    const calls = callsOf(this.terrain.module, home);
    if (!calls || calls.length === 0) return false;
    this.fromAll(calls, depth);
    return true;
  }
}

/** `for name, p in pairs` takes two steps down; `enumerate(…)` and `.items()` make the pairs themselves. */
function depthOf(target: Expr, source: Expr, depth: number): number {
  const pairs = target.kind === "tuple" && unwrap(source).kind !== "call";
  return Math.max(0, depth - (pairs ? 2 : 1));
}

function plainNames(target: Expr): string[] {
  if (target.kind === "name") return [target.id];
  if (target.kind === "tuple" || target.kind === "list") return target.items.flatMap(plainNames);
  return target.kind === "parenthesized" ? plainNames(target.inner) : [];
}
