/** Whether something in the DAG watches the work that a task starts and leaves. */
import type { Behaviour, SensorOf } from "../catalog/behaviour/facts.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { sensorFacts } from "../catalog/sensors.ts";
import type { Expr } from "../syntax/python.ts";
import { slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { hasParameter } from "./availability.ts";
import type { DagFile, Lookup, Task } from "./dagfile.ts";
import { downstreamOf, edgesFrom, followersOf } from "./edges.ts";
import { isA, isSensor, operators, tellsPeople, watches } from "./kinds.ts";
import { isNamedIn, type Reading, readsOutput, shareName, textsOf } from "./mentions.ts";
import { hiddenFollowers, isKept } from "./sight.ts";
import { writtenCall } from "./written.ts";

/** `unknown`: what follows the task, or what a follower does, cannot be read. */
export type Monitored = "yes" | "no" | "unknown";

/** Words of code and commands that ask how a job is doing. */
const asking = /sleep|wait|poll|status|state|describe|monitor|watch|until|check|sens(e|or)|waiter|get_(job|run|batch)/i;
const namedForIt = /wait|poll|monitor|watch|sens(e|or)|check|status|complet|finish/i;

/**
 * Whether a task that runs after this one, or reads its output, watches what it started: the sensor that belongs to
 * its operator, another sensor or polling task that is given its output or the same name, or an operator that works
 * with what it made.
 */
export function monitored(file: DagFile, task: Task, behaviour: Behaviour): Monitored {
  return watched(file, task, { sensor: behaviour.sensor, provider: task.operator.known?.provider });
}

/** What a task started, as far as it tells who would watch it. */
export type Started = {
  /** The sensor that belongs to its operator. */
  readonly sensor?: SensorOf | undefined;
  /** The provider whose operators act on the same service. */
  readonly provider?: string | undefined;
  /** The command that submitted it: a name in it that a later task is given is that of the work. */
  readonly command?: string;
  /** Commands, and names in code, that ask for its state. */
  readonly later?: RegExp | undefined;
};

/** As {@link monitored}, for work that is known by other facts than its operator's. */
export function watched(file: DagFile, task: Task, started: Started): Monitored {
  if (leavesSight(file, task)) return "unknown";
  let answer: Monitored = hiddenFollowers(file, task) ? "unknown" : "no";
  const direct = new Set(edgesFrom(file.edges, task).map((one) => one.to));
  const after = followersOf(file.edges, task);
  for (const one of file.tasks) {
    if (one === task || one.dag !== task.dag) continue;
    const found = watchesIt(file, one, task, started, { direct: direct.has(one), after: after.has(one) });
    if (found === "yes") return "yes";
    if (found === "unknown") answer = "unknown";
  }
  return answer;
}

/** It is run by hand, or handed to code whose edges are not in sight. */
function leavesSight(file: DagFile, task: Task): boolean {
  const made = writtenCall(task);
  if (!made) return true;
  const result = file.results.resultOf(made);
  // TriggerDagRunOperator(…).execute(context)
  if (result.uses.some((use) => use.path.includes("execute"))) return true;
  const linked = edgesFrom(file.edges, task).length > 0;
  if (!linked && isKept(file, task)) return true;
  return !linked && task.dag === undefined;
}

type Place = { readonly direct: boolean; readonly after: boolean };

function watchesIt(file: DagFile, one: Task, task: Task, started: Started, place: Place): Monitored {
  const reading = readsOutput(file, one, task);
  if (!place.after && isWatchedBeside(file, one, task)) return "yes";
  // A task that pulls some XCom, nobody can tell whose, must at least run later.
  if (!place.after && reading !== "yes") return "no";
  const { known, name } = one.operator;
  if (watches(one) || (!known && namedForIt.test(name))) return sensorWatches(file, one, task, started, place);
  if (one.form === "taskflow" || isA(one, operators.python))
    return codeWatches(file, one, task, started, reading, place);
  if (place.after && known && known.provider === started.provider && shareName(file, one, task)) {
    // DataplexGetDataQualityScanResultOperator waits for the latest job of its scan, and fails with it.
    if (hasParameter(file.project, known, "wait_for_results") && !isOff(argument(file, one, "wait_for_results")))
      return "yes";
    // It was started to be cancelled.
    if (place.direct && /Cancel/.test(name)) return "unknown";
  }
  if (started.later && one.scripts.some(({ script }) => started.later?.test(script.folded.text))) return "yes";
  if (reading === "no") return !known && place.direct && namedForIt.test(one.id ?? "") ? "unknown" : "no";
  if (tellsPeople(one)) return "no";
  if (!known) return "unknown";
  // A cluster that does not come up fails the operators that are to run on it.
  if (behaviourOf(known) && !runsText(one)) return reading;
  // One of the same service acts on the work itself: it looks it up, changes or cancels it.
  if (!runsText(one)) return known.provider === started.provider ? "unknown" : "no";
  return reading === "yes" && [...textsOf(file, one)].some((text) => asking.test(text)) ? "yes" : "unknown";
}

/** before >> [resume, sensor] >> after: a sensor beside the task is given the same name, and what follows needs both. */
function isWatchedBeside(file: DagFile, one: Task, task: Task): boolean {
  if (!isSensor(one) || !shareName(file, one, task)) return false;
  const next = downstreamOf(file.edges, task);
  const its = new Set(downstreamOf(file.edges, one));
  return next.length > 0 && next.every((each) => its.has(each));
}

function isOff(found: Lookup): boolean {
  return typeof found === "object" && found.resolved.kind === "boolean" && !found.resolved.value;
}

/** Its command is its whole work; what a container runs is the container's business. */
function runsText(task: Task): boolean {
  return task.scripts.some(({ script }) => script.place !== "container");
}

function sensorWatches(file: DagFile, one: Task, task: Task, started: Started, place: Place): Monitored {
  const { known } = one.operator;
  if (known && sensorFacts(known)?.timeOnly) return "no";
  const reading = readsOutput(file, one, task);
  if (reading === "yes" || shareName(file, one, task)) return "yes";
  if (started.command !== undefined && isNamedIn(file, one, started.command)) return "yes";
  if (started.sensor && isA(one, started.sensor.class)) {
    // It is given another task's output: that one's work is watched, unless both are parts of the same.
    const others = file.edges.some((edge) => edge.to === one && (edge.form === "argument" || edge.form === "template"));
    return others ? "unknown" : "yes";
  }
  // It may look for what the work leaves behind: a file, a row, a page.
  const sameService = started.command !== undefined && known !== undefined && known.provider === started.provider;
  return place.direct || reading === "unknown" || !isSensor(one) || sameService ? "unknown" : "no";
}

/** while state(job) == "RUNNING": sleep(30) */
const polls = /\bsleep\s*\(|\bwhile\b[^\n]*(?:status|state)/i;

/** The text of a function of another file. */
function textElsewhere(file: DagFile, task: Task, callable: Expr): string | undefined {
  const value = file.values.evaluate(callable, task.scope);
  return value.kind === "function" && value.home ? slice(value.home.module.text, value.definition.span) : undefined;
}

function codeWatches(
  file: DagFile,
  one: Task,
  task: Task,
  started: Started,
  reading: Reading,
  place: Place,
): Monitored {
  const { callable } = one;
  if (!callable) {
    const written = one.call?.args.find((arg) => arg.name === "python_callable")?.value;
    const text = written && textElsewhere(file, one, written);
    if (text !== undefined && (started.later?.test(text) || polls.test(text))) return "unknown";
    const called = written ? slice(file.text, written.span) : "";
    return reading !== "no" || namedForIt.test(`${one.id ?? ""} ${called}`) ? "unknown" : "no";
  }
  if (started.later?.test(slice(file.text, callable.span))) return "yes";
  if (reading === "no" && !shareName(file, one, task)) {
    // A name says little, but a task that is called "wait" waits for something.
    return place.direct && namedForIt.test(callable.name) ? "unknown" : "no";
  }
  return reading === "yes" && asking.test(slice(file.text, callable.span)) ? "yes" : "unknown";
}
