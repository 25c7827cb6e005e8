/** The effective arguments of a task, each with where it comes from. */

import type { Evaluator } from "../syntax/evaluator.ts";
import { seenFrom } from "../syntax/foreign.ts";
import { Kept } from "../syntax/kept.ts";
import type { Call, CallArgument, ClassDef, Expr, FunctionDef } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import type { DictEntry, Home, Value } from "../syntax/value.ts";
import type { SourceSpan, Span } from "../text/span.ts";
import { isSetLater } from "./attributes.ts";
import type { BareTask } from "./collectedTask.ts";
import type { Argument, Dag, DagFile, Lookup, Origin, TaskGroup } from "./dagfile.ts";
import type { Made } from "./factories.ts";
import { attributesSetIn } from "./kinds.ts";

/** The file's parts that looking up an argument needs; before the whole `DagFile` is there, what is set later is not seen. */
export type Arguments = { readonly values: Evaluator } | DagFile;

type Layer = { readonly origin: Origin; readonly entries: readonly Argument[]; readonly complete: boolean };

/**
 * The argument that reaches the operator under this name, from the nearest place that gives it.
 * `unknown`: some nearer place could not be read, so neither its presence nor its absence may be concluded; or the
 * attribute of the same name is set when the task is there: `wait.poke_interval = 10`.
 */
export function argument(file: Arguments, task: BareTask, name: string): Lookup {
  if ("results" in file && isSetLater(file, task, name)) return "unknown";
  const known = answers.of(task);
  let answer = known.get(name);
  if (answer === undefined) {
    answer = nearest(layers.of(task, file), name);
    known.set(name, answer);
  }
  return answer;
}

/** Many rules ask every task for the same few arguments. */
const answers = new Kept((_: BareTask) => new Map<string, Lookup>());

function nearest(layers: readonly Layer[], name: string): Lookup {
  for (const layer of layers) {
    const found = layer.entries.findLast((one) => one.name === name);
    if (found) return found;
    if (!layer.complete) return "unknown";
  }
  return "absent";
}

/** The argument that would reach the operator under the same name if the place that gives `found` did not give it. */
export function argumentBehind(file: Arguments, task: BareTask, found: Argument): Lookup {
  let behind = false;
  for (const layer of layers.of(task, file)) {
    const own = layer.entries.findLast((one) => one.name === found.name);
    if (behind && own) return own;
    behind ||= own?.span.start === found.span.start;
    if (behind && !layer.complete) return "unknown";
  }
  return "absent";
}

/** Every argument that reaches the operator, nearest place first, each name once. */
export function argumentsOf(
  file: Arguments,
  task: BareTask,
): { readonly found: readonly Argument[]; readonly complete: boolean } {
  const found = new Map<string, Argument>();
  let complete = true;
  for (const layer of layers.of(task, file)) {
    for (const one of layer.entries.toReversed()) if (!found.has(one.name)) found.set(one.name, one);
    complete &&= layer.complete;
  }
  return { found: [...found.values()], complete };
}

/** The values that an argument takes: one a round of a loop around the task, one a task of `.expand(bash_command=[…])`. */
export function valuesGiven(
  values: Evaluator,
  task: BareTask,
  { value, resolved, origin }: Argument,
): readonly Value[] {
  if (origin === "call" || origin === "partial") return values.variants(value, task.scope);
  const mapped = origin === "expand" ? values.evaluate(value, task.scope) : undefined;
  return mapped?.kind === "list" ? mapped.items : [resolved];
}

/** Every rule asks for some argument of every task: its layers are read once. */
const layers = new Kept(readLayers);

function readLayers(task: BareTask, file: Arguments): readonly Layer[] {
  const read: Layer[] = [];
  const { scope } = task;
  if (task.form === "taskflow") {
    if (task.override) read.push(callLayer(file, task.override, scope, "override"));
    if (task.decorator) read.push(callLayer(file, task.decorator, scope, "decorator"));
  } else {
    if (task.expansion) read.push(expansionLayer(file, task.expansion, scope));
    if (task.completion) read.push(callLayer(file, task.completion, scope, "call"));
    if (task.call) read.push(callLayer(file, task.call, scope, task.mapped || task.completion ? "partial" : "call"));
    if (task.made) read.push(madeLayer(file, task.made, scope));
    for (const one of task.operator.subclasses) {
      const home = task.operator.homes?.get(one);
      read.push(home ? layerSeenFrom(home, classLayer(home, one), task) : classLayer(file.values, one));
    }
  }
  const own = firstOf(read, "default_args");
  if (own) read.push(dictLayer(own.resolved, "default_args"));
  for (let group: TaskGroup | undefined = task.group; group; group = group.parent) {
    const layer = groupLayers.of(group, file);
    if (layer) read.push(layer);
  }
  read.push(task.dag ? dagLayers.of(task.dag, file) : { origin: "default_args", entries: [], complete: task.dagless });
  return read;
}

function firstOf(read: readonly Layer[], name: string): Argument | undefined {
  for (const { entries } of read) {
    const found = entries.find((one) => one.name === name);
    if (found) return found;
  }
  return undefined;
}

/** All tasks of a DAG share it. */
const dagLayers = new Kept(readDagLayer);

function readDagLayer(dag: Dag, file: Arguments): Layer {
  const shared = dag.made
    ? defaultsOf(file, madeLayer(file, dag.made, dag.scope), dag.scope, "default_args")
    : dag.call && defaultArguments(file, dag.call, dag.scope, "default_args");
  return shared ?? { origin: "default_args", entries: [], complete: true };
}

const groupLayers = new Kept(
  ({ call, scope }: TaskGroup, file: Arguments) => call && defaultArguments(file, call, scope, "group"),
);

/** `default_args=` of a DAG or task group. */
function defaultArguments(file: Arguments, call: Call, scope: Scope, origin: Origin): Layer | undefined {
  return defaultsOf(file, callLayer(file, call, scope, origin), scope, origin);
}

function defaultsOf(file: Arguments, layer: Layer, scope: Scope, origin: Origin): Layer | undefined {
  const given = layer.entries.findLast((one) => one.name === "default_args");
  if (given) return dictLayer(known(file, given, scope), origin);
  return layer.complete ? undefined : { origin, entries: [], complete: false };
}

/** `default_args` of a DAG factory: what its callers give differently is unknown, and no name beside theirs is there. */
function known({ values }: Arguments, { value, resolved }: Argument, scope: Scope): Value {
  if (resolved.kind !== "unknown") return resolved;
  const all = values.variants(value, scope);
  const dicts = all.filter((one) => one.kind === "dict");
  if (dicts.length < all.length) return resolved;
  const entries = dicts
    .flatMap((one) => one.entries)
    .map((one): DictEntry => ({ ...one, value: { kind: "unknown", expr: one.value.expr } }));
  return { kind: "dict", entries, complete: dicts.every((one) => one.complete), expr: value };
}

function callLayer(file: Arguments, call: Call, scope: Scope, origin: Origin): Layer {
  const entries: Argument[] = [];
  let complete = true;
  for (const one of call.args) {
    if (one.form === "keyword" && one.name !== undefined) {
      entries.push(new Written(file.values, scope, one.name, one, origin, call));
    } else if (one.form === "double-star") {
      const layer = dictLayer(file.values.evaluate(one.value, scope), origin);
      entries.push(...layer.entries);
      complete &&= layer.complete;
    } else if (one.form === "star") complete = false;
  }
  return { origin, entries, complete };
}

/** A keyword as written; its value is worked out when somebody asks for it, and most are only looked for. */
class Written implements Argument {
  readonly name: string;
  readonly value: Expr;
  readonly span: Span;
  readonly origin: Origin;
  readonly call: Call;
  readonly #values: Evaluator;
  readonly #scope: Scope;

  constructor(values: Evaluator, scope: Scope, name: string, given: CallArgument, origin: Origin, call: Call) {
    this.name = name;
    this.value = given.value;
    this.span = given.span;
    this.origin = origin;
    this.call = call;
    this.#values = values;
    this.#scope = scope;
  }

  get resolved(): Value {
    return this.#values.evaluate(this.value, this.#scope);
  }
}

/** `.expand(command=[…])`: each name varies, so its value is unknown; `.expand_kwargs(…)` may give any name. */
function expansionLayer(file: Arguments, call: Call, scope: Scope): Layer {
  const layer = callLayer(file, call, scope, "expand");
  const varies = (value: Expr): Value => ({ kind: "unknown", expr: value });
  const entries = layer.entries.map(
    ({ name, value, span, origin }): Argument => ({ name, value, resolved: varies(value), span, origin, call }),
  );
  const byKeyword = call.func.kind === "attribute" && call.func.name === "expand";
  return { origin: "expand", entries, complete: layer.complete && byKeyword };
}

function dictLayer(value: Value, origin: Origin): Layer {
  if (value.kind === "none") return { origin, entries: [], complete: true };
  if (value.kind !== "dict") return { origin, entries: [], complete: false };
  const entries = value.entries.map(
    (one: DictEntry): Argument => ({
      name: one.key,
      value: one.value.expr,
      resolved: one.value,
      span: one.span,
      origin,
      call: undefined,
    }),
  );
  return { origin, entries, complete: value.complete };
}

/** class Remote(SSHOperator): def __init__(self, **kwargs): super().__init__(cmd_timeout=60, **kwargs) */
function classLayer(values: Pick<Evaluator, "names" | "evaluate">, definition: ClassDef): Layer {
  const init = definition.body.find((one) => one.kind === "function" && one.name === "__init__");
  const execute = definition.body.find((one) => one.kind === "function" && one.name === "execute");
  // What `execute` sets before it calls the class's own is the last word.
  const late = execute?.kind === "function" ? ownAttributes(execute) : [];
  if (init?.kind !== "function") return { origin: "class", entries: late, complete: true };
  const scope = values.names.scopeOf(init);
  const entries: Argument[] = [];
  let called = false;
  let complete = true;
  walkStatements(init.body, (statement) => {
    for (const expr of expressionsOf(statement)) {
      walkExpr(expr, (one) => {
        if (one.kind !== "call" || one.func.kind !== "attribute" || one.func.name !== "__init__") return true;
        called = true;
        for (const given of one.args) {
          if (given.form === "keyword" && given.name !== undefined) {
            entries.push({
              name: given.name,
              value: given.value,
              resolved: values.evaluate(passedOn(init, given.name, given.value) ?? given.value, scope),
              span: given.span,
              origin: "class",
              call: one,
            });
          } else if (
            given.form === "double-star" &&
            !(
              given.value.kind === "name" &&
              init.parameters.some(
                (p) => p.form === "double-star" && given.value.kind === "name" && p.name === given.value.id,
              )
            )
          ) {
            complete = false;
          }
        }
        return true;
      });
    }
    return true;
  });
  // kwargs.setdefault(…), kwargs["x"] = …: the class decides in ways that are not read.
  const rest = init.parameters.find((one) => one.form === "double-star");
  if (rest && (values.names.mutated.has(rest.name) || values.names.keysSet.has(rest.name))) complete = false;
  entries.unshift(...ownParameters(init), ...ownAttributes(init));
  entries.push(...late);
  return { origin: "class", entries, complete: complete && called };
}

/**
 * The arguments of a call in a function of another file: what this file gives for them stands here, what that function
 * decides is shown at its call here.
 */
function madeLayer(file: Arguments, made: Made, scope: Scope): Layer {
  const { at, path, home, call, values } = made;
  const shown = made.member ? { ...at.func, span: memberSpan(made) } : at.func;
  const entries: Argument[] = [];
  let complete = true;
  const here = (name: string, value: Expr): void => {
    const resolved = file.values.evaluate(value, scope);
    entries.push({ name, value, resolved, span: value.span, origin: "class", call: undefined });
  };
  const there = (name: string, value: Value, span: Span): void => {
    const resolved = seenFrom(value, home, path, shown);
    const place: SourceSpan = { ...shown.span, elsewhere: { path: home.path, span } };
    entries.push({ name, value: shown, resolved, span: place, origin: "class", call: undefined });
  };
  for (const one of call.args) {
    if (one.form === "keyword" && one.name !== undefined) {
      const own = made.handedOn(one.value);
      if (own) here(one.name, own);
      else there(one.name, values.evaluate(one.value, made.scope), one.span);
    } else if (one.form === "double-star") {
      const rest = made.rest(one.value);
      const value = rest ? undefined : values.evaluate(one.value, made.scope);
      for (const [name, own] of rest ?? []) here(name, own);
      if (value?.kind === "dict") for (const entry of value.entries) there(entry.key, entry.value, entry.span);
      if (value) complete &&= value.kind === "dict" && value.complete;
    } else if (one.form === "star") complete = false;
  }
  return { origin: "class", entries, complete };
}

/** The call here, as the place of the one call there: others of the same function are told apart by it. */
function memberSpan({ at, call, home }: Made): SourceSpan {
  return { ...at.func.span, elsewhere: { path: home.path, span: call.func.span } };
}

/** What this file or another one gives under a name to the call that makes a DAG; `unknown`: it may be given. */
export function dagArgument(
  file: Arguments,
  { call, made, scope }: Dag,
  name: string,
): Argument | "absent" | "unknown" {
  if (!call && !made) return "absent";
  const layer = made ? madeLayer(file, made, scope) : call ? callLayer(file, call, scope, "call") : undefined;
  const found = layer?.entries.findLast((one) => one.name === name);
  return found ?? (layer?.complete === false ? "unknown" : "absent");
}

/** What a class of another file decides, shown at the call here. */
function layerSeenFrom(home: Home, layer: Layer, task: BareTask): Layer {
  const { made } = task;
  const shown = task.call?.func ?? (made?.member ? { ...made.at.func, span: memberSpan(made) } : made?.at.func);
  if (!shown) return { origin: "class", entries: [], complete: false };
  const entries = layer.entries.map(
    ({ name, resolved }): Argument => ({
      name,
      value: shown,
      resolved: seenFrom(resolved, home, "", shown),
      span: shown.span,
      origin: "class",
      call: undefined,
    }),
  );
  return { ...layer, entries };
}

/** def __init__(self, timeout=60, **kwargs): super().__init__(timeout=timeout, **kwargs) */
function passedOn(init: FunctionDef, name: string, value: Expr): Expr | undefined {
  if (value.kind !== "name" || value.id !== name) return undefined;
  let rebound = false;
  walkStatements(init.body, (one) => {
    const targets = one.kind === "assign" ? one.targets : one.kind === "augmented-assign" ? [one.target] : [];
    rebound ||= targets.some((target) => target.kind === "name" && target.id === name);
    return true;
  });
  return rebound ? undefined : init.parameters.find((one) => one.form === "plain" && one.name === name)?.default;
}

/** def __init__(self, cmd_timeout=60, **kwargs): whatever it does with the parameter, the name is the class's business. */
function ownParameters(init: FunctionDef): Argument[] {
  return init.parameters.flatMap((one, index): Argument[] => {
    const named = one.form !== "star" && one.form !== "double-star" && index > 0;
    if (!named || !one.default) return [];
    return [decidedByClass(one.name, one.default)];
  });
}

/** self.timeout = 60 */
function ownAttributes(method: FunctionDef): Argument[] {
  return attributesSetIn(method).map((one) => decidedByClass(one.name, one));
}

function decidedByClass(name: string, value: Expr): Argument {
  return {
    name,
    value,
    resolved: { kind: "unknown", expr: value },
    span: value.span,
    origin: "class",
    call: undefined,
  };
}
