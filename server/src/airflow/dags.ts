/** The DAGs of a file, which of them an expression stands for, and in which the calls of a function stand. */

import type { Evaluation } from "../syntax/evaluation.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import {
  type Call,
  type ClassDef,
  type Expr,
  type FunctionDef,
  keyword,
  type Module,
  type Stmt,
  unwrap,
} from "../syntax/python.ts";
import { type Binding, lookup, type Names, type Scope } from "../syntax/scope.ts";
import {
  bodiesOf,
  eachExpression,
  eachPart,
  expressionsOf,
  walkExpr,
  walkScoped,
  walkStatements,
} from "../syntax/traverse.ts";
import { knownText, type Value } from "../syntax/value.ts";
import { anyWithin } from "../text/span.ts";
import { offsetsOf } from "../text/words.ts";
import type { Dag } from "./dagfile.ts";
import { madeElsewhere } from "./factories.ts";
import { decorationOf, makesDag, makesGroup } from "./operators.ts";

/** Finds DAGs by what stands for them. */
export type Dags = {
  /** In reading order. */
  readonly all: readonly Dag[];
  /** The DAG that a `@dag` function makes. */
  readonly ofFunction: (definition: FunctionDef) => Dag | undefined;
  /** The DAG that an expression stands for: `DAG(…)`, its name, a parameter, a call of a function that returns it. */
  readonly named: (expr: Expr, scope: Scope) => Dag | undefined;
  /** The one DAG inside of whose block every call of a function stands: `with DAG(…): add_tasks()`. */
  readonly around: (definition: FunctionDef) => Dag | undefined;
};

/** Where a call stands: in a DAG's block, in a function outside of any such block, or anywhere else. */
type Where = Dag | FunctionDef | undefined;

/** The first positional argument or the keyword of that name, when its text is known. */
export function idGiven(
  values: Pick<Evaluator, "evaluate">,
  call: Call | undefined,
  name: string,
  scope: Scope,
): string | undefined {
  const [first] = call?.args ?? [];
  const given = (call && keyword(call, name)?.value) ?? (first?.form === "positional" ? first.value : undefined);
  return given && knownText(values.evaluate(given, scope));
}

/** The class around a method, and the name by which the method knows its object. */
function selfOf({ owner, parent }: Scope): { readonly class: ClassDef; readonly name: string } | undefined {
  if (parent?.kind !== "class" || !("kind" in owner) || owner.kind !== "function" || !("kind" in parent.owner))
    return undefined;
  const name = owner.parameters[0]?.name;
  return parent.owner.kind === "class" && name !== undefined ? { class: parent.owner, name } : undefined;
}

/** Where a DAG may be made: at `DAG`, `@dag`, or a name that stands for one of them (or holds it). Sorted offsets. */
function hintsOf(module: Module, names: Names): number[] {
  const words = ["DAG", "dag"];
  for (const [name, bindings] of names.module.bindings) {
    if (!words.includes(name) && bindings.some((one) => standsForDag(one, name))) words.push(name);
  }
  return offsetsOf(module.text, words).sort((a, b) => a - b);
}

/** from airflow import DAG as Flow; Flow = models.DAG */
function standsForDag(binding: Binding, name: string): boolean {
  if (binding.kind === "value") return binding.value.kind === "name" || binding.value.kind === "attribute";
  if (binding.kind !== "import" || binding.statement.kind !== "import-from") return false;
  return binding.statement.names.some((one) => one.alias === name && /^(?:DAG|dag)$/.test(one.name));
}

/** Reads a file's DAGs. */
export function dagsOf(module: Module, values: Evaluator & Evaluation): Dags {
  const { names } = values;
  const ofCall = new Map<Call, Dag>();
  const ofFunction = new Map<FunctionDef, Dag>();
  const functionOf = (expr: Expr, scope: Scope): FunctionDef | undefined => {
    if (expr.kind !== "name") return undefined;
    const found = lookup(scope, expr.id, expr.span.start);
    return found && found !== "unbound" && found.binding.kind === "function" ? found.binding.definition : undefined;
  };
  const add = (call: Call, form: Dag["form"], variable: string | undefined, scope: Scope): void => {
    const id = idGiven(values, call, "dag_id", scope);
    if (!ofCall.has(call)) ofCall.set(call, { id, form, call, variable, span: call.func.span, scope });
  };
  const find = (expr: Expr, variable: string | undefined, scope: Scope): void => {
    const whole = unwrap(expr);
    if (whole.kind === "lambda") return;
    if (whole.kind === "call" && makesDag(whole.func, scope)) add(whole, "call", variable, scope);
    eachPart(whole, (part) => find(part, undefined, scope));
  };
  const hints = hintsOf(module, names);
  const decorated = (definition: FunctionDef, scope: Scope): void => {
    for (const { expr } of definition.decorators) {
      if (decorationOf(expr, scope)?.makes !== "dag") continue;
      const call = expr.kind === "call" ? expr : undefined;
      const id = idGiven(values, call, "dag_id", scope) ?? definition.name;
      const dag: Dag = { id, form: "decorator", call, variable: undefined, span: expr.span, scope };
      ofFunction.set(definition, dag);
      if (call) ofCall.set(call, dag);
    }
  };
  walkScoped(module.body, names.module, names, (statement, scope) => {
    if (!anyWithin(hints, statement.span)) return false;
    if (statement.kind === "with") {
      for (const { value, target } of statement.items) {
        const made = unwrap(value);
        const variable = target?.kind === "name" ? target.id : undefined;
        if (made.kind === "call" && makesDag(made.func, scope)) add(made, "with", variable, scope);
      }
    }
    const target = statement.kind === "assign" ? statement.targets[0] : undefined;
    const variable = target?.kind === "name" ? target.id : undefined;
    eachExpression(statement, (expr) => find(expr, variable, scope));
    if (statement.kind === "function") decorated(statement, scope);
    return true;
  });

  const opened = new Set<FunctionDef>();
  const returned = (definition: FunctionDef): Dag | undefined => {
    if (opened.has(definition)) return undefined;
    opened.add(definition);
    const scope = names.scopeOf(definition);
    const found = new Set<Dag | undefined>();
    walkStatements(definition.body, (statement) => {
      if (statement.kind === "return" && statement.value) found.add(named(statement.value, scope));
      return statement.kind !== "function" && statement.kind !== "class";
    });
    opened.delete(definition);
    const [only, ...others] = found;
    return others.length === 0 ? only : undefined;
  };
  /** Where the calls by a plain name stand; few files make a DAG in a function of their own. */
  let scopes: Map<Call, Scope> | undefined;
  const scopeOfCall = (call: Call): Scope | undefined => {
    if (!scopes) {
      const found = new Map<Call, Scope>();
      walkScoped(module.body, names.module, names, (statement, scope) => {
        for (const expr of expressionsOf(statement)) {
          walkExpr(expr, (one) => {
            if (one.kind === "call" && (one.func.kind === "name" || one.func.kind === "attribute"))
              found.set(one, scope);
            return one.kind !== "lambda";
          });
        }
        return true;
      });
      scopes = found;
    }
    return scopes.get(call);
  };
  const named = (expr: Expr, scope: Scope): Dag | undefined => {
    const value = values.evaluate(expr, scope);
    if (value.kind !== "call") return ofDecorated(value) ?? ofAttribute(unwrap(expr), scope);
    const made = ofCall.get(value.call);
    if (made) return made;
    // with create_dag("load") as dag:
    const call = unwrap(value.expr);
    const at = call.kind === "call" ? scopeOfCall(call) : undefined;
    if (call.kind !== "call" || !at) return undefined;
    const definition = functionOf(call.func, at);
    if (definition) return ofFunction.get(definition) ?? returned(definition);
    return madeDag(call, at);
  };
  /** nightly = make_nightly(), of a `@dag` function: what a decorated function returns is not known, what it makes is. */
  const ofDecorated = ({ kind, expr }: Value): Dag | undefined => {
    if (ofFunction.size === 0 || kind !== "unknown") return undefined;
    const call = unwrap(expr);
    const at = call.kind === "call" ? scopeOfCall(call) : undefined;
    const definition = call.kind === "call" && at && functionOf(call.func, at);
    return definition ? ofFunction.get(definition) : undefined;
  };
  const elsewhere = new Map<Call, Dag | undefined>();
  /** from lib.dags import create_dag */
  const madeDag = (call: Call, scope: Scope): Dag | undefined => {
    if (elsewhere.has(call)) return elsewhere.get(call);
    const made = madeElsewhere(call, scope, values, makesDag, "DAG");
    const dag: Dag | undefined = made && {
      id: idGiven(made.values, made.call, "dag_id", made.scope),
      form: "call",
      call: undefined,
      made,
      variable: undefined,
      span: call.func.span,
      scope,
    };
    elsewhere.set(call, dag);
    return dag;
  };
  /** self.dag, which one method of the class sets, once */
  const ofAttribute = (expr: Expr, scope: Scope): Dag | undefined => {
    const self = selfOf(scope);
    if (expr.kind !== "attribute" || !self || expr.value.kind !== "name" || expr.value.id !== self.name)
      return undefined;
    const set: { readonly value: Expr; readonly scope: Scope }[] = [];
    for (const method of self.class.body) {
      if (method.kind !== "function") continue;
      const inner = names.scopeOf(method);
      const own = selfOf(inner)?.name;
      walkStatements(method.body, (statement) => {
        if (statement.kind !== "assign") return true;
        for (const target of statement.targets) {
          const { value } = statement;
          if (target.kind !== "attribute" || target.name !== expr.name) continue;
          if (value && target.value.kind === "name" && target.value.id === own) set.push({ value, scope: inner });
        }
        return true;
      });
    }
    const [only, ...more] = set;
    if (!only || more.length > 0) return undefined;
    const value = values.evaluate(only.value, only.scope);
    return value.kind === "call" ? ofCall.get(value.call) : undefined;
  };

  let sites: ReadonlyMap<FunctionDef, readonly Where[]> | undefined;
  const asked = new Set<FunctionDef>();
  const around = (definition: FunctionDef): Dag | undefined => {
    sites ??= readSites();
    const all = sites.get(definition) ?? [];
    if (asked.has(definition)) return undefined;
    asked.add(definition);
    const found = new Set(all.map((one) => (one && "kind" in one ? around(one) : one)));
    asked.delete(definition);
    const [only, ...others] = found;
    return others.length === 0 ? only : undefined;
  };
  const readSites = (): Map<FunctionDef, Where[]> => {
    const found = new Map<FunctionDef, Where[]>();
    const used = (definition: FunctionDef, where: Where): void => {
      found.set(definition, [...(found.get(definition) ?? []), where]);
    };
    const read = (expr: Expr, scope: Scope, where: Where): void => {
      if (expr.kind === "lambda") {
        read(expr.body, names.scopeOf(expr), undefined);
        return;
      }
      const called = expr.kind === "call" ? functionOf(expr.func, scope) : undefined;
      if (called) used(called, where);
      // A function that is handed over runs who knows when.
      const handed = functionOf(expr, scope);
      if (handed) used(handed, undefined);
      eachPart(expr, (part) => {
        if (!called || expr.kind !== "call" || part !== expr.func) read(part, scope, where);
      });
    };
    const visit = (statement: Stmt, scope: Scope, where: Where): void => {
      for (const expr of expressionsOf(statement)) read(expr, scope, where);
      if (statement.kind === "function" || statement.kind === "class") {
        const inner = names.scopeOf(statement);
        const own = statement.kind === "function" ? whereIn(statement, scope) : undefined;
        for (const one of statement.body) visit(one, inner, own);
        return;
      }
      let inside = where;
      if (statement.kind === "with") {
        for (const { value } of statement.items) {
          const made = unwrap(value);
          const dag = named(value, scope);
          if (dag) inside = dag;
          // What the group's own default_args give would be lost.
          else if (made.kind === "call" && makesGroup(made.func, scope) && keyword(made, "default_args"))
            inside = undefined;
        }
      }
      for (const body of bodiesOf(statement)) for (const one of body) visit(one, scope, inside);
    };
    for (const statement of module.body) visit(statement, names.module, undefined);
    return found;
  };
  /** A task's own code runs long after its DAG was made. */
  const whereIn = (definition: FunctionDef, scope: Scope): Where => {
    const makes = definition.decorators.map(({ expr }) => decorationOf(expr, scope)?.makes);
    if (makes.includes("dag")) return ofFunction.get(definition);
    return makes.includes("task") || scope.kind === "class" ? undefined : definition;
  };

  const all = [...new Set([...ofCall.values(), ...ofFunction.values()])];
  return {
    all: all.toSorted((a, b) => a.span.start - b.span.start),
    ofFunction: (definition) => ofFunction.get(definition),
    named,
    around,
  };
}
