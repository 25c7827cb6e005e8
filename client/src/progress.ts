import { type Progress, ProgressLocation, window } from "vscode";
import {
  type BaseLanguageClient,
  type Middleware,
  WorkDoneProgressCancelNotification,
} from "vscode-languageclient/node";

type Handler = NonNullable<Middleware["handleWorkDoneProgress"]>;
type Shown = { report?: Progress<{ message?: string; increment?: number }>; percentage: number; end: () => void };

/**
 * Shows a cancellable progress of the server as a notification with a *Cancel* button. The client library shows every
 * progress in the status bar, where VS Code offers nothing to cancel it by.
 */
export function showCancellableProgress(client: () => BaseLanguageClient | undefined): Handler {
  const shown = new Map<string | number, Shown>();
  return (token, params, next) => {
    const here = shown.get(token);
    if (params.kind === "begin" && params.cancellable === true) {
      const begun: Shown = { percentage: 0, end: () => {} };
      shown.set(token, begun);
      const ended = new Promise<void>((resolve) => {
        begun.end = resolve;
      });
      const options = { location: ProgressLocation.Notification, title: params.title, cancellable: true };
      void window.withProgress(options, async (progress, cancellation) => {
        begun.report = progress;
        cancellation.onCancellationRequested(() => {
          void client()?.sendNotification(WorkDoneProgressCancelNotification.type, { token });
        });
        await ended;
      });
      return;
    }
    if (here && params.kind === "report") {
      const percentage = params.percentage ?? here.percentage;
      here.report?.report({
        ...(params.message === undefined ? {} : { message: params.message }),
        increment: percentage - here.percentage,
      });
      here.percentage = percentage;
      return;
    }
    if (here && params.kind === "end") {
      here.end();
      shown.delete(token);
    }
    // The library's own part learns of the end too, else it keeps its handler for the token.
    next(token, params);
  };
}
