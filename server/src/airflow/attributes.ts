/** Attributes of a task that are set after it is made: `load.trigger_rule = "all_done"`. */
import type { DagFile, Task } from "./dagfile.ts";

/** Whether the file sets, or speaks of, this attribute of the task, so that the call's own argument may not be the last word. */
export function isSetLater(file: DagFile, task: Task, name: string): boolean {
  // Following the task through the file is dear, and hardly a file sets attributes.
  if (!file.text.includes(`.${name}`)) return false;
  const made = task.expansion ?? task.call;
  return made !== undefined && file.results.resultOf(made).uses.some((use) => use.path[0] === name);
}
