/** Calls that make something without naming its class: of functions of other files, and of a `functools.partial`. */

import { entered } from "../syntax/applied.ts";
import { argumentsIn, bindingOfParameter, givenTo } from "../syntax/callSites.ts";
import type { Evaluation } from "../syntax/evaluation.ts";
import { Kept } from "../syntax/kept.ts";
import { qualifiedName } from "../syntax/names.ts";
import { type Call, type Expr, type FunctionDef, keyword, lastName, unwrap } from "../syntax/python.ts";
import { lookup, type Names, type Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import type { Home } from "../syntax/value.ts";
import { slice } from "../text/span.ts";

/** What a call of a function of another file makes, with the parameters that it gives. */
export type Made = {
  /** The call in this file: `make_pod("load")`. */
  readonly at: Call;
  /** This file. */
  readonly path: string;
  /** Where {@link Made.call} stands. */
  readonly home: Home;
  /** The call of the class: `KubernetesPodOperator(task_id=name, …)`. */
  readonly call: Call;
  readonly scope: Scope;
  /** Reads the other file as this call runs it: parameters stand for what they are given. */
  readonly values: Pick<Evaluation, "names" | "evaluate">;
  /** What this file writes for a parameter that the other one hands on as it is. */
  readonly handedOn: (expr: Expr) => Expr | undefined;
  /** The keywords that `**kwargs` takes up; undefined: not known, or another mapping. */
  readonly rest: (expr: Expr) => ReadonlyMap<string, Expr> | undefined;
  /** It is one of several that the call may make (`ensembles.ts`): what runs before and after it is not known. */
  readonly member?: true;
};

/** What a function does, in the end: it makes one thing and returns it. */
type Product = { readonly call: Call; readonly scope: Scope };

/** Whether calling an expression makes what is looked for. */
type Makes = (callee: Expr, scope: Scope, home: Home) => boolean;

/** Helpers that call helpers: deeper ones are not followed. */
const deepest = 3;

/** What a call makes by a function of another file, when that is one thing and nothing else. */
export function madeElsewhere(
  call: Call,
  scope: Scope,
  values: Evaluation,
  makes: Makes,
  what: string,
): Made | undefined {
  const path = values.surroundings?.path;
  const callee = unwrap(call.func);
  if (path === undefined || (callee.kind !== "name" && callee.kind !== "attribute")) return undefined;
  const first = values.evaluate(callee, scope);
  if (first.kind !== "function" || !first.home) return undefined;
  let at = { call, scope, values, home: undefined as Home | undefined };
  for (let depth = 0; depth < deepest; depth++) {
    const value = at.values.evaluate(at.call.func, at.scope);
    if (value.kind !== "function" || value.definition.kind !== "function") return undefined;
    const { definition } = value;
    const home = value.home ?? at.home;
    const product = home && productOf(definition, home, what, makes);
    const inner = product && entered(at.call, value, at.scope, at.values);
    if (!home || !product || !inner) return undefined;
    if (makes(product.call.func, product.scope, home)) {
      const site = at.call;
      const direct = depth === 0 ? definition : undefined;
      return {
        at: call,
        path,
        home,
        call: product.call,
        scope: product.scope,
        values: inner,
        handedOn: (expr) => direct && handedOn(expr, direct, call, home.names),
        rest: (expr) => {
          const rest = restOf(expr, definition, site, home.names);
          // What a helper gives to another helper stands in no file that is read here.
          return direct || rest?.size === 0 ? rest : undefined;
        },
      };
    }
    at = { call: product.call, scope: product.scope, values: inner, home };
  }
  return undefined;
}

const products = new Kept((_: Home) => new Map<string, Product | "none">());

/** Read once for each function, however often this file calls it. */
function productOf(definition: FunctionDef, home: Home, what: string, makes: Makes): Product | undefined {
  const known = products.of(home);
  const key = `${what} ${definition.span.start}`;
  let product = known.get(key);
  if (!product) {
    product = readProduct(definition, home, makes) ?? "none";
    known.set(key, product);
  }
  return product === "none" ? undefined : product;
}

/** What orders tasks, or changes one that is made. */
const goesOn = /^(?:set_(?:up|down)stream|chain|chain_linear|cross_downstream|setattr)$/;

function readProduct(definition: FunctionDef, home: Home, makes: Makes): Product | undefined {
  if (definition.decorators.some(({ expr }) => !(expr.kind === "name" && expr.id === "staticmethod"))) return undefined;
  const text = slice(home.module.text, definition.span);
  const scope = home.names.scopeOf(definition);
  const returned: Expr[] = [];
  const made: Call[] = [];
  let other = false;
  walkStatements(definition.body, (statement) => {
    other ||= statement.kind === "with" || statement.kind === "function" || statement.kind === "class";
    if (statement.kind === "return" && statement.value) returned.push(unwrap(statement.value));
    for (const expr of expressionsOf(statement)) {
      walkExpr(expr, (one) => {
        other ||= one.kind === "yield";
        other ||= one.kind === "binary" && (one.operator === ">>" || one.operator === "<<");
        if (one.kind === "call") {
          other ||= goesOn.test(lastName(unwrap(one.func)) ?? "");
          if (makes(one.func, scope, home) || keyword(one, "task_id") || keyword(one, "dag_id")) made.push(one);
        }
        return true;
      });
    }
    return true;
  });
  const [result, ...more] = returned.filter((one) => !(one.kind === "constant" && one.value === null));
  if (!result || more.length > 0 || other) return undefined;
  const call = result.kind === "name" ? boundTo(result.id, scope) : result;
  if (call?.kind !== "call" || made.some((one) => one !== call)) return undefined;
  // load.execution_timeout = timedelta(hours=1)
  if (result.kind === "name" && new RegExp(`\\b${result.id}\\.\\w`).test(text)) return undefined;
  if (makes(call.func, scope, home)) return { call, scope };
  const callee = home.evaluate(call.func, scope);
  return callee.kind === "function" ? { call, scope } : undefined;
}

/** What a name of the function stands for, when it is bound once. */
function boundTo(name: string, scope: Scope): Expr | undefined {
  const [only, ...more] = scope.bindings.get(name) ?? [];
  return only?.kind === "value" && more.length === 0 ? unwrap(only.value) : undefined;
}

/** `image=image`: what the call gives for the parameter. */
export function handedOn(expr: Expr, definition: FunctionDef, call: Call, names: Names): Expr | undefined {
  if (expr.kind !== "name") return undefined;
  const found = lookup(names.scopeOf(definition), expr.id, expr.span.start);
  if (!found || found === "unbound" || found.binding !== bindingOfParameter(names, definition, expr.id))
    return undefined;
  const given = givenTo(definition, expr.id, argumentsIn(call));
  return given === "default" ? undefined : given;
}

/** `**kwargs`, as long as the function only hands it on. */
export function restOf(
  expr: Expr,
  definition: FunctionDef,
  call: Call,
  names: Names,
): ReadonlyMap<string, Expr> | undefined {
  if (expr.kind !== "name" || names.mutated.has(expr.id) || names.keysSet.has(expr.id)) return undefined;
  if (!definition.parameters.some((one) => one.form === "double-star" && one.name === expr.id)) return undefined;
  if ((names.scopeOf(definition).bindings.get(expr.id)?.length ?? 0) > 1) return undefined;
  const { named, complete } = argumentsIn(call);
  if (!complete) return undefined;
  const own = new Set(definition.parameters.flatMap((one) => (one.form === "plain" ? [one.name] : [])));
  return new Map([...named].filter(([name]) => !own.has(name)));
}

/** `wait = functools.partial(ExternalTaskSensor, …)`: the partial behind `wait(…)`, and where it is written. */
export function partialBehind(call: Call, scope: Scope): { readonly call: Call; readonly scope: Scope } | undefined {
  const callee = unwrap(call.func);
  if (callee.kind !== "name") return undefined;
  const found = lookup(scope, callee.id, callee.span.start);
  if (!found || found === "unbound" || found.binding.kind !== "value") return undefined;
  const value = unwrap(found.binding.value);
  return value.kind === "call" && isPartial(value, found.scope) ? { call: value, scope: found.scope } : undefined;
}

/** Whether a call is `functools.partial(…)`. */
export function isPartial(call: Call, scope: Scope): boolean {
  return qualifiedName(call.func, scope) === "functools.partial";
}
