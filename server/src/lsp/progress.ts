import type { CancellationToken, Connection, WorkDoneProgressServerReporter } from "vscode-languageserver";

/** The progress of one workspace lint. */
export type LintProgress = {
  /** Fires when the user cancels in the progress itself. */
  readonly token: CancellationToken | undefined;
  readonly report: (done: number, total: number) => void;
  readonly done: () => void;
};

/** Begins a progress: on the client's own token, else on one that the server creates and the user can cancel. */
export async function lintProgress(
  connection: Connection,
  clientToken: string | number | undefined,
): Promise<LintProgress> {
  const created = clientToken === undefined ? await createdProgress(connection) : undefined;
  const reporter = created ?? connection.window.attachWorkDoneProgress(clientToken);
  reporter.begin("Tether: linting the workspace", 0, undefined, true);
  let last = 0;
  return {
    token: created?.token,
    report(done, total) {
      const percentage = total === 0 ? 100 : Math.floor((done / total) * 100);
      // One message per percent: thousands of files must not become thousands of messages.
      if (percentage === last) return;
      last = percentage;
      reporter.report(percentage, `${done} of ${total} files`);
    },
    done: () => reporter.done(),
  };
}

/** Aborts when the token is cancelled, or has been. */
export function abortOn(controller: AbortController, token: CancellationToken | undefined): void {
  if (token?.isCancellationRequested) controller.abort();
  token?.onCancellationRequested(() => controller.abort());
}

// A client that refuses gets its findings without a progress.
async function createdProgress(connection: Connection): Promise<WorkDoneProgressServerReporter | undefined> {
  try {
    return await connection.window.createWorkDoneProgress();
  } catch (error) {
    connection.console.warn(`No progress is shown: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
