/** What runs after a task beyond what its file shows. */
import type { DagFile, Task } from "./dagfile.ts";
import { followersOf } from "./edges.ts";

/** Whether a task that cannot be seen may run after this one: somewhere behind it an edge leads, or may lead, on to the unknown. */
export function hiddenFollowers(file: DagFile, task: Task): boolean {
  if (file.openEdges.length === 0) return false;
  const own = [task, ...followersOf(file.edges, task)];
  return file.openEdges.some(({ before, beforeComplete, afterComplete }) => {
    if (!afterComplete && own.some((one) => before.includes(one))) return true;
    // tasks["load"] >> check: any task that is kept where it is not followed may be meant.
    return !beforeComplete && own.some((one) => isKept(file, one));
  });
}

/** Whether a task is put where it is not followed: into a dict, a list of tasks, the hands of a helper or the caller. */
function isKept(file: DagFile, task: Task): boolean {
  const made = task.expansion ?? task.call;
  if (!made) return true;
  return file.results
    .resultOf(made)
    .uses.some((use) => use.path.length === 0 && /^(stored|returned|argument)$/.test(use.kind));
}
