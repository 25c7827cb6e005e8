/** What runs after a task beyond what its file shows. */
import { contains, slice } from "../text/span.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { followersOf } from "./edges.ts";
import { writtenCall } from "./written.ts";

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

/**
 * Whether a task is put where it is not followed: into a dict, the hands of a helper or the caller. A list that an edge
 * leads to, `start >> [a, b]`, is followed.
 */
export function isKept(file: DagFile, task: Task): boolean {
  const made = writtenCall(task);
  if (!made) return true;
  const kept = file.results
    .resultOf(made)
    .uses.filter((use) => use.path.length === 0 && /^(stored|returned|argument)$/.test(use.kind));
  if (kept.length === 0) return false;
  const touching = file.edges.filter((one) => one.from === task || one.to === task);
  // all = [a, b] … start >> all
  const byOtherName = touching.some((one) => {
    const written = slice(file.text, one.to === task ? one.toSpan : one.fromSpan);
    return /^\w+$/.test(written) && written !== task.variable;
  });
  return kept.some(
    (use) =>
      use.kind === "returned" ||
      !(touching.some((one) => contains(one.span, use.span)) || (byOtherName && use.kind === "stored")),
  );
}
