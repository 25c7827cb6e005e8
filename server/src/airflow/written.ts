/** What a task is written as in its file. */
import type { Call } from "../syntax/python.ts";
import type { BareTask } from "./collectedTask.ts";

/** The whole call whose result is the task: `.expand(…)`, what finishes a partial, a function of another file. */
export function writtenCall(task: BareTask): Call | undefined {
  return task.expansion ?? task.completion ?? task.made?.at ?? task.call;
}
