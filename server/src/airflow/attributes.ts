/** Attributes of a task that are set after it is made: `load.trigger_rule = "all_done"`. */
import type { BareTask } from "./collectedTask.ts";
import type { DagFile } from "./dagfile.ts";
import { writtenCall } from "./written.ts";

/** The file's parts that following a task takes. */
export type Followed = Pick<DagFile, "names" | "results">;

/** Whether the file sets this attribute of the task, or changes it in place, so that the call's own argument is not the last word. */
export function isSetLater(file: Followed, task: BareTask, name: string): boolean {
  // Following the task through the file is dear, and hardly a file sets attributes.
  if (!file.names.attributesSet.has(name)) return false;
  // One of several is not followed.
  if (task.made?.member) return true;
  const made = writtenCall(task);
  return made !== undefined && file.results.resultOf(made).uses.some((use) => use.path[0] === name);
}
