/** Which values in task code come from outside of the author's hands: other tasks, callers, files, answers. */
import { type Expr, type FunctionDef, keyword, lastName, type Parameter, unwrap } from "../syntax/python.ts";
import { type Found, lookup, type Scope } from "../syntax/scope.ts";
import type { Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { DagFile, RemoteCall, Task } from "./dagfile.ts";
import { isChecked } from "./userInput.ts";
import { writtenCall } from "./written.ts";

/** Where an expression stands: in the code of this call. */
type Place = { readonly file: DagFile; readonly call: RemoteCall; readonly scope: Scope; readonly depth: number };

/**
 * Whether an expression of a call's text holds data that the run decides: a task's argument that is no constant, another
 * task's result, rows, answers, file names. False too for what cannot be told.
 */
export function isRunData(file: DagFile, call: RemoteCall, expr: Expr): boolean {
  return holds(expr, { file, call, scope: call.scope, depth: 0 });
}

function holds(expr: Expr, place: Place): boolean {
  if (place.depth > 8) return false;
  const again = (one: Expr): boolean => holds(one, { ...place, depth: place.depth + 1 });
  const value = unwrap(expr);
  switch (value.kind) {
    case "name":
      return nameHolds(value.id, lookup(place.scope, value.id, value.span.start), place);
    case "attribute":
      return !numeric.test(value.name) && again(value.value);
    case "subscript": {
      const [index] = value.indices;
      const key =
        index?.kind === "string"
          ? place.file.text.slice(index.span.start, index.span.end).replace(/^\W+|\W+$/g, "")
          : undefined;
      return !(key !== undefined && numeric.test(key)) && again(value.value);
    }
    case "call": {
      const name = lastName(value.func) ?? "";
      if (giving.test(name)) return true;
      if (name === "str" || name === "repr") return value.args.some((one) => again(one.value));
      if (value.func.kind !== "attribute" || !keeping.test(name)) return false;
      return again(value.func.value) || (name === "join" && value.args.some((one) => again(one.value)));
    }
    case "string":
      return value.literals.some((one) =>
        one.parts.some((part) => part.kind === "hole" && !part.formatted && again(part.expr)),
      );
    case "binary":
      return /^(?:\+|%|or|and)$/.test(value.operator) && (again(value.left) || again(value.right));
    case "conditional":
      return again(value.whenTrue) || again(value.whenFalse);
    case "await":
      return value.value !== undefined && again(value.value);
    case "tuple":
    case "list":
      return value.items.some(again);
    default:
      return false;
  }
}

/** Names of numbers and dates, by what people call them. */
const numeric =
  /^(?:\w+_)?(?:pid|port|count|year|month|day|hour|minute|size|index|num|number|n|date|ts|timestamp|seconds|timeout|ds|ds_nodash|ts_nodash|logical_date|execution_date|run_id|try_number|map_index|ti|task_instance|dag|conf|dag_run|params)$/i;
/** Calls whose answer the run decides. */
const giving =
  /^(?:xcom_pull|json|fetchone|fetchall|fetchmany|get_records|get_first|get_pandas_df|iterrows|itertuples|listdir|scandir|iterdir|r?glob|iglob|namelist|getnames|getmembers|infolist|readlines?|list_keys|get_job_variables)$/;
/** Methods that hand on what they are called on. */
const keeping =
  /^(?:get|strip|lstrip|rstrip|lower|upper|replace|format|join|title|split|removeprefix|removesuffix|decode|items|values|pop|read)$/;

function nameHolds(id: string, found: Found | "unbound" | undefined, place: Place): boolean {
  if (!found || found === "unbound" || /^_*[A-Z][A-Z0-9_]*$/.test(id) || numeric.test(id)) return false;
  const { binding, scope } = found;
  const { file, depth } = place;
  if (isChecked(file, id, scope)) return false;
  if (binding.kind === "value") return holds(binding.value, { ...place, scope, depth: depth + 1 });
  if (binding.kind !== "other") return false;
  if (binding.reason === "loop") {
    const source = binding.item?.source ?? binding.value;
    return source !== undefined && holds(source, { ...place, scope, depth: depth + 1 });
  }
  if (binding.reason !== "parameter" || !("parameters" in scope.owner) || !("nameSpan" in scope.owner)) return false;
  const { owner } = scope;
  const parameter = owner.parameters.find((one) => one.name === id);
  return parameter !== undefined && parameterHolds(place, owner, parameter);
}

/** A parameter of a task's own function, when some task gives it what the run decides. */
function parameterHolds({ file, call }: Place, owner: FunctionDef, parameter: Parameter): boolean {
  if (parameter.form !== "plain") return false;
  const { annotation } = parameter;
  const type = annotation && file.text.slice(annotation.span.start, annotation.span.end);
  if (type !== undefined && !/\b(?:str|[Aa]ny|[Ll]ist|[Dd]ict)\b/.test(type)) return false;
  return call.tasks.some((task) => task.callable === owner && givesRunData(file, task, owner, parameter));
}

function givesRunData(file: DagFile, task: Task, owner: FunctionDef, { name }: Parameter): boolean {
  const at = owner.parameters.findIndex((one) => one.name === name);
  if (task.form === "taskflow") {
    if (task.expansion && keyword(task.expansion, name)) return true;
    const positional = task.call?.args.filter((one) => one.form === "positional")[at];
    const given = (task.call && keyword(task.call, name)) ?? positional;
    return (
      given !== undefined &&
      (isOutput(file, given.value, task.scope) || isTemplate(file.values.evaluate(given.value, task.scope)))
    );
  }
  if (task.expansion && (keyword(task.expansion, "op_kwargs") || keyword(task.expansion, "op_args"))) return true;
  const named = argument(file, task, "op_kwargs");
  const listed = argument(file, task, "op_args");
  const entry =
    typeof named === "object" && named.resolved.kind === "dict"
      ? named.resolved.entries.findLast((one) => one.key === name)?.value
      : undefined;
  const item = typeof listed === "object" && listed.resolved.kind === "list" ? listed.resolved.items[at] : undefined;
  const given = entry ?? item;
  return given !== undefined && (isTemplate(given) || isOutput(file, given.expr, task.scope));
}

/** "{{ ti.xcom_pull('list') }}", "{{ dag_run.conf['table'] }}" */
function isTemplate(value: Value): boolean {
  return value.kind === "string" && /\{\{[^}]*\b(?:xcom_pull|conf|params)\b/.test(value.folded.text);
}

/** `extract()`, `extract()["path"]`, `extract.output`: another task's result. */
function isOutput(file: DagFile, expr: Expr, scope: Scope, depth = 0): boolean {
  const value = unwrap(expr);
  if (depth > 6) return false;
  if (value.kind === "subscript") return isOutput(file, value.value, scope, depth + 1);
  if (value.kind === "attribute") return value.name === "output";
  if (value.kind === "name") {
    const found = lookup(scope, value.id, value.span.start);
    if (!found || found === "unbound") return false;
    if (found.binding.kind === "value") return isOutput(file, found.binding.value, found.scope, depth + 1);
    // @dag def load(table: str = "orders"): its parameters are the DAG's params.
    const { owner } = found.scope;
    const given = found.binding.kind === "other" && found.binding.reason === "parameter";
    return (
      given && "decorators" in owner && owner.decorators.some((one) => /(?:^|\.)dag\b/.test(decoratorText(file, one)))
    );
  }
  return value.kind === "call" && file.tasks.some((task) => task.call === value || writtenCall(task) === value);
}

function decoratorText(file: DagFile, { expr }: { readonly expr: Expr }): string {
  return file.text.slice(expr.span.start, expr.span.end).replace(/\([\s\S]*$/, "");
}
