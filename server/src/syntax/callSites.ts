/** Who calls a file's functions, and with what: a parameter means what every caller gives it. */

import { qualifiedName } from "./names.ts";
import { type Call, type Decorator, type Expr, type FunctionDef, lastName, type Module, unwrap } from "./python.ts";
import { type Binding, lookup, type Names, type Scope } from "./scope.ts";
import { eachPart, expressionsOf, walkScoped } from "./traverse.ts";

/** One call of a function, as written. */
export type CallSite = {
  readonly scope: Scope;
  /** In order; undefined behind a `*rest`: what follows is not known. */
  readonly positional: readonly Expr[];
  readonly named: ReadonlyMap<string, Expr>;
  /** False when a `*rest` or `**rest` may give more. */
  readonly complete: boolean;
};

/** Tells how a call that is given a function will call it in turn: `PythonOperator(python_callable=load, op_kwargs=…)`. */
export type Passing = (call: Call, callable: Expr) => Pick<CallSite, "positional" | "named" | "complete"> | undefined;

/** All calls of a function in its file; undefined when it is used in ways that do not show its arguments. */
export type CallSites = (definition: FunctionDef) => readonly CallSite[] | undefined;

/** Reads a file's calls once, when first asked. */
export function callSites(names: Names, passing: Passing | undefined): CallSites {
  let known: ReadonlyMap<FunctionDef, readonly CallSite[] | undefined> | undefined;
  return (definition) => {
    // What a @dag function is given can be changed for each run.
    if (definition.decorators.some(makesDag)) return undefined;
    known ??= readSites(names, passing);
    return known.get(definition);
  };
}

function makesDag({ expr }: Decorator): boolean {
  return lastName(unwrap(expr.kind === "call" ? expr.func : expr)) === "dag";
}

function readSites(names: Names, passing: Passing | undefined): Map<FunctionDef, CallSite[] | undefined> {
  const sites = new Map<FunctionDef, CallSite[] | undefined>();
  const definitionOf = (expr: Expr, scope: Scope): FunctionDef | undefined => {
    if (expr.kind !== "name") return undefined;
    const found = lookup(scope, expr.id, expr.span.start);
    return found && found !== "unbound" && found.binding.kind === "function" ? found.binding.definition : undefined;
  };
  const used = (definition: FunctionDef, site: CallSite | undefined): void => {
    const before = sites.has(definition) ? sites.get(definition) : [];
    sites.set(definition, site && before ? [...before, site] : undefined);
  };
  const read = (expr: Expr, scope: Scope): void => {
    if (expr.kind === "lambda") {
      read(expr.body, names.scopeOf(expr));
      for (const one of expr.parameters) if (one.default) read(one.default, scope);
      return;
    }
    if (expr.kind === "name") {
      const definition = definitionOf(expr, scope);
      if (definition) used(definition, undefined);
      return;
    }
    if (expr.kind !== "call") {
      eachPart(expr, (part) => read(part, scope));
      return;
    }
    const called = definitionOf(expr.func, scope);
    if (called) used(called, { scope, ...argumentsIn(expr) });
    else read(expr.func, scope);
    const partial = qualifiedName(expr.func, scope) === "functools.partial";
    expr.args.forEach((one, index) => {
      const definition = definitionOf(one.value, scope);
      if (!definition) read(one.value, scope);
      else if (partial && index === 0) used(definition, { scope, ...argumentsIn(expr, 1) });
      else {
        const passed = passing?.(expr, one.value);
        used(definition, passed && { scope, ...passed });
      }
    });
  };
  const { owner } = names.module;
  const body = "comments" in owner ? (owner satisfies Module).body : [];
  walkScoped(body, names.module, names, (statement, scope) => {
    for (const expr of expressionsOf(statement)) read(expr, scope);
    return true;
  });
  return sites;
}

/** A call's own arguments, from the one at `first` on. */
export function argumentsIn(call: Call, first = 0): Pick<CallSite, "positional" | "named" | "complete"> {
  const args = call.args.slice(first);
  const star = args.findIndex((one) => one.form === "star");
  const sure = star < 0 ? args : args.slice(0, star);
  return {
    positional: sure.filter((one) => one.form === "positional").map((one) => one.value),
    named: new Map(args.flatMap((one) => (one.name === undefined ? [] : [[one.name, one.value] as const]))),
    complete: args.every((one) => one.form === "positional" || one.form === "keyword"),
  };
}

/**
 * What a call gives to one parameter: an expression of the caller, `"default"`, or undefined when that is not known.
 */
export function givenTo(
  definition: FunctionDef,
  name: string,
  site: Omit<CallSite, "scope">,
): Expr | "default" | undefined {
  const index = definition.parameters.findIndex((one) => one.name === name);
  const parameter = definition.parameters[index];
  if (parameter?.form !== "plain") return undefined;
  const keyword = site.named.get(name);
  if (keyword) return keyword;
  const behindStar = definition.parameters.slice(0, index).some((one) => one.form === "star");
  const positional = behindStar ? undefined : site.positional[index];
  if (positional) return positional;
  return site.complete ? "default" : undefined;
}

/** The parameter's binding in the function's own scope. */
export function bindingOfParameter(names: Names, definition: FunctionDef, name: string): Binding | undefined {
  const bindings = names.scopeOf(definition).bindings.get(name);
  return bindings?.find((one) => one.kind === "other" && one.reason === "parameter");
}
