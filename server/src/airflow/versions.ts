/** What a file gives away about its Airflow, by its own imports before all. */
import { compareVersions } from "../catalog/index.ts";
import type { Names } from "../syntax/scope.ts";
import { hasParameter } from "./availability.ts";
import type { Task } from "./dagfile.ts";
import { newestAirflow, type Project, type Target } from "./target.ts";

/** The oldest Airflow whose modules these imports name; undefined when they fit every version. */
function targetFromImports(names: Names, text: string): string | undefined {
  const airflow = names.imports.map((one) => one.qualified).filter((one) => one.startsWith("airflow."));
  for (const one of names.starImports) if (one.startsWith("airflow")) airflow.push(`${one}.`);
  const some = (pattern: RegExp): boolean => airflow.some((one) => pattern.test(one));
  // airflow.sdk came with 3.0; airflow.providers.standard runs on 2.8 and later, where DAGs seldom use it.
  if (some(/^airflow\.sdk\b/)) return newestAirflow;
  // from airflow.operators import BashOperator, from airflow.operators.sensors import … went with 1.10.
  if (some(/^airflow\.(operators\.(sensors\b|[A-Z])|hooks\.[A-Z]\w*$|sensors\.[A-Z])/)) return "1.10.15";
  if (some(/^airflow\.(contrib\b|operators\.\w+_operator\b|hooks\.\w+_hook\b|sensors\.\w+_sensor\b)/)) {
    // A 2.x DAG may still use the old paths, but these modules are those of 2.0; 1.10.15 lends some to those who move.
    return some(
      /^airflow\.(providers|decorators|utils\.task_group|operators\.(bash|python|dummy|trigger_dagrun|email|branch|sql|generic_transfer)|sensors\.(base|bash|python|external_task|date_time|weekday|sql)|hooks\.(base|dbapi|filesystem|subprocess))\b/,
    )
      ? "2.0.0"
      : (laterThanFirst(text) ?? "1.10.15");
  }
  // Paths that 3.0 took away.
  if (
    some(
      /^airflow\.(operators\.(bash|python|empty|dummy|trigger_dagrun|email|branch|latest_only|datetime|weekday|sql|generic_transfer|subdag)|sensors\.(base|bash|python|external_task|filesystem|time_delta|time_sensor|date_time|weekday)|hooks\.(base|filesystem|subprocess))\b/,
    )
  )
    return "2.11.0";
  return undefined;
}

/**
 * The oldest Airflow 2 that a file with the module paths of 1.10, which every 2.x still has, was surely written for:
 * `DAG(schedule=…)` came with 2.4, the logical date and the data interval with 2.2, and the last 1.10 ended in June 2021.
 */
function laterThanFirst(text: string): string | undefined {
  if (/\bDAG\((?:[^()]|\([^()]*\))*?[(,\s]schedule\s*=/.test(text)) return "2.4.0";
  if (/\b(?:logical_date|data_interval_(?:start|end))\b/.test(text)) return "2.2.0";
  return /\bstart_date["']?\s*[:=]\s*(?:[\w.]+\(\s*)*(?:year\s*=\s*)?["']?20(?:2[2-9]|[3-9]\d)\b/.test(text)
    ? "2.0.0"
    : undefined;
}

/** Files with the same guess see the same project, so that what was looked up for it is known. */
const inferred = new WeakMap<Project, Map<string, Project>>();

/** The project as one file sees it: where nothing else told the version, its imports and the arguments of its tasks do. */
export function projectFor(project: Project, names: Names, text: string, tasks: readonly Task[]): Project {
  if (project.target.origin !== "default") return project;
  const airflow = targetFromImports(names, text);
  if (airflow === undefined) return project;
  const guess = inferredAt(project, airflow);
  if (compareVersions(airflow, newest2) >= 0) return guess;
  const later = inferredAt(project, newest2);
  return tasks.some((one) => givesLater(one, guess, later)) ? later : guess;
}

/** Old module paths work until here. */
const newest2 = "2.11.0";

/** Whether the task's call gives a parameter that its class got after the guess: `cmd_timeout=`, from the ssh provider's 2.2.0 on. */
function givesLater({ operator, form, call, made }: Task, guess: Project, later: Project): boolean {
  const { known, subclasses } = operator;
  if (!known || !call || made || form !== "operator" || subclasses.length > 0) return false;
  for (const { name } of call.args)
    if (name !== undefined && !hasParameter(guess, known, name) && hasParameter(later, known, name)) return true;
  return false;
}

function inferredAt(project: Project, airflow: string): Project {
  let by = inferred.get(project);
  if (!by) {
    by = new Map();
    inferred.set(project, by);
  }
  const before = by.get(airflow);
  if (before) return before;
  const target: Target = { ...project.target, airflow, origin: "imports" };
  const made = { ...project, target };
  by.set(airflow, made);
  return made;
}
