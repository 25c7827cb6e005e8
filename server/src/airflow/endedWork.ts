/** Sensors that look at work which has ended by then, because the operator that started it waited for that. */
import { behaviourOf } from "../catalog/behaviour.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { readsOutput } from "./mentions.ts";
import { givenLimit } from "./serviceLimits.ts";
import { waitingOf } from "./waiting.ts";

/** Whether a sensor asks for the state of what another task started and waited for: its first look decides. */
export function looksAtEndedWork(file: DagFile, sensor: Task): boolean {
  return file.tasks.some(
    (task) =>
      task !== sensor &&
      task.dag === sensor.dag &&
      waitsForWhatItWatches(file, task, sensor) &&
      readsOutput(file, sensor, task) === "yes",
  );
}

/**
 * The seconds that the service gives the work that a sensor watches, as the operator before it says, which has the same
 * name; `unknown` where the operator may give it a limit that cannot be told; undefined: none is given.
 */
export function limitOfWatchedWork(file: DagFile, sensor: Task): number | "unknown" | undefined {
  const watching = sensor.operator.known;
  for (const { from, to } of watching ? file.edges : []) {
    const started = from.operator.known;
    if (to !== sensor || !started || !watching || !namesMatch(started.name, watching.name)) continue;
    const limits = behaviourOf(started)?.limits;
    const found = limits?.within && givenLimit(file, from, limits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** SageMakerTrainingOperator, SageMakerTrainingSensor */
function namesMatch(operator: string, sensor: string): boolean {
  return operator.replace(/Operator$/, "") === sensor.replace(/Sensor$/, "");
}

function waitsForWhatItWatches(file: DagFile, task: Task, sensor: Task): boolean {
  const started = task.operator.known;
  const watching = sensor.operator.known;
  if (!started || !watching) return false;
  const behaviour = behaviourOf(started);
  if (behaviour) return behaviour.sensor?.class === watching.fqcn && waitingOf(file, task, behaviour) === "waits";
  // SageMakerUnifiedStudioNotebookOperator(wait_for_completion=True), SageMakerUnifiedStudioNotebookSensor
  if (!namesMatch(started.name, watching.name)) return false;
  const waits = argument(file, task, "wait_for_completion");
  return typeof waits === "object" && waits.resolved.kind === "boolean" && waits.resolved.value;
}
