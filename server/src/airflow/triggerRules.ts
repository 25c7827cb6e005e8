/** When a task runs, given how the tasks before it ended. */
import { argument } from "./arguments.ts";
import { isSetLater } from "./attributes.ts";
import type { DagFile, Task } from "./dagfile.ts";

/** A task's `trigger_rule` in lower case: `all_success` when it has none; `unknown` when it cannot be told. */
export function triggerRuleOf(file: DagFile, task: Task): string {
  if (isSetLater(file, task, "trigger_rule")) return "unknown";
  const found = argument(file, task, "trigger_rule");
  if (found === "absent") return "all_success";
  if (found === "unknown") return "unknown";
  const { resolved } = found;
  if (resolved.kind === "string" && resolved.folded.holes.length === 0) return resolved.folded.text.toLowerCase();
  // TriggerRule.ALL_DONE
  return resolved.kind === "reference" ? resolved.qualified.replace(/^.*\./, "").toLowerCase() : "unknown";
}
