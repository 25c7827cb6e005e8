/** Work of several parts, of which a sensor watches one. */
import type { Behaviour } from "../catalog/behaviour/facts.ts";
import { type Expr, unwrap } from "../syntax/python.ts";
import type { Span } from "../text/span.ts";
import { argument } from "./arguments.ts";
import type { Argument, DagFile, Task } from "./dagfile.ts";
import { followersOf } from "./edges.ts";
import { isA } from "./kinds.ts";
import { readsOutput } from "./mentions.ts";

/** The sensor looks at a part that others come after. */
export type WatchedPart = {
  readonly sensor: Task;
  /** What says which, and where in it the index stands: an offset range of its text, or of the file. */
  readonly argument: Argument;
  readonly index: Span;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
};

const clusterSensor = "airflow.providers.amazon.aws.sensors.emr.EmrJobFlowSensor";
const clusterEnd = "airflow.providers.amazon.aws.operators.emr.EmrTerminateJobFlowOperator";

/**
 * Where a task hands on a list (`steps=[…]`), and the sensors behind it certainly look at none but an early item of its
 * answer: `step_id="{{ ti.xcom_pull('add')[0] }}"`. A sensor that waits for the cluster as a whole sees the others, unless
 * the cluster is ended by then.
 */
export function watchedPart(file: DagFile, task: Task, { sensor }: Behaviour): WatchedPart | undefined {
  const asked = sensor?.arguments.find((one) => one.from === "output" && one.index !== undefined)?.name;
  const given = asked === undefined ? "absent" : argument(file, task, "steps");
  if (!sensor || asked === undefined || typeof given !== "object" || task.repeated || task.mapped) return undefined;
  const { resolved } = given;
  if (resolved.kind !== "list" || !resolved.complete || resolved.items.length < 2) return undefined;
  const parts = resolved.items.length;
  const found: WatchedPart[] = [];
  for (const one of file.tasks) {
    const reading = one === task ? "no" : readsOutput(file, one, task);
    if (reading === "no") continue;
    const id = argument(file, one, asked);
    if (reading === "unknown" || !isA(one, sensor.class) || typeof id !== "object" || one.repeated) return undefined;
    const index = indexOf(file, one, id.value);
    if (!index) return undefined;
    const part = index.value < 0 ? parts + index.value + 1 : index.value + 1;
    found.push({ sensor: one, argument: id, index: index.span, part, parts });
  }
  const last = found.toSorted((a, b) => b.part - a.part)[0];
  if (!last || last.part < 1 || last.part >= parts) return undefined;
  const ended = [...followersOf(file.edges, last.sensor)].some((one) => isA(one, clusterEnd));
  return !ended && file.tasks.some((one) => isA(one, clusterSensor)) ? undefined : last;
}

/** `{{ ti.xcom_pull('add')[0] }}`, `add.output[0]` */
function indexOf(file: DagFile, task: Task, expr: Expr): { readonly value: number; readonly span: Span } | undefined {
  const value = unwrap(expr);
  if (value.kind === "subscript") {
    const [only, ...more] = value.indices;
    const index = only && more.length === 0 ? file.values.evaluate(only, task.scope) : undefined;
    return only && index?.kind === "number" ? { value: index.value, span: only.span } : undefined;
  }
  const text = file.values.evaluate(expr, task.scope);
  const match = text.kind === "string" ? pulledItem.exec(text.folded.text) : undefined;
  const [, before = "", index = ""] = match ?? [];
  return match
    ? { value: Number(index), span: { start: before.length, end: before.length + index.length } }
    : undefined;
}

const pulledItem = /^(\s*\{\{[^{}]*\bxcom_pull\s*\([^()]*\)\s*\[\s*)(-?\d+)\s*\]\s*\}\}\s*$/;
