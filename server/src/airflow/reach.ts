/** Which functions the tasks run, directly or through one another, in this file and in others that it imports. */

import { qualifiedName } from "../syntax/names.ts";
import {
  type ClassDef,
  dottedName,
  type Expr,
  type FunctionDef,
  type Lambda,
  type Module,
  type Stmt,
} from "../syntax/python.ts";
import { lookup, type Names, type Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkScoped } from "../syntax/traverse.ts";
import type { Home, Imports } from "../syntax/value.ts";
import type { Run, Task, TaskPlace } from "./dagfile.ts";

/** Who runs a function. Methods of operators, sensors and hooks are run by whatever task is made of them: both lists may be empty. */
export type Runners = {
  readonly tasks: readonly Task[];
  /** Tasks of other files. */
  readonly users: readonly TaskPlace[];
};

/** Each function (methods and lambdas included) that tasks run, with who does. */
export type Reached = ReadonlyMap<FunctionDef | Lambda, Runners>;

/** A file whose functions can be run. */
type Code = { readonly home: Home | undefined; readonly names: Names; readonly imports: Imports | undefined };

/** What the search needs to know of the file and of what tasks elsewhere run of it. */
export type Reaching = {
  readonly module: Module;
  readonly names: Names;
  readonly tasks: readonly Task[];
  readonly users: readonly Run[];
  readonly imports: Imports | undefined;
  readonly importsOf: (path: string) => Imports;
};

/** The functions that tasks run: in this file, and for each other file that their code leads to. */
export function runBy(search: Reaching): { readonly here: Reached; readonly elsewhere: ReadonlyMap<Home, Reached> } {
  const { module, names, tasks, users } = search;
  type Mutable = { tasks: Task[]; users: TaskPlace[] };
  const here = new Map<FunctionDef | Lambda, Mutable>();
  const elsewhere = new Map<Home, Map<FunctionDef | Lambda, Mutable>>();
  const codes = new Map<Home | undefined, Code>([[undefined, { home: undefined, names, imports: search.imports }]]);
  type Runner = Task | TaskPlace | undefined;

  const codeOf = (home: Home): Code => {
    const known = codes.get(home);
    if (known) return known;
    const code = { home, names: home.names, imports: search.importsOf(home.path) };
    codes.set(home, code);
    return code;
  };
  /** Notes that somebody runs it; false when that was known. */
  const noted = (definition: FunctionDef | Lambda, runner: Runner, { home }: Code): boolean => {
    let all = home ? elsewhere.get(home) : here;
    if (!all && home) {
      all = new Map();
      elsewhere.set(home, all);
    }
    const known = all?.get(definition);
    const mine = known ?? { tasks: [], users: [] };
    if (!known) all?.set(definition, mine);
    if (!runner) return !known;
    if ("path" in runner) {
      if (mine.users.some((one) => one.path === runner.path && one.span.start === runner.span.start)) return false;
      mine.users.push(runner);
      return true;
    }
    if (mine.tasks.includes(runner)) return false;
    mine.tasks.push(runner);
    return true;
  };
  const reach = (definition: FunctionDef, runner: Runner, code: Code): void => {
    if (noted(definition, runner, code)) references(definition.body, code.names.scopeOf(definition), runner, code);
  };
  const reachClass = (definition: ClassDef, runner: Runner, code: Code): void => {
    for (const one of definition.body) if (one.kind === "function") reach(one, runner, code);
  };
  const reachImported = (qualified: string | undefined, runner: Runner, code: Code): void => {
    const found = qualified === undefined ? undefined : code.imports?.find(qualified);
    if (found?.value.kind === "function" && found.value.definition.kind === "function")
      reach(found.value.definition, runner, codeOf(found.value.home ?? found.home));
    if (found?.value.kind === "class")
      reachClass(found.value.definition, runner, codeOf(found.value.home ?? found.home));
  };
  /** Every function or class that a piece of code names may be called by it: callbacks, partials, threads. */
  const inExpr = (expr: Expr, scope: Scope, runner: Runner, code: Code): void => {
    walkExpr(expr, (one) => {
      if (one.kind === "attribute") {
        const qualified = qualifiedName(one, scope);
        if (qualified === undefined) return true;
        reachImported(qualified, runner, code);
        return false;
      }
      if (one.kind === "name") {
        const found = lookup(scope, one.id, one.span.start);
        if (!found || found === "unbound") return true;
        const { binding } = found;
        if (binding.kind === "function") reach(binding.definition, runner, code);
        if (binding.kind === "class") reachClass(binding.definition, runner, code);
        if (binding.kind === "import") reachImported(binding.qualified, runner, code);
      }
      if (one.kind === "lambda") {
        noted(one, runner, code);
        inExpr(one.body, code.names.scopeOf(one), runner, code);
        return false;
      }
      return true;
    });
  };
  const references = (body: readonly Stmt[], scope: Scope, runner: Runner, code: Code): void => {
    walkScoped(body, scope, code.names, (statement, inner) => {
      for (const expr of expressionsOf(statement)) inExpr(expr, inner, runner, code);
      return true;
    });
  };
  const own = codes.get(undefined);
  if (!own) return { here, elsewhere };
  for (const one of module.body) {
    if (
      one.kind === "class" &&
      one.bases.some((base) => /(Operator|Sensor|Hook|Trigger)$/.test(dottedName(base.value) ?? ""))
    ) {
      reachClass(one, undefined, own);
    }
  }
  for (const task of tasks) {
    if (task.callable) reach(task.callable, task, own);
    const { homes } = task.operator;
    for (const one of task.operator.subclasses) {
      const home = homes?.get(one);
      reachClass(one, task, home ? codeOf(home) : own);
    }
    // What is given to a function that makes several tasks is for one of them.
    const given = task.made?.member ? undefined : task.made?.at;
    for (const call of [task.call, task.expansion, task.completion, given]) {
      if (!call) continue;
      for (const one of call.args) {
        // A TaskFlow call's arguments are other tasks, not code that this one runs.
        if (task.form === "operator") inExpr(one.value, task.scope, task, own);
      }
    }
  }
  for (const [name, definition] of namedFunctions(module)) {
    for (const user of users) if (user.function === name) reach(definition, user.task, own);
  }
  return { here, elsewhere };
}

/** The functions of a module by the name that others use: `load`, `Loader.run`. */
export function namedFunctions(module: Module): ReadonlyMap<string, FunctionDef> {
  const found = new Map<string, FunctionDef>();
  for (const one of module.body) {
    if (one.kind === "function") found.set(one.name, one);
    if (one.kind !== "class") continue;
    for (const method of one.body) if (method.kind === "function") found.set(`${one.name}.${method.name}`, method);
  }
  return found;
}
