/** Which class a call makes a task of: through imports, aliases and subclasses of the file. */
import { findClass } from "../catalog/index.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import { plainSensor } from "../catalog/sensors.ts";
import type { Evaluator } from "../syntax/evaluator.ts";
import { qualifiedName } from "../syntax/names.ts";
import { type Expr, lastName, unwrap } from "../syntax/python.ts";
import type { Names, Scope } from "../syntax/scope.ts";
import type { Operator } from "./dagfile.ts";

const deepest = 8;

/** The values of the file that an expression stands in. */
type Values = Pick<Evaluator, "names" | "evaluate">;

/** The catalogue's class behind an expression, star imports tried in turn (the last import wins). */
function classOf(
  expr: Expr,
  scope: Scope,
  names: Names,
): { imported: string; known: OperatorClass | undefined } | undefined {
  const qualified = qualifiedName(expr, scope);
  if (qualified === undefined) return undefined;
  if (!qualified.startsWith("builtins."))
    return { imported: qualified, known: findClass(qualified) ?? plainSensor(qualified) };
  const name = qualified.slice("builtins.".length);
  for (const module of names.starImports.toReversed()) {
    const known = findClass(`${module}.${name}`);
    if (known) return { imported: `${module}.${name}`, known };
  }
  return undefined;
}

/**
 * The operator that calling `expr` makes a task of; undefined when it is not a known operator, sensor or subclass of one.
 * Subclasses of the project are followed to the class that they extend, from file to file.
 */
export function operatorOf(expr: Expr, scope: Scope, values: Values, depth = 0): Operator | undefined {
  const callee = unwrap(expr);
  const name = lastName(callee);
  if (name === undefined || depth > deepest) return undefined;
  const found = classOf(callee, scope, values.names);
  if (found?.known) {
    const { known } = found;
    if (known.kind !== "operator" && known.kind !== "sensor") return undefined;
    return { name, imported: found.imported, known, subclasses: [] };
  }
  if (callee.kind !== "name" && callee.kind !== "attribute") return undefined;
  const value = values.evaluate(callee, scope);
  if (value.kind !== "class") return undefined;
  const { definition, home } = value;
  for (const base of definition.bases) {
    if (base.form !== "positional") continue;
    const at = home ?? values;
    const inherited = operatorOf(base.value, at.names.scopeOf(definition).parent ?? at.names.module, at, depth + 1);
    if (!inherited) continue;
    const homes = new Map(inherited.homes);
    if (home) for (const one of [definition, ...inherited.subclasses]) if (!homes.has(one)) homes.set(one, home);
    const own = { ...inherited, name, subclasses: [definition, ...inherited.subclasses] };
    return homes.size > 0 ? { ...own, homes } : own;
  }
  return undefined;
}

const taskDecorators = new Set([
  "airflow.decorators.task",
  "airflow.sdk.task",
  "airflow.providers.common.compat.sdk.task",
  "airflow.sdk.definitions.decorators.task",
  "airflow.decorators.base.task",
]);
const dagDecorators = new Set([
  "airflow.decorators.dag",
  "airflow.sdk.dag",
  "airflow.providers.common.compat.sdk.dag",
  "airflow.models.dag.dag",
  "airflow.sdk.definitions.dag.dag",
]);
const groupDecorators = new Set([
  "airflow.decorators.task_group",
  "airflow.sdk.task_group",
  "airflow.providers.common.compat.sdk.task_group",
  "airflow.decorators.task_group.task_group",
]);
const dagClasses = new Set([
  "airflow.DAG",
  "airflow.models.DAG",
  "airflow.models.dag.DAG",
  "airflow.sdk.DAG",
  "airflow.providers.common.compat.sdk.DAG",
  "airflow.sdk.definitions.dag.DAG",
]);
const groupClasses = new Set([
  "airflow.utils.task_group.TaskGroup",
  "airflow.sdk.TaskGroup",
  "airflow.providers.common.compat.sdk.TaskGroup",
  "airflow.sdk.definitions.taskgroup.TaskGroup",
]);

/** Whether a dotted name is Airflow's own or of the standard library's commonest modules: what it means is the same in every file. */
export function isInstalled(qualified: string): boolean {
  return /^(?:airflow|datetime|json|logging|os|time)\./.test(qualified);
}

const makers = new Map<string, boolean>();

/** Whether calling an installed thing may make a task, a group or a DAG. */
export function mayBeMaker(qualified: string): boolean {
  let answer = makers.get(qualified);
  if (answer === undefined) {
    const known = findClass(qualified) ?? plainSensor(qualified);
    answer = known !== undefined || dagClasses.has(qualified) || groupClasses.has(qualified);
    if (makers.size < 5000) makers.set(qualified, answer);
  }
  return answer;
}

/** The operator behind each TaskFlow decorator: `@task.bash` runs a BashOperator. */
const decorated: Readonly<Record<string, string>> = {
  "": "airflow.providers.standard.operators.python.PythonOperator",
  python: "airflow.providers.standard.operators.python.PythonOperator",
  virtualenv: "airflow.providers.standard.operators.python.PythonVirtualenvOperator",
  external_python: "airflow.providers.standard.operators.python.ExternalPythonOperator",
  branch: "airflow.providers.standard.operators.python.BranchPythonOperator",
  short_circuit: "airflow.providers.standard.operators.python.ShortCircuitOperator",
  bash: "airflow.providers.standard.operators.bash.BashOperator",
  sensor: "airflow.providers.standard.sensors.python.PythonSensor",
  docker: "airflow.providers.docker.operators.docker.DockerOperator",
  kubernetes: "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
};

/** What a decorator makes of a function. */
export type Decoration = { readonly makes: "dag" | "group" } | { readonly makes: "task"; readonly operator: Operator };

/** Reads `@task`, `@task(…)`, `@task.bash(…)`, `@dag`, `@task_group`; undefined for any other decorator. */
export function decorationOf(expr: Expr, scope: Scope): Decoration | undefined {
  const callee = unwrap(expr.kind === "call" ? expr.func : expr);
  const qualified = qualifiedName(callee, scope);
  if (qualified === undefined) return undefined;
  if (dagDecorators.has(qualified)) return { makes: "dag" };
  if (groupDecorators.has(qualified)) return { makes: "group" };
  const bare = taskDecorators.has(qualified);
  const dot = qualified.lastIndexOf(".");
  if (!bare && !taskDecorators.has(qualified.slice(0, dot))) return undefined;
  const flavour = bare ? "" : qualified.slice(dot + 1);
  const fqcn = decorated[flavour];
  const name = flavour === "" ? "task" : `task.${flavour}`;
  const known = fqcn === undefined ? undefined : findClass(fqcn);
  return { makes: "task", operator: { name, imported: qualified, known, subclasses: [] } };
}

/** Whether a call's callee is `DAG`, in any spelling. */
export function makesDag(callee: Expr, scope: Scope): boolean {
  return dagClasses.has(qualifiedName(callee, scope) ?? "");
}

/** Whether a call's callee is `TaskGroup`, in any spelling. */
export function makesGroup(callee: Expr, scope: Scope): boolean {
  return groupClasses.has(qualifiedName(callee, scope) ?? "");
}
