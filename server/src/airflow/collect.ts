/** Finds the DAGs, task groups and tasks of a file. */

import type { Evaluation } from "../syntax/evaluation.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import { qualifiedName } from "../syntax/names.ts";
import {
  type Call,
  type Expr,
  type FunctionDef,
  keyword,
  lastName,
  type Module,
  type Stmt,
  unwrap,
} from "../syntax/python.ts";
import { lookup, type Scope } from "../syntax/scope.ts";
import { bodiesOf, eachExpression, eachPart } from "../syntax/traverse.ts";
import { type Home, knownText, type Value } from "../syntax/value.ts";
import type { SourceSpan } from "../text/span.ts";
import { type BareTask, CollectedTask, type Found } from "./collectedTask.ts";
import type { Dag, Operator, Task, TaskGroup, TaskScript } from "./dagfile.ts";
import { dagsOf, idGiven } from "./dags.ts";
import { membersOf } from "./ensembles.ts";
import { isPartial, type Made, madeElsewhere, partialBehind } from "./factories.ts";
import { decorationOf, isInstalled, makesGroup, mayBeMaker, operatorOf } from "./operators.ts";

/** What the walk found, with ways to get from an expression's node to it. */
export type Collected = {
  readonly dags: readonly Dag[];
  readonly groups: readonly TaskGroup[];
  readonly tasks: readonly Task[];
  readonly taskOfCall: ReadonlyMap<Call, Task>;
  readonly groupOfCall: ReadonlyMap<Call, TaskGroup>;
  /** The group that a decorated function makes. */
  readonly groupOfFunction: ReadonlyMap<FunctionDef, TaskGroup>;
};

type Context = {
  readonly scope: Scope;
  readonly dag: Dag | undefined;
  readonly group: TaskGroup | undefined;
  readonly repeated: boolean;
  /** The function whose body it is, unless that is a task's own code. */
  readonly function: FunctionDef | undefined;
  /** A DAG that is not seen may be around it: in a function, in a block that is none of ours. */
  readonly open: boolean;
};

/** Outside of any DAG's block. */
function nowhere(scope: Scope, repeated: boolean): Context {
  return { scope, dag: undefined, group: undefined, function: undefined, repeated, open: true };
}

/** Walks the whole module once. `scriptsOf` reads a task's scripts, when they are asked for. */
export function collect(
  module: Module,
  values: Evaluator & Evaluation,
  scriptsOf: (task: BareTask) => readonly TaskScript[],
): Collected {
  const { names } = values;
  const dags = dagsOf(module, values);
  const groups: TaskGroup[] = [];
  const tasks: Task[] = [];
  const taskOfCall = new Map<Call, Task>();
  const groupOfCall = new Map<Call, TaskGroup>();
  const taskFunctions = new Map<FunctionDef, { operator: Operator; decorator: Call | undefined }>();
  const groupOfFunction = new Map<FunctionDef, TaskGroup>();

  const text = (expr: Expr | undefined, scope: Scope): string | undefined => {
    if (!expr) return undefined;
    const value = values.evaluate(expr, scope);
    return knownText(value);
  };
  const addGroup = (call: Call, variable: string | undefined, context: Context): TaskGroup => {
    const group: TaskGroup = {
      id: idGiven(values, call, "group_id", context.scope),
      call,
      variable,
      parent: context.group,
      dag: namedDag(call, context) ?? dagAround(context),
      span: call.func.span,
      scope: context.scope,
    };
    groups.push(group);
    groupOfCall.set(call, group);
    return group;
  };
  /** `dag=dag`: the DAG that the name stands for. */
  const namedDag = (call: Call, context: Context): Dag | undefined => {
    const argument = keyword(call, "dag");
    return argument && dags.named(argument.value, context.scope);
  };
  /** with DAG(…): add_tasks() */
  const dagAround = (context: Context): Dag | undefined =>
    context.dag ?? (context.function && dags.around(context.function));

  const addTask = (task: Found, calls: readonly (Call | undefined)[], context: Context): void => {
    const explicit = dagGiven(task);
    const grouped = given(task, "task_group");
    const dag = !explicit
      ? dagAround(context)
      : explicit === "elsewhere"
        ? undefined
        : dags.named(explicit, context.scope);
    const value = grouped && grouped !== "elsewhere" ? values.evaluate(grouped, context.scope) : undefined;
    const group = value?.kind === "call" ? groupOfCall.get(value.call) : grouped ? undefined : context.group;
    const { scope, repeated } = context;
    const dagless = !context.open && !dag && !task.made && !explicit;
    const complete = new CollectedTask(task, { scope, dag, dagless, group, repeated }, scriptsOf);
    tasks.push(complete);
    for (const call of calls) if (call) taskOfCall.set(call, complete);
  };

  /** `Op(…)`, `Op.partial(…).expand(…)`, `f(…)`, `f.override(…)(…)`, `f.partial(…).expand(…)` */
  const readCall = (call: Call, statement: Stmt, variable: string | undefined, context: Context): boolean => {
    const callee = unwrap(call.func);
    if (callee.kind === "attribute" && (callee.name === "expand" || callee.name === "expand_kwargs")) {
      const inner = unwrap(callee.value);
      if (inner.kind === "call" && inner.func.kind === "attribute" && inner.func.name === "partial") {
        const flow = flowOf(inner.func.value, context.scope);
        if (flow) {
          addFlow(flow, inner, call, statement, variable, context);
          return true;
        }
        const named = inner.func.value;
        const operator = operatorOf(named, context.scope, values) ?? unknownOperator(inner, named);
        if (operator) {
          addOperator(operator, inner, call, statement, variable, context, named);
          return true;
        }
      }
      const flow = flowOf(callee.value, context.scope);
      if (flow) {
        addFlow(flow, undefined, call, statement, variable, context);
        return true;
      }
      return false;
    }
    if (callee.kind === "attribute" && (callee.name === "partial" || callee.name === "override")) return false;
    const flow = flowOf(call.func, context.scope);
    if (flow) {
      addFlow(flow, call, undefined, statement, variable, context);
      return true;
    }
    const operator = operatorOf(call.func, context.scope, values);
    if (!operator && (readPartial(call, statement, variable, context) || readMade(call, statement, variable, context)))
      return true;
    const shown = operator ?? unknownOperator(call);
    if (!shown) return false;
    addOperator(shown, call, undefined, statement, variable, context, call.func);
    return true;
  };

  /** wait = partial(ExternalTaskSensor, …); wait(external_task_id="load") */
  const readPartial = (call: Call, statement: Stmt, variable: string | undefined, context: Context): boolean => {
    const partial = partialBehind(call, context.scope);
    const [first] = partial?.call.args ?? [];
    if (!partial || first?.form !== "positional") return false;
    const operator = operatorOf(first.value, partial.scope, values);
    if (!operator) return false;
    addOperator(operator, partial.call, undefined, statement, variable, context, first.value, call);
    return true;
  };

  /** from lib.tasks import make_pod; make_pod("load") */
  const readMade = (call: Call, statement: Stmt, variable: string | undefined, context: Context): boolean => {
    const made = madeElsewhere(call, context.scope, values, isOperator, "task");
    if (made) return addMade(made, call, statement, variable, context);
    // Code that a task runs makes no tasks: only what stands in a DAG is followed.
    if (!dagAround(context)) return false;
    let found = false;
    for (const member of membersOf(call, context.scope, values)) {
      const repeated = context.repeated || member.repeated;
      found = addMade(member.made, call, statement, undefined, { ...context, repeated }) || found;
    }
    return found;
  };

  const addMade = (
    made: Made,
    call: Call,
    statement: Stmt,
    variable: string | undefined,
    context: Context,
  ): boolean => {
    const operator = operatorOf(made.call.func, made.scope, made.home);
    if (!operator) return false;
    const homes = new Map(operator.homes);
    for (const one of operator.subclasses) if (!homes.has(one)) homes.set(one, made.home);
    const callable = given({ call: undefined, made, completion: undefined }, "python_callable");
    const value = callable && callable !== "elsewhere" ? values.evaluate(callable, context.scope) : undefined;
    const ownId = given({ call: undefined, made, completion: undefined }, "task_id");
    const id = ownId === "elsewhere" ? keyword(made.call, "task_id") : undefined;
    addTask(
      {
        id: id
          ? knownText(made.values.evaluate(id.value, made.scope))
          : ownId === "elsewhere"
            ? undefined
            : text(ownId, context.scope),
        variable,
        form: "operator",
        mapped: false,
        operator: { ...operator, homes },
        call: undefined,
        made,
        completion: undefined,
        expansion: undefined,
        override: undefined,
        decorator: undefined,
        callable: value && functionOf(value),
        span: made.member ? nameElsewhere(made) : nameSpan(unwrap(call.func)),
        statement,
      },
      // A call that makes several stands for none of them.
      made.member ? [] : [call],
      context,
    );
    return true;
  };

  const addOperator = (
    operator: Operator,
    call: Call,
    expansion: Call | undefined,
    statement: Stmt,
    variable: string | undefined,
    context: Context,
    named: Expr,
    completion?: Call,
  ): void => {
    const callable = (completion && keyword(completion, "python_callable")) ?? keyword(call, "python_callable");
    const value = callable && values.evaluate(callable.value, context.scope);
    const id = (completion && keyword(completion, "task_id")) ?? keyword(call, "task_id");
    addTask(
      {
        id: text(id?.value, context.scope),
        variable,
        form: "operator",
        mapped: expansion !== undefined,
        operator,
        call,
        made: undefined,
        completion,
        expansion,
        override: undefined,
        decorator: undefined,
        callable: value && functionOf(value),
        span: nameSpan(named),
        statement,
      },
      [completion ?? call, expansion],
      context,
    );
  };

  type Flow = {
    readonly definition: FunctionDef;
    readonly operator: Operator;
    readonly decorator: Call | undefined;
    readonly override: Call | undefined;
  };
  const addFlow = (
    flow: Flow,
    call: Call | undefined,
    expansion: Call | undefined,
    statement: Stmt,
    variable: string | undefined,
    context: Context,
  ): void => {
    const id =
      (flow.override && keyword(flow.override, "task_id")) ?? (flow.decorator && keyword(flow.decorator, "task_id"));
    addTask(
      {
        id: id ? text(id.value, context.scope) : flow.definition.name,
        variable,
        form: "taskflow",
        mapped: expansion !== undefined,
        operator: flow.operator,
        call: call ?? expansion,
        made: undefined,
        completion: undefined,
        expansion,
        override: flow.override,
        decorator: flow.decorator,
        callable: flow.definition,
        span: flow.decorator ? nameSpan(flow.decorator.func) : flow.definition.nameSpan,
        statement,
      },
      [call, expansion],
      context,
    );
  };

  /** The TaskFlow function that an expression stands for. */
  const flowOf = (expr: Expr, scope: Scope): Flow | undefined => {
    const callee = unwrap(expr);
    if (callee.kind === "call" && callee.func.kind === "attribute" && callee.func.name === "override") {
      const inner = flowOf(callee.func.value, scope);
      return inner && { ...inner, override: callee };
    }
    if (callee.kind !== "name") return undefined;
    const found = lookup(scope, callee.id, callee.span.start);
    if (!found || found === "unbound" || found.binding.kind !== "function") return undefined;
    const { definition } = found.binding;
    const known = taskFunctions.get(definition) ?? readDecorators(definition, found.scope);
    return known && { definition, ...known, override: undefined };
  };
  const readDecorators = (
    definition: FunctionDef,
    scope: Scope,
  ): { operator: Operator; decorator: Call | undefined } | undefined => {
    for (const one of definition.decorators) {
      const decoration = decorationOf(one.expr, scope);
      if (decoration?.makes !== "task") continue;
      const known = { operator: decoration.operator, decorator: one.expr.kind === "call" ? one.expr : undefined };
      taskFunctions.set(definition, known);
      return known;
    }
    return undefined;
  };

  /** A quick look at what is called: most calls, of builtins, plain functions and methods, make nothing. */
  const mayMake = (call: Call, scope: Scope): boolean => {
    let root = unwrap(call.func);
    if (root.kind === "attribute" && makingMethods.test(root.name)) return true;
    while (root.kind === "attribute") root = unwrap(root.value);
    if (root.kind !== "name" || keyword(call, "task_id")) return true;
    const found = lookup(scope, root.id, root.span.start);
    if (!found || found === "unbound") return names.starImports.length > 0;
    const { binding } = found;
    if (binding.kind === "function") return binding.definition.decorators.length > 0;
    if (binding.kind === "value") {
      const { value } = binding;
      return (
        value.kind === "name" || value.kind === "attribute" || (value.kind === "call" && isPartial(value, found.scope))
      );
    }
    if (binding.kind !== "import") return binding.kind !== "other";
    const qualified = qualifiedName(call.func, scope);
    return qualified === undefined || !isInstalled(qualified) || mayBeMaker(qualified);
  };

  const expressions = (expr: Expr, statement: Stmt, variable: string | undefined, context: Context): void => {
    const whole = unwrap(expr);
    if (whole.kind === "call" && mayMake(whole, context.scope)) {
      if (makesGroup(whole.func, context.scope) && !groupOfCall.has(whole)) addGroup(whole, variable, context);
      else if (!taskOfCall.has(whole)) {
        // x = Op(…).as_teardown(…)
        const marked =
          whole.func.kind === "attribute" && (whole.func.name === "as_teardown" || whole.func.name === "as_setup")
            ? whole.func.value
            : undefined;
        if (!readCall(whole, statement, variable, context) && marked) expressions(marked, statement, variable, context);
      }
    }
    const inside = whole.kind === "comprehension" ? { ...context, repeated: true } : context;
    if (whole.kind === "lambda") return;
    eachPart(whole, (part) => expressions(part, statement, undefined, inside));
  };

  const visit = (statement: Stmt, context: Context): void => {
    const { scope } = context;
    if (statement.kind === "function") {
      visitFunction(statement, context);
      return;
    }
    if (statement.kind === "class") {
      const inside = nowhere(names.scopeOf(statement), true);
      for (const inner of statement.body) visit(inner, inside);
      return;
    }
    if (statement.kind === "with") {
      let inside = context;
      for (const item of statement.items) {
        const value = unwrap(item.value);
        const variable = item.target?.kind === "name" ? item.target.id : undefined;
        if (value.kind === "call" && makesGroup(value.func, scope))
          inside = { ...inside, group: addGroup(value, variable, inside), open: true };
        else {
          const known = values.evaluate(item.value, scope);
          const dag = dags.named(item.value, scope);
          const group = known.kind === "call" ? groupOfCall.get(known.call) : undefined;
          if (dag) inside = { ...inside, dag, group: undefined };
          if (group) inside = { ...inside, group };
          if (!dag) inside = { ...inside, open: true };
          expressions(item.value, statement, undefined, inside);
        }
      }
      for (const inner of statement.body) visit(inner, inside);
      return;
    }
    const variable =
      statement.kind === "assign" && statement.targets[0]?.kind === "name" ? statement.targets[0].id : undefined;
    eachExpression(statement, (expr) => expressions(expr, statement, variable, context));
    const looped = statement.kind === "for" || statement.kind === "while";
    for (const body of bodiesOf(statement)) {
      for (const inner of body) visit(inner, looped ? { ...context, repeated: true } : context);
    }
  };

  const visitFunction = (definition: FunctionDef, context: Context): void => {
    const inner = names.scopeOf(definition);
    let inside = nowhere(inner, true);
    if (context.scope.kind !== "class") inside = { ...inside, function: definition };
    for (const one of definition.decorators) {
      const decoration = decorationOf(one.expr, context.scope);
      const call = one.expr.kind === "call" ? one.expr : undefined;
      if (decoration?.makes === "dag") {
        inside = { ...inside, dag: dags.ofFunction(definition), repeated: false };
      } else if (decoration?.makes === "group") {
        const group: TaskGroup = {
          id: definition.name,
          call,
          variable: undefined,
          parent: context.group,
          dag: dagAround(inside) ?? context.dag,
          span: one.expr.span,
          scope: context.scope,
        };
        groups.push(group);
        groupOfFunction.set(definition, group);
        inside = { ...inside, dag: group.dag, group, repeated: context.repeated };
      } else if (decoration?.makes === "task") {
        readDecorators(definition, context.scope);
        inside = { ...inside, function: undefined };
      }
    }
    for (const statement of definition.body) visit(statement, inside);
  };

  const top = { ...nowhere(names.module, false), open: false };
  for (const statement of module.body) visit(statement, top);

  // A TaskFlow function that nobody calls here is still a task somewhere: its body is checked.
  const called = new Set(tasks.map((one) => one.callable));
  for (const [definition, known] of taskFunctions) {
    if (called.has(definition)) continue;
    const flow: Flow = { definition, ...known, override: undefined };
    addFlow(flow, undefined, undefined, definition, undefined, nowhere(names.module, true));
  }
  return { dags: dags.all, groups, tasks, taskOfCall, groupOfCall, groupOfFunction };
}

const makingMethods = /^(?:expand|expand_kwargs|partial|override|as_setup|as_teardown)$/;

/** A call that names a `task_id` makes a task, even of a class that Tether does not know. */
function unknownOperator(call: Call, named: Expr = call.func): Operator | undefined {
  if (!keyword(call, "task_id")) return undefined;
  const name = lastName(unwrap(named));
  if (name === undefined || /^(__init__|get_task|xcom_pull|xcom_push|get_task_instance|TaskInstance)$/.test(name))
    return undefined;
  return { name, imported: name, known: undefined, subclasses: [] };
}

/** What this file writes for an argument of the operator; `elsewhere`: the function of another file that makes the task decides. */
function given(
  { call, made, completion }: Pick<Task, "call" | "made" | "completion">,
  name: string,
): Expr | "elsewhere" | undefined {
  const own = (completion && keyword(completion, name)) ?? (call && keyword(call, name));
  if (own) return own.value;
  if (!made) return undefined;
  const there = keyword(made.call, name);
  if (there) return made.handedOn(there.value) ?? "elsewhere";
  for (const one of made.call.args) {
    const found = one.form === "double-star" ? made.rest(one.value)?.get(name) : undefined;
    if (found) return found;
  }
  return undefined;
}

function functionOf(value: Value): FunctionDef | undefined {
  return value.kind === "function" && value.definition.kind === "function" && !value.home
    ? value.definition
    : undefined;
}

function isOperator(callee: Expr, scope: Scope, home: Home): boolean {
  return operatorOf(callee, scope, home) !== undefined;
}

/** `Op(dag=…)`, `@task(dag=…)` */
function dagGiven(task: Found): ReturnType<typeof given> {
  const [named] = [task.override, task.decorator].flatMap((one) => (one && keyword(one, "dag")) ?? []);
  return given(task, "dag") ?? named?.value;
}

/** The call here, which stands for the class's name there. */
function nameElsewhere({ at, call, home }: Made): SourceSpan {
  return { ...nameSpan(unwrap(at.func)), elsewhere: { path: home.path, span: nameSpan(unwrap(call.func)) } };
}

function nameSpan(expr: Expr): Expr["span"] {
  return expr.kind === "attribute" ? expr.nameSpan : expr.span;
}
