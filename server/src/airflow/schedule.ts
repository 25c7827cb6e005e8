/** When the runs of a DAG take place, and which date they carry. */
import { keyword } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import { knownText, type Value } from "../syntax/value.ts";
import { slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { isUnset } from "./bounds.ts";
import { type Cron, readCron } from "./cron.ts";
import type { Dag, DagFile, Task } from "./dagfile.ts";
import { isA, operators } from "./kinds.ts";
import { airflowMajor } from "./target.ts";

/**
 * `cron`: at the dates of an expression. `none`: only when somebody triggers it. `once`: one run, at its start date.
 * `data`: when its assets (data sets) change. `unknown`: an interval that begins at the start date, a timetable, a value
 * that is not known.
 */
export type Schedule =
  | { readonly kind: "cron"; readonly cron: Cron; readonly text: string }
  | { readonly kind: "none" | "once" | "data" | "unknown" };

/** A DAG and the file that makes it. */
export type DagPlace = { readonly file: DagFile; readonly dag: Dag };

/** The one DAG of that id; undefined when there is none in sight, or several. */
export function dagById(file: DagFile, id: string): DagPlace | undefined {
  const found = file.dags.filter((one) => one.id === id);
  const [dag] = found;
  // A DAG without a known id may be the one, too.
  return dag && found.length === 1 && file.dags.every((one) => one.id !== undefined) ? { file, dag } : undefined;
}

/** The DAG that an `external_dag_id` names, by its id or as `load.dag_id`; undefined when it is not in sight. */
export function dagNamed(file: DagFile, value: Value, scope: Scope): DagPlace | undefined {
  const id = knownText(value);
  if (id !== undefined) return dagById(file, id);
  if (value.expr.kind !== "attribute" || value.expr.name !== "dag_id") return undefined;
  const made = file.values.evaluate(value.expr.value, scope);
  const dag = made.kind === "call" ? file.dags.find((one) => one.call === made.call) : undefined;
  return dag && { file, dag };
}

/** The schedule of a DAG, by the project's Airflow where it has none written. */
export function scheduleOf({ file, dag }: DagPlace): Schedule {
  const { call } = dag;
  if (dag.made) return { kind: "unknown" };
  if (!call) return byDefault(file);
  // A mapping may hold it, and a timetable is code.
  if (call.args.some((one) => one.form === "double-star" || one.form === "star") || keyword(call, "timetable"))
    return { kind: "unknown" };
  const given = keyword(call, "schedule") ?? keyword(call, "schedule_interval");
  if (!given) return byDefault(file);
  const value = file.values.evaluate(given.value, dag.scope);
  if (value.kind === "none") return { kind: "none" };
  // schedule=[Dataset("…")], schedule=Asset("…")
  if (value.kind === "list" && value.items.length > 0) return { kind: "data" };
  if (value.kind === "call" && /\.(Asset|Dataset|AssetAny|AssetAll)$/.test(value.callee)) return { kind: "data" };
  const text = knownText(value)?.trim();
  if (text === undefined) return { kind: "unknown" };
  if (text === "@once") return { kind: "once" };
  const cron = readCron(text);
  return cron ? { kind: "cron", cron, text } : { kind: "unknown" };
}

/** Airflow 3 schedules nothing by itself; before, a DAG ran once a day from its start date on. */
function byDefault(file: DagFile): Schedule {
  return {
    kind: airflowMajor(file.project.target) >= 3 && file.project.target.origin !== "default" ? "none" : "unknown",
  };
}

/** The minutes that a sensor looks back by `execution_delta`; undefined: not known, or no whole minutes. */
export function minutesBack(file: DagFile, task: Task): number | undefined {
  const delta = argument(file, task, "execution_delta");
  if (isUnset(delta)) return 0;
  if (typeof delta !== "object" || delta.resolved.kind !== "timedelta" || delta.resolved.seconds === undefined)
    return undefined;
  return delta.resolved.seconds % 60 === 0 ? delta.resolved.seconds / 60 : undefined;
}

/** Whether a TriggerDagRunOperator of the file gives, or may give, one of the DAGs a date of its choice. */
export function datesAreGiven(file: DagFile, ids: readonly (string | undefined)[]): boolean {
  return file.tasks.some((one) => {
    if (!isA(one, operators.triggerDagRun)) return false;
    const triggered = argument(file, one, "trigger_dag_id");
    const id = typeof triggered === "object" ? knownText(triggered.resolved) : undefined;
    if (id !== undefined && !ids.includes(id)) return false;
    return !isUnset(argument(file, one, "logical_date")) || !isUnset(argument(file, one, "execution_date"));
  });
}

/** Whether two DAGs are written with different time zones: `start_date=datetime(2026, 1, 1, tzinfo=…)`. */
export function zonesDiffer(own: DagPlace, other: DagPlace): boolean {
  const zone = ({ file, dag }: DagPlace): string => {
    const start = dag.call && (keyword(dag.call, "start_date") ?? keyword(dag.call, "default_args"));
    const written = start ? slice(file.text, start.span) : "";
    return /\b(tz|tzinfo|timezone)\b\s*=?\s*([^,)]*)/.exec(written)?.[2] ?? "";
  };
  return zone(own) !== zone(other);
}
