/** How a sensor spends the time until what it waits for is there. */
import { findClass } from "../catalog/index.ts";
import { type DeferralEnd, sensorFacts } from "../catalog/sensors.ts";
import type { Expr } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import { knownText } from "../syntax/value.ts";
import { slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { airflowAtLeast, hasParameter, parameterDefault, providerAtLeast } from "./availability.ts";
import { isUnset, runTimeout, secondsOf } from "./bounds.ts";
import type { Argument, DagFile, Task } from "./dagfile.ts";
import { limitOfWatchedWork } from "./endedWork.ts";
import { isA, isSensor, operators, redefines } from "./kinds.ts";
import { endsAtFirstLook } from "./poking.ts";
import { airflowMajor } from "./target.ts";
import { defersByDefault } from "./waiting.ts";

/** `[sensors] default_timeout`, seconds; the same number in every version. */
const sevenDays = 7 * 86_400;

/** A sensor in mode "poke": it sleeps between two looks, and keeps its worker slot. */
export type HeldSlot = {
  /** The longest it can last. */
  readonly seconds: number;
  /** `mode="poke"`, where it is written. */
  readonly mode: Argument | undefined;
};

/** What a sensor that certainly waits in mode "poke" holds; undefined: it does not, or that cannot be told. */
export function heldSlot(file: DagFile, task: Task): HeldSlot | undefined {
  const { known } = task.operator;
  if (!known || !isSensor(task) || redefines(task, "execute") || isA(task, operators.subDag)) return undefined;
  const facts = sensorFacts(known);
  if (!facts || facts.timeOnly || facts.pokeModeOnly || facts.ownWait || pokesByDecision(task)) return undefined;
  // mode came with Airflow 1.10.2.
  if (!airflowAtLeast(file.project, "1.10.2")) return undefined;
  if (isDeferred(file, task) !== "no" || hasPoolOfItsOwn(file, task)) return undefined;
  const mode = argument(file, task, "mode");
  if (mode === "unknown" || (mode !== "absent" && knownText(mode.resolved) !== "poke")) return undefined;
  if (mode === "absent" && !pokesByDefault(file, task)) return undefined;
  const seconds = longestWait(file, task);
  if (seconds === undefined || endsAtFirstLook(file, task)) return undefined;
  return { seconds, mode: mode === "absent" ? undefined : mode };
}

/** Whether a sensor waits in the triggerer. */
export function isDeferred(file: DagFile, task: Task): "yes" | "no" | "unknown" {
  const { known } = task.operator;
  if (!known) return "unknown";
  // A PythonSensor takes no such argument, whatever default_args say.
  if (isPlainly(task) && !hasParameter(file.project, known, "deferrable"))
    return defersByDefault(file, task) ? "yes" : "no";
  const given = argument(file, task, "deferrable");
  if (given === "unknown") return "unknown";
  if (given !== "absent") return given.resolved.kind !== "boolean" ? "unknown" : given.resolved.value ? "yes" : "no";
  return defersByDefault(file, task) ? "yes" : "no";
}

/** Whether the task's own class is the catalogue's, no subclass of it. */
function isPlainly({ form, operator }: Task): boolean {
  return operator.subclasses.length === 0 && (form === "taskflow" || findClass(operator.imported) === operator.known);
}

/** Whether it is the ExternalTaskSensor that Airflow 2 had of its own, which knows less when it is deferred. */
export function isOwnExternalTaskSensor({ project }: DagFile, task: Task): boolean {
  const own = airflowMajor(project.target) < 3 && /^airflow\.(?!providers\.)/.test(task.operator.imported);
  return own && isA(task, operators.externalTaskSensor);
}

/** What would end, or ends, the sensor's wait in the triggerer; undefined for no known sensor. */
export function deferralEnd(file: DagFile, task: Task): DeferralEnd | undefined {
  const { known } = task.operator;
  // The standard provider's hands on its own timeout since 1.12.2 (apache/airflow 62556).
  const older =
    known?.provider === standard &&
    isA(task, operators.externalTaskSensor) &&
    !providerAtLeast(file.project, standard, "1.12.2");
  if (older || isOwnExternalTaskSensor(file, task)) return "execution_timeout";
  return known && sensorFacts(known)?.deferralEnds;
}

const standard = "apache-airflow-providers-standard";

/** Seconds between two looks; undefined: not known. */
export function pokeInterval(file: DagFile, task: Task): number | undefined {
  const given = argument(file, task, "poke_interval");
  if (given === "unknown") return undefined;
  if (given !== "absent") return secondsOf(given.resolved);
  const byDefault = parameterDefault(file.project, task, "poke_interval");
  return byDefault?.kind === "literal" && typeof byDefault.value === "number" ? byDefault.value : undefined;
}

/** Whether a sensor certainly looks once, or for as long as one interval: a condition, not a wait. */
export function looksOnce(file: DagFile, task: Task): boolean {
  const timeout = ownTimeout(file, task);
  const interval = pokeInterval(file, task);
  return timeout !== undefined && interval !== undefined && timeout <= interval;
}

/** Whether the function of a PythonSensor watches work: it asks for a state, or raises, and not only to skip. */
export function asksForState(file: DagFile, task: Task): boolean {
  if (!task.callable) return false;
  let found = /status|state(?!ment)/i.test(slice(file.text, task.callable.defSpan));
  walkStatements(task.callable?.body ?? [], (statement) => {
    if (statement.kind === "function" || statement.kind === "class") return false;
    if (statement.kind === "raise" && statement.value)
      found ||= !/Skip/.test(slice(file.text, statement.value.span).replace(/\(.*/s, ""));
    return true;
  });
  return found;
}

/** Seconds after which the sensor's own timeout, the task's, the run's or that of the work ends the wait; undefined: not known. */
function longestWait(file: DagFile, task: Task): number | undefined {
  const own = ownTimeout(file, task);
  const { defaultTaskExecutionTimeout } = file.project.deployment;
  const execution = argument(file, task, "execution_timeout");
  const run = runTimeout(file, task);
  if (own === undefined || execution === "unknown" || run === "unknown") return undefined;
  const bounds = [own, run === "none" ? own : run];
  if (execution === "absent" || execution.resolved.kind === "none") bounds.push(defaultTaskExecutionTimeout ?? own);
  else {
    const seconds = secondsOf(execution.resolved);
    if (seconds === undefined) return undefined;
    bounds.push(seconds);
  }
  const work = limitOfWatchedWork(file, task);
  if (work === "unknown") return undefined;
  return Math.min(...bounds, work ?? own);
}

function ownTimeout(file: DagFile, task: Task): number | undefined {
  const given = argument(file, task, "timeout");
  if (given === "unknown") return undefined;
  if (given !== "absent" && !isUnset(given)) return secondsOf(given.resolved);
  const byDefault = parameterDefault(file.project, task, "timeout");
  if (byDefault?.kind === "literal" && typeof byDefault.value === "number" && byDefault.value !== sevenDays)
    return byDefault.value;
  return file.project.deployment.defaultSensorTimeout ?? sevenDays;
}

/** pool="sensors": slots that nothing else wants. */
function hasPoolOfItsOwn(file: DagFile, task: Task): boolean {
  const pool = argument(file, task, "pool");
  return !isUnset(pool) && (typeof pool !== "object" || knownText(pool.resolved) !== "default_pool");
}

/** Few classes reschedule by default: GlacierJobOperationSensor. */
function pokesByDefault(file: DagFile, task: Task): boolean {
  const mode = parameterDefault(file.project, task, "mode");
  return mode === undefined || (mode.kind === "literal" && mode.value === "poke");
}

/** @poke_mode_only class …, or a class that keeps what it has seen between two looks in itself. */
function pokesByDecision(task: Task): boolean {
  return task.operator.subclasses.some((one) =>
    one.decorators.some(({ expr }) => (expr.kind === "name" ? expr.id : "") === "poke_mode_only"),
  );
}

/** The attribute in which a class of the file keeps something from one look to the next; a rescheduled sensor loses it. */
export function keptBetweenLooks(task: Task): string | undefined {
  for (const one of task.operator.subclasses) {
    const poke = one.body.find((each) => each.kind === "function" && each.name === "poke");
    if (poke?.kind !== "function") continue;
    const self = poke.parameters[0]?.name;
    let found: string | undefined;
    const see = (target: Expr): void => {
      if (target.kind === "attribute" && target.value.kind === "name" && target.value.id === self)
        found ??= target.name;
    };
    walkStatements(poke.body, (statement) => {
      if (statement.kind === "assign") for (const target of statement.targets) see(target);
      if (statement.kind === "augmented-assign") see(statement.target);
      return true;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** execution_date_fn=last_successful_run: what such a sensor looks at has succeeded already. */
export function looksForSuccess(file: DagFile, task: Task): boolean {
  const given = argument(file, task, "execution_date_fn");
  if (typeof given !== "object") return false;
  const { resolved } = given;
  const text =
    resolved.kind === "function" && !resolved.home
      ? slice(file.text, resolved.definition.span)
      : slice(file.text, given.value.span);
  return /success/i.test(text);
}
