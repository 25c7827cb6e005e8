/** What whoever may trigger a DAG decides in the texts that its tasks run: `dag_run.conf`, and params without a schema. */
import type { Script } from "../shell/script.ts";
import { givenTo } from "../syntax/callSites.ts";
import { type Hole, sourceSpan } from "../syntax/folded.ts";
import { printed } from "../syntax/jinja.ts";
import { withJinja } from "../syntax/pieces.ts";
import { type Expr, lastName, unwrap } from "../syntax/python.ts";
import { lookup, type Scope } from "../syntax/scope.ts";
import { overlaps } from "../text/span.ts";
import type { DagFile, RemoteCall, Task } from "./dagfile.ts";
import { setsOwnConf } from "./ownConf.ts";
import { dagParamAccepts, paramAccepts } from "./params.ts";
import { airflowMajor } from "./target.ts";

/** One value that a user decides. */
export type UserInput = {
  /** For a message: `dag_run.conf['table']`, `params.table`. */
  readonly shown: string;
  readonly from: "dag_run.conf" | "params";
  /** The key; undefined when all of `dag_run.conf` is meant. */
  readonly key: string | undefined;
};

/** A value that a user decides, at a hole of a text. */
export type InputHole = { readonly input: UserInput; readonly hole: Hole };

const words = /\bdag_run\b|\bparams\b/;

/** The Jinja expressions of a task's text that print what a user decides; none that passes one of the `safe` filters. */
export function templateInputs(file: DagFile, task: Task, script: Script, safe: readonly string[]): InputHole[] {
  const { text, holes } = script.folded;
  if (!words.test(text)) return [];
  const tags = holes.filter((one) => one.kind === "jinja-statement").map((one) => text.slice(one.start, one.end));
  const named = assigned(tags);
  const tests = tags.filter((one) => /^\{%-?\s*(?:el)?if\b/.test(one)).join("\n");
  return holes.flatMap((hole): InputHole[] => {
    if (hole.kind !== "jinja-expression" || inComment(text, hole.start)) return [];
    const input = firstInput(text.slice(hole.start, hole.end), named, safe);
    if (!input || !isOpen(file, task, input) || isTested(tests, input)) return [];
    return [{ input, hole }];
  });
}

/**
 * The Jinja holes of a text in task code that came in by `op_kwargs`, `op_args` or an argument, which Airflow renders;
 * a template that stands in the code itself stays as it is.
 */
export function renderedHoles({ call, function: code }: RemoteCall, script: Script): Hole[] {
  const folded = withJinja(script.folded);
  const own = code?.span ?? call.span;
  return folded.holes.filter((one) => one.kind === "jinja-expression" && !overlaps(own, sourceSpan(folded, one)));
}

/** What a user decides in such a text. */
export function renderedInputs(
  file: DagFile,
  task: Task,
  call: RemoteCall,
  script: Script,
  safe: readonly string[],
): InputHole[] {
  const holes = renderedHoles(call, script);
  if (holes.length === 0) return [];
  return templateInputs(file, task, { ...script, folded: { ...script.folded, holes } }, safe);
}

/** `{% set table = dag_run.conf.table %}`, `{% for file in params.files %}`: the names and what they come from. */
function assigned(tags: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const tag of tags) {
    const [, , name, value] =
      /^\{%-?\s*(set\s+(\w+)\s*=|for\s+(?:\w+)\s+in\s)([\s\S]*?)-?%\}$/.exec(
        tag.replace(/for\s+(\w+)\s+in\s/, "set $1 ="),
      ) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return found;
}

// Jinja's own filters and Airflow's that hand a text on, or a part of it. `tojson` keeps `$(…)`; `e` keeps `;` and `|`.
const handingOn =
  /^(?:default|d|string|trim|upper|lower|title|capitalize|replace|join|first|last|safe|indent|truncate|list|sort|unique|reverse|tojson|e|escape|forceescape|format|wordwrap|striptags|center|ds|ts|items|batch|slice|random)$/;

/** Whether what is special to a shell comes through these filters. */
export function keepsSigns(filters: readonly string[], safe: readonly string[]): boolean {
  return filters.every((one) => handingOn.test(one) && !safe.includes(one));
}

function firstInput(
  expression: string,
  named: ReadonlyMap<string, string>,
  safe: readonly string[],
  depth = 0,
): UserInput | undefined {
  if (depth > 4) return undefined;
  for (const { value, filters } of printed(expression)) {
    if (!keepsSigns(filters, safe)) continue;
    const direct = inputOf(value);
    if (direct) return direct;
    const name = /^(\w+)/.exec(value)?.[1] ?? "";
    const source = named.get(name);
    const through =
      source !== undefined && /^\w+(?:\.\w+|\[[^\]]*\])*$/.test(value)
        ? firstInput(source, named, safe, depth + 1)
        : undefined;
    if (through) return through;
  }
  return undefined;
}

const key = String.raw`(?:\.get\(\s*['"]([^'"]+)['"](?:\s*,[^()]*)?\)|\[\s*['"]([^'"]+)['"]\s*\]|\.(?!get\b|keys\b|items\b|values\b)(\w+)(?!\w*\())`;
const conf = new RegExp(
  String.raw`^\(?(?:(?:ti|task_instance)\.)?dag_run(?:\.conf|\[['"]conf['"]\])(?:\s+or\s+\{\}\))?${key}?(?:[.[]|$)`,
);
const param = new RegExp(`^params${key}(?:[.[]|$)`);
// A method that keeps the text: `.split(',')[0]`, `.strip()`. Anything that asks, counts or compares does not print it.
const asking =
  /\.(?:is\w+|startswith|endswith|count|find|index|__len__)\(|[=!<>]=|[<>]|\s(?:in|is|not)\s|^not\s|[-*/%]\s*\d/;

function inputOf(value: string): UserInput | undefined {
  if (asking.test(value)) return undefined;
  const [, a, b, c] = conf.exec(value) ?? [undefined, undefined];
  if (conf.test(value)) {
    const name = a ?? b ?? c;
    return { shown: name === undefined ? "dag_run.conf" : `dag_run.conf['${name}']`, from: "dag_run.conf", key: name };
  }
  const [, d, e, f] = param.exec(value) ?? [];
  const name = d ?? e ?? f;
  return name === undefined ? undefined : { shown: `params.${name}`, from: "params", key: name };
}

/** Whether Airflow lets any text through. Before 2.0, `dag_run.conf` did not override params. */
export function isOpen(file: DagFile, task: Task, input: UserInput): boolean {
  if (input.from === "params") {
    // Old import paths live on in Airflow 2; Param came with it.
    const old = airflowMajor(file.project.target) < 2 && !/\bParam\(/.test(file.text);
    if (old || input.key === undefined) return false;
    const accepts = paramAccepts(file, task, input.key);
    return accepts === "text" || accepts === "undeclared";
  }
  return (
    input.key === undefined || (dagParamAccepts(file, task, input.key) !== "checked" && !setsOwnConf(file, input.key))
  );
}

/** `{% if params.env in ['dev', 'prod'] %}`: the text itself looks at the value. */
function isTested(tests: string, { key }: UserInput): boolean {
  return key !== undefined && new RegExp(String.raw`\b${key}\b['"\])]*\s*(?:in\b|==|is\b)`).test(tests);
}

/** The line is a shell comment. */
export function inComment(text: string, offset: number): boolean {
  return /^[ \t]*#/.test(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset));
}

/** The value that a user decides and that an expression of task code hands on as text; undefined when it is none, or checked. */
export function codeInput(file: DagFile, expr: Expr, scope: Scope, depth = 0): UserInput | undefined {
  if (depth > 8) return undefined;
  const again = (one: Expr): UserInput | undefined => codeInput(file, one, scope, depth + 1);
  const value = unwrap(expr);
  switch (value.kind) {
    case "name": {
      const found = lookup(scope, value.id, value.span.start);
      if (!found || found === "unbound") return undefined;
      if (found.binding.kind === "other" && found.binding.reason === "parameter") {
        if (value.id === "params") return { shown: "params", from: "params", key: undefined };
        return isChecked(file, value.id, found.scope) ? undefined : fromCallers(file, value.id, found.scope, depth);
      }
      if (found.binding.kind !== "value" || isChecked(file, value.id, found.scope)) return undefined;
      return codeInput(file, found.binding.value, found.scope, depth + 1);
    }
    case "attribute":
      if (value.name === "conf" && isDagRun(value.value, scope))
        return { shown: "dag_run.conf", from: "dag_run.conf", key: undefined };
      return undefined;
    case "subscript": {
      const [index] = value.indices;
      const text = index ? textOf(index) : undefined;
      if (text === "params" && isContext(value.value)) return { shown: "params", from: "params", key: undefined };
      return keyed(again(value.value), text);
    }
    case "call":
      return ofCall(
        value.func,
        value.args.map((one) => one.value),
        again,
      );
    case "string":
      return firstOf(
        value.literals.flatMap((one) => one.parts).map((one) => (one.kind === "hole" ? again(one.expr) : undefined)),
      );
    case "binary":
      return /^(?:\+|%|or|and)$/.test(value.operator) ? (again(value.left) ?? again(value.right)) : undefined;
    case "conditional":
      return again(value.whenTrue) ?? again(value.whenFalse);
    case "tuple":
    case "list":
      return firstOf(value.items.map(again));
    default:
      return undefined;
  }
}

const mostCallers = 8;

/** What a function's own callers give to a parameter. */
function fromCallers(file: DagFile, name: string, { owner }: Scope, depth: number): UserInput | undefined {
  if (!("nameSpan" in owner) || !("parameters" in owner)) return undefined;
  const sites = file.values.sitesOf(owner)?.slice(0, mostCallers) ?? [];
  return firstOf(
    sites.map((site) => {
      const given = givenTo(owner, name, site);
      return given && given !== "default" ? codeInput(file, given, site.scope, depth + 1) : undefined;
    }),
  );
}

/** Functions that keep a text, or a part of it. */
const textFunctions = /^(?:str|repr|urljoin|dirname|basename|normpath|abspath|expanduser|fspath|Path|PurePosixPath)$/;
const textMethods =
  /^(?:strip|lstrip|rstrip|lower|upper|replace|format|join|title|split|removeprefix|removesuffix|encode|decode)$/;

function ofCall(func: Expr, args: readonly Expr[], again: (one: Expr) => UserInput | undefined): UserInput | undefined {
  if (textFunctions.test(lastName(func) ?? "")) return firstOf(args.map(again));
  if (func.kind !== "attribute") return undefined;
  const owner = again(func.value);
  const [first] = args;
  if (func.name === "get") return keyed(owner, first && textOf(first));
  if (!textMethods.test(func.name)) return undefined;
  return owner ?? (func.name === "format" || func.name === "join" ? firstOf(args.map(again)) : undefined);
}

function firstOf(found: readonly (UserInput | undefined)[]): UserInput | undefined {
  return found.find((one) => one !== undefined);
}

function keyed(owner: UserInput | undefined, name: string | undefined): UserInput | undefined {
  if (!owner || owner.key !== undefined) return owner;
  if (name === undefined) return undefined;
  return { ...owner, key: name, shown: `${owner.from}['${name}']` };
}

function textOf(expr: Expr): string | undefined {
  const value = unwrap(expr);
  const [only, ...more] = value.kind === "string" ? value.literals.flatMap((one) => one.parts) : [];
  return only?.kind === "text" && more.length === 0 ? only.value : undefined;
}

/** `dag_run`, `context["dag_run"]`, `kwargs.get("dag_run")`, `ti.dag_run` */
function isDagRun(expr: Expr, scope: Scope, depth = 0): boolean {
  const value = unwrap(expr);
  if (depth > 4) return false;
  if (value.kind === "attribute") return value.name === "dag_run";
  if (value.kind === "subscript") return value.indices.some((one) => textOf(one) === "dag_run");
  if (value.kind === "call")
    return lastName(value.func) === "get" && value.args[0] !== undefined && textOf(value.args[0].value) === "dag_run";
  if (value.kind !== "name") return false;
  const found = lookup(scope, value.id, value.span.start);
  if (found && found !== "unbound" && found.binding.kind === "value")
    return isDagRun(found.binding.value, found.scope, depth + 1);
  return value.id === "dag_run";
}

/** `context["params"]`, `kwargs["params"]`, `get_current_context()["params"]` */
function isContext(expr: Expr): boolean {
  const value = unwrap(expr);
  if (value.kind === "call") return lastName(value.func) === "get_current_context";
  return value.kind === "name" && /^(?:context|kwargs|ctx|_?context|ti_context)$/.test(value.id);
}

/** Whether the code around a name looks at its value first: `if table not in TABLES: raise …`, `re.fullmatch(…, table)`. */
export function isChecked(file: DagFile, name: string, scope: Scope): boolean {
  const { owner } = scope;
  const source = "span" in owner ? file.text.slice(owner.span.start, owner.span.end) : file.text;
  return new RegExp(
    String.raw`(?<!for\s)\b${name}\b\s+(?:not\s+)?in\b|match\([^\n]*\b${name}\b|\b${name}\.is\w+\(|\b(?:int|float|UUID|quote|valid\w*|check(?!_(?:call|output)\b)\w*)\([^\n]*\b${name}\b`,
  ).test(source);
}
