import { configProblems } from "./configProblems.ts";
import type { Context } from "./context.ts";
import { type StatusParams, statusNotification } from "./protocol.ts";

/** Tells the client what the server is doing now. */
export function tellStatus({ connection, session }: Context): void {
  void connection.sendNotification(statusNotification, statusOf(session));
}

function statusOf(session: Context["session"]): StatusParams {
  if (session.running) return { state: "linting" };
  const [first, ...others] = configProblems(session);
  if (!first) return { state: "ready" };
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return {
    state: "error",
    message: `${first.path}${first.line === undefined ? "" : `:${first.line}`}: ${first.message}${more}`,
  };
}
