import { type Context, guarded } from "./context.ts";
import { follow } from "./follow.ts";

/**
 * Looks through the workspace in the background for who runs whose functions and reads whose scripts, so that a helper
 * or a script shows what is wrong in it although no DAG is open. Once; begun when a document is opened, and anew when
 * the configuration changes. Of most files it only looks at the imports.
 */
export function survey(context: Context): void {
  const { session } = context;
  if (session.survey) return;
  const running = new AbortController();
  session.survey = running;
  const folders = session.folders.filter(({ editor }) => editor.enable).map(({ path }) => path);
  void guarded<undefined, void>(context, "Looking through the workspace", undefined, async () => {
    await surveyed(context, folders, running.signal);
  })(undefined);
}

/** The same for files that have changed. */
export async function surveyed(context: Context, paths: readonly string[], signal?: AbortSignal): Promise<void> {
  const { session, parts } = context;
  if (paths.length === 0) return;
  const { neighbours } = session;
  await parts.survey(paths, (path) => session.settingsFor(path), {
    survey: true,
    signal,
    uses: neighbours.uses,
    roots: session.folders.map(({ path }) => path),
    open: session.texts(),
    onFile: ({ path, dependencies = [] }) => {
      // An open document is linted itself, as it is now.
      if (!session.documentAt(path)) session.depends(path, dependencies);
    },
  });
  if (!signal?.aborted) await follow(context);
}
