/** Fixes that give a waiting sensor's worker slot back. */
import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isA, operators, redefines } from "../airflow/kinds.ts";
import { deferralEnd, keptBetweenLooks, pokeInterval } from "../airflow/sensing.ts";
import type { Named } from "./arguments.ts";
import { quoteString } from "./layout.ts";

/** Keywords by which the sensor waits without its slot, and what else they change. */
export type Release = {
  readonly named: readonly Named[];
  /** For a title: `mode="reschedule"`. */
  readonly shown: string;
  /** Why the change is not safe; undefined: it is. */
  readonly why: string | undefined;
};

/** Shorter intervals cost the scheduler more than the slot (BaseSensorOperator's own documentation). */
const shortestReschedule = 60;

const unreadInterval = `each look is then a start of its own: see that its poke_interval, which is not known here, is at least ${shortestReschedule} s`;

/** The ways out of mode "poke" that this class has in the project's versions; the preferred one first. */
export function releases(file: DagFile, task: Task): readonly Release[] {
  const found = [rescheduled(file, task)];
  const { known } = task.operator;
  if (known && hasParameter(file.project, known, "deferrable") && defers(file, task))
    found.push({
      named: [{ name: "deferrable", text: "True" }],
      shown: "deferrable=True",
      why: "it needs a running triggerer",
    });
  return found;
}

function rescheduled(file: DagFile, task: Task): Release {
  const mode: Named = { name: "mode", text: quoteString(file, "reschedule") };
  const interval = pokeInterval(file, task);
  const kept = keptBetweenLooks(task);
  const why =
    kept === undefined ? [] : [`the class keeps ${kept} between two looks, and a rescheduled sensor loses it`];
  if (interval === undefined) why.push(unreadInterval);
  if (interval === undefined || interval >= shortestReschedule)
    return { named: [mode], shown: 'mode="reschedule"', why: why.length > 0 ? why.join("; ") : undefined };
  return {
    named: [mode, { name: "poke_interval", text: String(shortestReschedule) }],
    shown: `mode="reschedule", poke_interval=${shortestReschedule}`,
    why: [`it looks every ${shortestReschedule} s, not every ${interval} s`, ...why].join("; "),
  };
}

/** Whether deferrable=True would do what the sensor does now. */
function defers(file: DagFile, task: Task): boolean {
  if (redefines(task, "poke") || argument(file, task, "deferrable") !== "absent") return false;
  // Deferred, some give up when their own timeout says nothing, or never.
  if (deferralEnd(file, task) !== "timeout") return false;
  // With a response_check it pokes all the same (http provider, sensors/http.py).
  return !isA(task, operators.httpSensor) || argument(file, task, "response_check") === "absent";
}
