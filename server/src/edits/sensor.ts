/** Puts the sensor that watches an operator's work between the task and what runs after it. */
import { argument } from "../airflow/arguments.ts";
import { hasParameter, isAirflow1 } from "../airflow/availability.ts";
import type { DagFile, Task, TaskGroup } from "../airflow/dagfile.ts";
import type { Behaviour, SensorArgument, SensorOf } from "../catalog/behaviour/facts.ts";
import { findClass, parameterOf } from "../catalog/index.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import { sensorFacts } from "../catalog/sensors.ts";
import { dottedName } from "../syntax/python.ts";
import { walkExpr } from "../syntax/traverse.ts";
import type { Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import type { Named } from "./arguments.ts";
import { secondsText } from "./durations.ts";
import { insertFollower } from "./followers.ts";
import { withImports } from "./imports.ts";
import { quoteString } from "./layout.ts";
import { shownSeconds } from "./limits.ts";
import { neededClass } from "./neededClass.ts";
import { isPlural } from "./waiting.ts";

/**
 * The fix that inserts the sensor of the task's operator. Undefined where there is none that reports a failure, one of
 * its arguments cannot be written, or the edges cannot be moved.
 */
export function sensorFix(file: DagFile, task: Task, behaviour: Behaviour): Fix | undefined {
  const { sensor } = behaviour;
  const { known } = task.operator;
  const cls = sensor && findClass(sensor.class);
  if (!sensor || !known || !cls || task.id === undefined || task.repeated || task.mapped) return undefined;
  if (!noticesFailure(sensor)) return undefined;
  const facts = sensorFacts(cls);
  const needed = neededClass(file, cls);
  if (!needed) return undefined;

  const limit = file.project.limits.sensorTimeout;
  const release = releaseOf(file, cls, facts?.pokeModeOnly ?? false);
  const written = (before: string | undefined): readonly Named[] | undefined => {
    const given: Named[] = [];
    for (const one of sensor.arguments) {
      const named = sensorArgument(file, task, cls, one, before);
      if (named === undefined) return undefined;
      if (named !== "default") given.push(named);
    }
    for (const name of sensor.copies ?? []) {
      const copied = repeated(file, task, cls, name, name);
      if (copied === undefined) return undefined;
      if (copied !== "default" && !given.some((one) => one.name === name)) given.push(copied);
    }
    return [...given, ...release, { name: "timeout", text: secondsText(limit.seconds) }];
  };

  const rewrite = insertFollower(file, task, {
    operator: needed,
    variable: `wait_${(task.variable ?? task.id).replace(/\W/g, "_")}`,
    taskId: `wait_${task.id}`,
    arguments: written,
  });
  const edits = rewrite && withImports(file, rewrite.edits, rewrite.needs);
  if (!edits || edits.length === 0) return undefined;
  const them = isPlural(behaviour.product) ? "them" : "it";
  const end = sensor.reportsFailure ? `fails when ${isPlural(behaviour.product) ? "they fail" : "it fails"}` : "waits";
  const proposal = limit.configured ? "" : ` (${shownSeconds(limit.seconds)} is Tether's proposal)`;
  return {
    title: `Watch ${them} with ${needed.name ?? cls.name}`,
    edits,
    safety: "unsafe",
    why: `what runs after the task then waits for a new task, which ${end} and gives up at its timeout${proposal}; a retry of that task does not start ${them} again`,
  };
}

/** Whether a sensor fails, or at least does not turn green, when the work has failed; some are content with any end. */
export function noticesFailure(sensor: SensorOf): boolean {
  const cls = findClass(sensor.class);
  return sensor.reportsFailure || (cls !== undefined && sensorFacts(cls)?.onFailure === "waits");
}

/** Whether there is a keyword or a sensor by which an operator's work can be waited for: else there is nothing to advise. */
export function canBeWatched({ wait, sensor }: Behaviour): boolean {
  return (sensor !== undefined && noticesFailure(sensor)) || ("emit" in wait && wait.emit !== undefined);
}

/** Between two looks the worker slot is free; the sensors that refuse to reschedule can at best be deferred. */
function releaseOf(file: DagFile, cls: OperatorClass, pokeModeOnly: boolean): readonly Named[] {
  if (!pokeModeOnly) return [{ name: "mode", text: quoteString(file, "reschedule") }];
  return hasParameter(file.project, cls, "deferrable") ? [{ name: "deferrable", text: "True" }] : [];
}

function sensorArgument(
  file: DagFile,
  task: Task,
  cls: OperatorClass,
  one: SensorArgument,
  before: string | undefined,
): Named | "default" | undefined {
  if (!hasParameter(file.project, cls, one.name)) return undefined;
  switch (one.from) {
    case "argument":
      return repeated(file, task, cls, one.name, one.argument ?? one.name);
    case "literal":
      // A member of a class that would have to be imported.
      return one.text === undefined || /^[^"']*\b[A-Z]\w*\./.test(one.text)
        ? undefined
        : { name: one.name, text: requoted(file, one.text) };
    default: {
      // Only a template field is filled in when the task runs.
      if (!cls.templateFields.includes(one.name) || !pushes(file, task)) return undefined;
      const text = outputText(file, task, one, before);
      return text === undefined ? undefined : { name: one.name, text };
    }
  }
}

/** The catalogue's texts, with the file's own quotes. */
function requoted(file: DagFile, text: string): string {
  return text.replace(/"([^"\\]*)"/g, (_, inside: string) => quoteString(file, inside));
}

function pushes(file: DagFile, task: Task): boolean {
  const given = argument(file, task, "do_xcom_push");
  return (
    given === "absent" ||
    (typeof given === "object" && given.resolved.kind === "boolean" && given.resolved.value === true)
  );
}

/** `load.output`, `load.output["run_id"]`, or the template that takes a part of it. */
function outputText(file: DagFile, task: Task, one: SensorArgument, before: string | undefined): string | undefined {
  const isPart = one.from === "output" && (one.index !== undefined || one.key !== undefined);
  // Airflow 1.10 has no XComArg.
  if (before !== undefined && !isPart && !isAirflow1(file.project)) {
    return one.from === "xcom" ? `${before}.output[${quoteString(file, one.key ?? "")}]` : `${before}.output`;
  }
  const id = fullId(file, task);
  if (id === undefined) return undefined;
  const key = one.from === "xcom" ? `, key='${one.key}'` : "";
  const keys = one.from === "output" ? (one.key?.split(".") ?? []) : [];
  const part = keys.map((each) => `['${each}']`).join("") + (one.index === undefined ? "" : `[${one.index}]`);
  const template = `{{ ti.xcom_pull(task_ids='${id}'${key})${part} }}`;
  return `"${template}"`;
}

/** The id as XComs know it: behind the ids of the groups that prefix theirs. */
function fullId(file: DagFile, task: Task): string | undefined {
  let id = task.id;
  if (id === undefined || /['"\\{}]/.test(id)) return undefined;
  for (let group: TaskGroup | undefined = task.group; group; group = group.parent) {
    if (group.id === undefined || isRenamed(file, group)) return undefined;
    const prefix = group.call?.args.find((one) => one.name === "prefix_group_id");
    const value = prefix && file.values.evaluate(prefix.value, task.scope);
    if (value && value.kind !== "boolean") return undefined;
    if (!value || value.value) id = `${group.id}.${id}`;
  }
  return id;
}

/** Whether a `@task_group` function's groups may have other ids: by a name of its own, a second call, a mapped one. */
function isRenamed(file: DagFile, { call, span, id }: TaskGroup): boolean {
  const decorated = call === undefined || call.span.end === span.end;
  if (!decorated || id === undefined) return false;
  if (call?.args.some((one) => one.name === "group_id" || one.form !== "keyword")) return true;
  const uses = [...file.text.matchAll(new RegExp(`(?<![.\\w])${id}\\s*([.(])`, "g"))].map((one) => one[1]);
  return uses.length > 2 || uses.includes(".");
}

/** The operator's own argument once more; `default`: neither of the two needs it. */
function repeated(
  file: DagFile,
  task: Task,
  cls: OperatorClass,
  name: string,
  from: string,
): Named | "default" | undefined {
  const given = argument(file, task, from);
  const parameter = parameterOf(cls, name);
  if (!parameter || !hasParameter(file.project, cls, name)) return "default";
  if (given === "absent") return parameter.default.kind === "required" ? undefined : "default";
  if (given === "unknown") return undefined;
  // default_args reach the sensor as well.
  if (given.origin === "default_args" || given.origin === "group") return name === from ? "default" : undefined;
  if (given.origin !== "call") return undefined;
  const text = slice(file.text, given.value.span);
  return /[\r\n]/.test(text) || !isConstant(given.value) ? undefined : { name, text };
}

/** Written twice, it means the same twice: it calls nothing but what reads settings. */
function isConstant(expr: Parameters<typeof walkExpr>[0]): boolean {
  let constant = true;
  walkExpr(expr, (one) => {
    const settled =
      one.kind === "call" && /^(Variable\.get|os\.getenv|os\.environ\.get|str)$/.test(dottedName(one.func) ?? "");
    if (one.kind === "await" || one.kind === "walrus" || (one.kind === "call" && !settled)) constant = false;
    return constant;
  });
  return constant;
}
