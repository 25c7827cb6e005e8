/**
 * The requests and notifications that go beyond the Language Server Protocol: their names and the shapes of what
 * they carry, shared by the server and its clients. No imports, so that a client takes nothing else along.
 */

/**
 * Request, client → server: lint every DAG file of the workspace folders. The server reports through a cancellable
 * progress that it creates itself (`window/workDoneProgress/create`) and publishes diagnostics for
 * files that are not open. `window/workDoneProgress/cancel` ends it early, as does cancelling the request; what
 * was found until then stays, and the answer says `cancelled: true`.
 */
export const lintWorkspaceRequest = "tether/lintWorkspace";

/** A progress token of the client's own (LSP `WorkDoneProgressParams`): reported on instead of a created one. */
export type LintWorkspaceParams = { readonly workDoneToken?: string | number };

/** How many files were linted and how many findings they have; fewer than there are when `cancelled`. */
export type LintWorkspaceResult = {
  readonly files: number;
  readonly findings: number;
  readonly cancelled: boolean;
};

/** Request, client → server: apply the fixes of one open file until none is left, by `workspace/applyEdit`. */
export const fixAllRequest = "tether/fixAll";

/** The document, by its LSP URI; `unsafe` adds the fixes that change more than the fault (default false). */
export type FixAllParams = { readonly uri: string; readonly unsafe?: boolean };

/** How many fixes went into the edit; 0 means that none was sent. */
export type FixAllResult = { readonly applied: number };

/** Notification, server → client: what the server is doing now, for a status display. */
export const statusNotification = "tether/status";

/** `message` is one short line for the user, such as the configuration error that keeps the server from linting. */
export type StatusParams = {
  readonly state: "starting" | "ready" | "linting" | "error";
  readonly message?: string;
};
