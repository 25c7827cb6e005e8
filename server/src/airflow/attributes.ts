/** Attributes of a task that are set after it is made: `load.trigger_rule = "all_done"`. */
import { Kept } from "../syntax/kept.ts";
import type { BareTask } from "./collect.ts";
import type { DagFile } from "./dagfile.ts";
import { writtenCall } from "./written.ts";

/** The file's parts that following a task takes. */
export type Followed = Pick<DagFile, "module" | "text" | "results">;

/** Whether the file sets this attribute of the task, or changes it in place, so that the call's own argument is not the last word. */
export function isSetLater(file: Followed, task: BareTask, name: string): boolean {
  // Following the task through the file is dear, and hardly a file sets attributes.
  if (!setsAny(file, name)) return false;
  const made = writtenCall(task);
  return made !== undefined && file.results.resultOf(made).uses.some((use) => use.path[0] === name);
}

const sets = new Kept<DagFile["module"], ReadonlySet<string>>();

/** `load.retries = 3`, `load.env["DAY"] = day`, `load.env.update(…)`, `load.timeout: int = 5` */
const setting = /\.(\w+)\s*(?:=(?!=)|[-+*/%|&]{1,2}=|[.:[])/g;

/** Whether something of the file has an attribute of this name set. */
function setsAny(file: Followed, name: string): boolean {
  let names = sets.get(file.module);
  if (!names) {
    names = new Set([...file.text.matchAll(setting)].map((one) => one[1] ?? ""));
    sets.set(file.module, names);
  }
  return names.has(name);
}
