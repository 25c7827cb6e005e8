/** Attributes of a task that are set after it is made: `load.trigger_rule = "all_done"`. */
import type { DagFile, Task } from "./dagfile.ts";

/** Whether the file sets, or speaks of, this attribute of the task, so that the call's own argument may not be the last word. */
export function isSetLater(file: DagFile, task: Task, name: string): boolean {
  // Following the task through the file is dear, and hardly a file sets attributes.
  if (!speaksOf(file, name)) return false;
  const made = task.expansion ?? task.call;
  return made !== undefined && file.results.resultOf(made).uses.some((use) => use.path[0] === name);
}

const spoken = new WeakMap<DagFile["module"], Map<string, boolean>>();

/** Whether `.name` stands anywhere in the file. */
function speaksOf(file: DagFile, name: string): boolean {
  const names = spoken.get(file.module) ?? new Map<string, boolean>();
  spoken.set(file.module, names);
  let found = names.get(name);
  if (found === undefined) {
    found = file.text.includes(`.${name}`);
    names.set(name, found);
  }
  return found;
}
