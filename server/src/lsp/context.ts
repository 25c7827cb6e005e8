import type { CancellationToken, Connection } from "vscode-languageserver";
import type { Parts } from "./parts.ts";
import type { Session } from "./session.ts";

/** What every feature is given. */
export type Context = { readonly connection: Connection; readonly session: Session; readonly parts: Parts };

/**
 * A handler whose failure is logged to the client and answered with `otherwise`: the session goes on. What the handler
 * does before its first `await` happens at once, so messages keep their order.
 */
export function guarded<P, R>(
  { connection }: Pick<Context, "connection">,
  what: string,
  otherwise: R,
  handle: (params: P, token: CancellationToken) => R | Promise<R>,
): (params: P, token?: CancellationToken) => Promise<R> {
  const logged = reported({ connection }, what, handle);
  return async (params, token) => {
    try {
      return await logged(params, token);
    } catch {
      return otherwise;
    }
  };
}

/** A handler for what the user asked for: its failure is logged and told to who asked. The session goes on. */
export function reported<P, R>(
  { connection }: Pick<Context, "connection">,
  what: string,
  handle: (params: P, token: CancellationToken) => R | Promise<R>,
): (params: P, token?: CancellationToken) => Promise<R> {
  return async (params, token = never) => {
    try {
      return await handle(params, token);
    } catch (error) {
      connection.console.error(`${what} failed: ${described(error)}`);
      throw error;
    }
  };
}

/** An error for the log, with where it came from. */
export function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const never: CancellationToken = {
  isCancellationRequested: false,
  onCancellationRequested: () => ({ dispose: () => {} }),
};
