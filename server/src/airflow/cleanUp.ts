/** Tasks that tidy up after others, whatever became of those. */
import { argument } from "./arguments.ts";
import { isSetLater } from "./attributes.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { followersOf } from "./edges.ts";
import { shareName } from "./mentions.ts";
import { isTeardown } from "./triggerRules.ts";

/** Whether a task is, or may be, a clean-up: marked as teardown, or run by its trigger rule whether others failed or not. */
export function isCleanUp(file: DagFile, task: Task): boolean {
  if (isTeardown(file, task)) return true;
  if (isSetLater(file, task, "trigger_rule")) return true;
  const rule = argument(file, task, "trigger_rule");
  if (typeof rule !== "object") return false;
  const { resolved } = rule;
  const text =
    resolved.kind === "string" ? resolved.folded.text : resolved.kind === "reference" ? resolved.qualified : undefined;
  // TriggerRule.ALL_DONE, "all_done", a rule that cannot be read.
  return text === undefined || /(^|\.)(all_done|all_done_\w+|one_done|one_failed|all_failed)$/i.test(text);
}

/** Whether what was rented is given back, whose request is enough, unless a later task wants the same thing again. */
export function givesBack(file: DagFile, task: Task): boolean {
  if (!/Terminate|Delete|Pause|Stop/.test(task.operator.name)) return false;
  return ![...followersOf(file.edges, task)].some((one) => shareName(file, one, task));
}
