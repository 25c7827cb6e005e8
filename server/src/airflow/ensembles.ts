/** Functions of other files that make several tasks, or one that they keep: `ingest(…)`, with a task group around them or not. */

import { entered } from "../syntax/applied.ts";
import type { Evaluation } from "../syntax/evaluation.ts";
import { Kept } from "../syntax/kept.ts";
import { type Call, type Expr, type FunctionDef, keyword, lastName, type Stmt, unwrap } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import { bodiesOf, eachExpression, eachPart, walkExpr, walkStatements } from "../syntax/traverse.ts";
import type { Home } from "../syntax/value.ts";
import { handedOn, type Made, restOf } from "./factories.ts";
import { decorationOf, makesGroup, operatorOf } from "./operators.ts";

/** One task of such a function. */
export type Member = {
  readonly made: Made;
  /** Made in a loop. */
  readonly repeated: boolean;
};

/** Something that a function calls in every one of its runs: the class of a task, or a function that may make some. */
type Part = { readonly call: Call; readonly repeated: boolean; readonly makes: "task" | "perhaps" };

/** Functions that call such functions: deeper ones are not followed. */
const deepest = 3;

/**
 * The tasks that a call surely makes by a function of another file. Those that only some runs make, mapped ones, and
 * those that a group's own `default_args` may reach are left out.
 */
export function membersOf(call: Call, scope: Scope, values: Evaluation): readonly Member[] {
  const path = values.surroundings?.path;
  const callee = unwrap(call.func);
  if (path === undefined || (callee.kind !== "name" && callee.kind !== "attribute")) return [];
  const members: Member[] = [];
  const follow = (
    site: Call,
    at: Scope,
    around: Evaluation,
    here: Home | undefined,
    repeated: boolean,
    depth: number,
  ) => {
    const value = around.evaluate(site.func, at);
    if (value.kind !== "function" || value.definition.kind !== "function" || depth > deepest) return;
    const { definition } = value;
    const home = value.home ?? here;
    const parts = home && partsOf(definition, home);
    if (!home || !parts || parts.length === 0) return;
    const inner = entered(site, value, at, around);
    if (!inner) return;
    const within = home.names.scopeOf(definition);
    for (const part of parts) {
      const again = repeated || part.repeated;
      if (part.makes === "perhaps") {
        follow(part.call, within, inner, home, again, depth + 1);
        continue;
      }
      const made: Made = {
        at: call,
        path,
        home,
        call: part.call,
        scope: within,
        values: inner,
        handedOn: (expr) => (depth === 0 ? handedOn(expr, definition, call, home.names) : undefined),
        rest: (expr) => {
          const rest = restOf(expr, definition, site, home.names);
          return depth === 0 || rest?.size === 0 ? rest : undefined;
        },
        member: true,
      };
      members.push({ made, repeated: again });
    }
  };
  follow(call, scope, values, undefined, false, 0);
  return members.length <= most ? members : [];
}

/** A function that makes more is a program of its own. */
const most = 60;

const known = new Kept((_: Home) => new Map<FunctionDef, readonly Part[]>());

/** Read once for each function, however often it is called. */
function partsOf(definition: FunctionDef, home: Home): readonly Part[] {
  const ofHome = known.of(home);
  let parts = ofHome.get(definition);
  if (!parts) {
    // A function that calls itself has none while it is read.
    ofHome.set(definition, []);
    parts = readParts(definition, home);
    ofHome.set(definition, parts);
  }
  return parts;
}

function readParts(definition: FunctionDef, home: Home): readonly Part[] {
  const outside = home.names.scopeOf(definition).parent ?? home.names.module;
  if (!definition.decorators.every(({ expr }) => isHarmless(expr, outside))) return [];
  if (changesThings(definition.body)) return [];
  const scope = home.names.scopeOf(definition);
  const parts: Part[] = [];
  const read = (expr: Expr, repeated: boolean): void => {
    if (expr.kind === "lambda" || expr.kind === "conditional") return;
    if (expr.kind === "call") {
      const makes = madeBy(expr, scope, home);
      if (makes) parts.push({ call: expr, repeated, makes });
    }
    if (expr.kind !== "comprehension") eachPart(expr, (part) => read(part, repeated));
  };
  /** False: what follows is not run every time. */
  const visit = (body: readonly Stmt[], repeated: boolean): boolean => {
    for (const statement of body) {
      switch (statement.kind) {
        case "function":
        case "class":
          break;
        case "if":
        case "match":
        case "try":
        case "while":
          if (bodiesOf(statement).some(mayLeave)) return false;
          break;
        case "for":
          read(statement.source, repeated);
          if (mayLeave(statement.body) || !visit(statement.body, true)) return false;
          break;
        case "with":
          if (!statement.items.every(({ value }) => isPlainGroup(unwrap(value), scope))) return false;
          if (!visit(statement.body, repeated)) return false;
          break;
        default:
          eachExpression(statement, (expr) => read(expr, repeated));
          if (statement.kind === "return" || statement.kind === "raise") return false;
      }
    }
    return true;
  };
  visit(definition.body, false);
  return parts;
}

function madeBy(call: Call, scope: Scope, home: Home): Part["makes"] | undefined {
  const callee = unwrap(call.func);
  if (callee.kind !== "name" && callee.kind !== "attribute") return undefined;
  if (operatorOf(callee, scope, home)) return keyword(call, "task_group") ? undefined : "task";
  return home.evaluate(callee, scope).kind === "function" ? "perhaps" : undefined;
}

/** `@task_group`, whose own `default_args` would come between the task and its DAG. */
function isHarmless(expr: Expr, scope: Scope): boolean {
  if (expr.kind === "name" && expr.id === "staticmethod") return true;
  if (decorationOf(expr, scope)?.makes !== "group") return false;
  return expr.kind !== "call" || givesNoDefaults(expr);
}

/** with TaskGroup("load"): */
function isPlainGroup(expr: Expr, scope: Scope): boolean {
  return expr.kind === "call" && makesGroup(expr.func, scope) && givesNoDefaults(expr);
}

function givesNoDefaults(call: Call): boolean {
  return call.args.every(
    ({ form, name }) =>
      form === "positional" || (form === "keyword" && !/^(?:default_args|dag|parent_group)$/.test(name ?? "")),
  );
}

/** load.execution_timeout = …: what the calls say is not the last word. */
function changesThings(body: readonly Stmt[]): boolean {
  let found = false;
  walkStatements(body, (statement) => {
    const targets =
      statement.kind === "assign" ? statement.targets : statement.kind === "augmented-assign" ? [statement.target] : [];
    found ||= targets.some((one) => one.kind === "attribute");
    eachExpression(statement, (expr) =>
      walkExpr(expr, (one) => {
        found ||= one.kind === "yield";
        found ||= one.kind === "call" && /^(?:setattr|execute|DAG)$/.test(lastName(unwrap(one.func)) ?? "");
        return !found;
      }),
    );
    return !found;
  });
  return found;
}

function mayLeave(body: readonly Stmt[]): boolean {
  let found = false;
  walkStatements(body, (statement) => {
    found ||= statement.kind === "return" || statement.kind === "break" || statement.kind === "continue";
    return statement.kind !== "function" && statement.kind !== "class";
  });
  return found;
}
