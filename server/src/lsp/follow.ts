import { setImmediate } from "node:timers/promises";
import type { Context } from "./context.ts";
import { publishOpen, relintClosed } from "./publish.ts";

// A change in one file can change what another asks of a third.
const mostRounds = 10;

/**
 * Brings up to date what is shown of files that have to do with those at `changed`, and with what linting has told
 * since the last time: those that read them, and those whose functions other tasks run now. `outdated` are to be looked
 * at again themselves.
 */
export async function follow(
  context: Context,
  changed: readonly string[] = [],
  outdated: readonly string[] = [],
): Promise<void> {
  const { connection, session } = context;
  let refresh = false;
  let stale = [...outdated, ...changed.flatMap((path) => session.neighbours.dependents(path))];
  for (let round = 0; round < mostRounds; round++) {
    const paths = new Set([...stale, ...session.drain()]);
    stale = [];
    if (paths.size === 0) break;
    for (const path of paths) session.outdate(path);
    for (const path of paths) {
      const document = session.documentAt(path);
      if (!document) continue;
      if (session.client.pulls) refresh = true;
      else {
        publishOpen(context, document);
        // One after the other: what is typed meanwhile comes in between.
        await setImmediate();
      }
    }
    await relintClosed(context, [...paths]);
  }
  if (refresh && session.client.refreshes) await connection.languages.diagnostics.refresh();
}
