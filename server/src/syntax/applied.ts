/** Functions of the project applied to arguments: what a helper returns, what a parameter stands for. */
import { argumentsIn, bindingOfParameter, type CallSite, givenTo } from "./callSites.ts";
import { anyRun, type Evaluation, type Run } from "./evaluation.ts";
import { handedOver, seenFrom, withUnknownArguments } from "./foreign.ts";
import type { Call, FunctionDef, Name } from "./python.ts";
import type { Binding, Scope } from "./scope.ts";
import { expressionsOf, walkExpr, walkStatements } from "./traverse.ts";
import type { Home, Value } from "./value.ts";

type Function = Value & { readonly kind: "function" };

/** What calling a function of the project gives, when its returns are one known value. */
export function applied(call: Call, callee: Function, scope: Scope, caller: Evaluation): Value {
  const unknown: Value = { kind: "unknown", expr: call };
  const { definition, home } = callee;
  if (definition.kind === "lambda" || !plain(definition)) return unknown;
  const inner = entered(call, callee, scope, caller);
  if (!inner) return unknown;
  const value = returned(definition, inner, call);
  const path = caller.surroundings?.path;
  return home && path !== undefined ? seenFrom(value, home, path, call) : seenByCaller(value, call);
}

/** The file that holds a function, as one call of it runs it. */
export function entered(call: Call, callee: Function, scope: Scope, caller: Evaluation): Evaluation | undefined {
  const { definition, home } = callee;
  if (definition.kind === "lambda") return undefined;
  const site = { scope, ...argumentsIn(call) };
  if (!home) return caller.during(runOf(definition, site, caller), caller.nesting);
  const path = caller.surroundings?.path;
  return path === undefined ? undefined : home.during(runFrom(definition, site, caller, home, path), caller.nesting);
}

/** What every caller gives a parameter; unknown when they differ, or are not all known. */
export function parameterValue(binding: Binding, scope: Scope, name: Name, self: Evaluation): Value {
  const unknown: Value = { kind: "unknown", expr: name };
  const { owner } = scope;
  if (!("kind" in owner) || owner.kind !== "function" || scope.parent?.kind === "class") return unknown;
  const sites = self.sitesOf(owner);
  if (!sites || sites.length === 0) return unknown;
  let same: Value | undefined;
  for (const site of sites) {
    const value = argumentOf(owner, binding, site, self);
    if (value.kind === "unknown" || (same && same.expr !== value.expr)) return unknown;
    same = value;
  }
  return same ?? unknown;
}

/** The value that one call gives to a parameter, in the caller's file. */
export function argumentOf(definition: FunctionDef, parameter: Binding, site: CallSite, caller: Evaluation): Value {
  const given = givenTo(definition, parameter.name, site);
  if (given !== "default") return given ? caller.evaluate(given, site.scope) : unknownAt(definition);
  const standard = parameter.kind === "other" ? parameter.value : undefined;
  const outside = caller.names.scopeOf(definition).parent;
  return standard && outside ? caller.evaluate(standard, outside) : unknownAt(definition);
}

/** All parameters of a function of the same file, as one call gives them. */
export function runOf(definition: FunctionDef, site: CallSite, caller: Evaluation): Run {
  const values = new Map<Binding, Value>();
  for (const { name } of definition.parameters) {
    const binding = bindingOfParameter(caller.names, definition, name);
    if (binding) values.set(binding, argumentOf(definition, binding, site, caller));
  }
  return { values, paths: anyRun.paths };
}

function runFrom(definition: FunctionDef, site: CallSite, caller: Evaluation, home: Home, path: string): Run {
  const values = new Map<Binding, Value>();
  for (const { name } of definition.parameters) {
    const binding = bindingOfParameter(home.names, definition, name);
    if (!binding) continue;
    const given = givenTo(definition, name, site);
    const standard = binding.kind === "other" ? binding.value : undefined;
    if (given === "default" && standard) values.set(binding, home.evaluate(standard, home.names.module));
    else if (given && given !== "default") values.set(binding, handedOver(caller.evaluate(given, site.scope), path));
    else values.set(binding, unknownAt(definition));
  }
  return { values, paths: anyRun.paths };
}

function unknownAt({ name, nameSpan }: FunctionDef): Value {
  return { kind: "unknown", expr: { kind: "name", id: name, span: nameSpan } };
}

/** A decorated function may return anything, a generator returns an iterator. */
function plain(definition: FunctionDef): boolean {
  return definition.decorators.every((one) => one.expr.kind === "name" && one.expr.id === "staticmethod");
}

/**
 * The one value that all returns agree on, those of `None` left out: a text that is there or not. Results of one
 * callee are told by it alone: `return SSHHook("a")`, `return SSHHook("b")`.
 */
function returned(definition: FunctionDef, inner: Evaluation, call: Call): Value {
  const unknown: Value = { kind: "unknown", expr: call };
  const scope = inner.names.scopeOf(definition);
  const values: Value[] = [];
  let yields = false;
  walkStatements(definition.body, (statement) => {
    if (statement.kind === "function" || statement.kind === "class") return false;
    if (statement.kind === "return" && statement.value) values.push(inner.evaluate(statement.value, scope));
    for (const expr of expressionsOf(statement)) {
      walkExpr(expr, (one) => {
        yields ||= one.kind === "yield";
        return one.kind !== "lambda";
      });
    }
    return true;
  });
  const [first, ...more] = values.filter((one) => one.kind !== "none");
  if (!first || yields) return unknown;
  if (more.length === 0) return first;
  const same = first.kind === "call" && more.every((one) => one.kind === "call" && one.callee === first.callee);
  return same ? withUnknownArguments(first.callee, call) : unknown;
}

/** In the same file all spans are right; what a call inside the function was given means nothing outside. */
function seenByCaller(value: Value, call: Call): Value {
  switch (value.kind) {
    case "call":
      return withUnknownArguments(value.callee, call);
    case "unknown":
      return { kind: "unknown", expr: call };
    default:
      return value;
  }
}
