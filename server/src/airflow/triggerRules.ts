/** When a task runs, given how the tasks before it ended. */
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { writtenCall } from "./written.ts";

/** A task's `trigger_rule` in lower case: `all_success` when it has none; `unknown` when it cannot be told. */
export function triggerRuleOf(file: DagFile, task: Task): string {
  const found = argument(file, task, "trigger_rule");
  if (found === "absent") return "all_success";
  if (found === "unknown") return "unknown";
  const { resolved } = found;
  if (resolved.kind === "string" && resolved.folded.holes.length === 0) return resolved.folded.text.toLowerCase();
  // TriggerRule.ALL_DONE, TriggerRule.ALL_DONE.value
  const name = resolved.kind === "reference" ? resolved.qualified.replace(/\.value$/, "") : "unknown";
  return name.replace(/^.*\./, "").toLowerCase();
}

/** Whether the task is marked as a teardown: by `.as_teardown(…)` or `@teardown`. */
export function isTeardown(file: DagFile, task: Task): boolean {
  if (task.operator.name === "teardown" || task.operator.name === "task.teardown") return true;
  const made = writtenCall(task);
  return made !== undefined && file.results.resultOf(made).uses.some((use) => use.path.includes("as_teardown"));
}
