/** Lets a text fail with the background processes that it waits for. */
import type { Detached } from "../shell/detach.ts";
import type { CommandVisit } from "../shell/walk.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { waitForAllEdits } from "./waitForAll.ts";

/** `a & wait` → `a & wait "$!"`; `a & b & wait` → each pid is kept, and waited for in turn. */
export function waitForAllFix(
  { statement, script, parents }: CommandVisit,
  jobs: readonly Detached[],
): Fix | undefined {
  if (parents.length > 0) return undefined;
  const [only, ...more] = jobs;
  const looped = only !== undefined && !script.body.includes(only.statement);
  const edits =
    only && more.length === 0 && !looped && !/\$!/.test(script.folded.text)
      ? [editFolded(script.folded, statement.span, 'wait "$!"')]
      : waitForAllEdits(script, jobs, statement.span);
  if (!edits || edits.length === 0) return undefined;
  const complete = edits.filter((one) => one !== undefined);
  if (complete.length < edits.length) return undefined;
  return {
    title: more.length === 0 && !looped ? "Wait for its pid" : "Wait for each pid",
    edits: complete,
    safety: "unsafe",
    why: "a failure of a background process now fails the task; what follows runs only when all have succeeded",
  };
}
