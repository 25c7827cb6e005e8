import type { CancellationToken } from "vscode-languageserver";
import { z } from "zod";
import { type Context, reported } from "./context.ts";
import { follow } from "./follow.ts";
import { abortOn, type LintProgress, lintProgress } from "./progress.ts";
import { type LintWorkspaceResult, lintWorkspaceRequest } from "./protocol.ts";
import { forget, publishClosed } from "./publish.ts";
import { tellStatus } from "./status.ts";

const lintWorkspaceParams = z.object({ workDoneToken: z.union([z.string(), z.number()]).optional() });

/** `tether/lintWorkspace`: lints every file of the workspace's folders and shows what is found in those not open. */
export function registerLintWorkspace(context: Context): void {
  const { connection, session } = context;
  connection.onRequest(
    lintWorkspaceRequest,
    reported<unknown, LintWorkspaceResult>(context, "Linting the workspace", async (params, token) => {
      const { workDoneToken } = lintWorkspaceParams.parse(params ?? {});
      // A second request replaces the first: both would show the same.
      session.running?.abort();
      const running = new AbortController();
      session.running = running;
      await session.configured;
      const progress = await lintProgress(connection, workDoneToken);
      try {
        return await run(context, running, progress, token);
      } finally {
        progress.done();
        if (session.running === running) session.running = undefined;
        tellStatus(context);
      }
    }),
  );
}

async function run(
  context: Context,
  running: AbortController,
  progress: LintProgress,
  token: CancellationToken,
): Promise<LintWorkspaceResult> {
  const { session, parts } = context;
  abortOn(running, token);
  abortOn(running, progress.token);
  tellStatus(context);
  const seen = new Set<string>();
  const roots = session.folders.filter(({ editor }) => editor.enable).map(({ path }) => path);
  if (roots.length === 0) return { files: 0, findings: 0, cancelled: false };
  const summary = await parts.lintWorkspace(roots, (path) => session.settingsFor(path), {
    signal: running.signal,
    onFile: (result) => {
      seen.add(result.path);
      session.depends(result.path, result.dependencies ?? []);
      session.linted.add(result.path);
      publishClosed(context, result);
    },
    onProgress: progress.report,
    open: session.texts(),
    uses: session.neighbours.uses,
    roots,
  });
  await follow(context);
  if (!summary.cancelled) for (const path of session.linted) if (!seen.has(path)) forget(context, path);
  return summary;
}
