/** Sensors that look at work which has ended by then, because the operator that started it waited for that. */
import { behaviourOf } from "../catalog/behaviour.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { readsOutput } from "./mentions.ts";
import { mayBeLimited } from "./serviceLimits.ts";
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

/** Whether a sensor watches work that an operator of the same name before it has started, and told the service, or may have, when to stop. */
export function watchesLimitedWork(file: DagFile, sensor: Task): boolean {
  const watching = sensor.operator.known;
  return file.edges.some(({ from, to }) => {
    const started = from.operator.known;
    if (to !== sensor || !started || !watching || !namesMatch(started.name, watching.name)) return false;
    const limits = behaviourOf(started)?.limits;
    return limits?.within !== undefined && mayBeLimited(file, from, limits);
  });
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
