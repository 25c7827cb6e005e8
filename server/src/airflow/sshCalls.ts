/** What task code does with the commands that it starts through paramiko, fabric or an SSHHook. */
import { isQuickText } from "../shell/pace.ts";
import type { ShellCommand } from "../shell/script.ts";
import { commands } from "../shell/walk.ts";
import { isCleanup, prepares } from "../shell/weight.ts";
import { keyword } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";
import { isParsed } from "./parsedOutput.ts";
import { mayRaise, scriptOf } from "./processes.ts";

/**
 * How the code waits for a command of `exec_command`: by reading its output, which the channel's timeout ends; by its
 * exit status first, which knows no timeout; not at all; or elsewhere.
 */
export type AwaitedBy = "output" | "status" | "nothing" | "unknown";

/** Source: paramiko's `Channel.recv_exit_status` waits for an event without a timeout; `ChannelFile.read` obeys `settimeout`. */
export function awaitedBy(call: RemoteCall): AwaitedBy {
  const { result } = call;
  if (result.discarded) return "nothing";
  const waits = result.uses
    .filter((use) => use.kind === "iterated" || waiting.test(use.path.at(-1) ?? ""))
    .toSorted((a, b) => a.span.start - b.span.start);
  const [first] = waits;
  if (!first) return result.escapes || result.entered || handsOnChannel(call) ? "unknown" : "nothing";
  return first.path.at(-1) === "recv_exit_status" ? "status" : "output";
}

const waiting = /^(read|readlines|readline|recv_exit_status)$/;

/** f(stdout.channel), f(stdout): somebody else may wait. */
function handsOnChannel({ result }: RemoteCall): boolean {
  return result.uses.some((use) => use.kind === "attribute" && use.path.at(-1) === "channel");
}

/**
 * Whether it is certain that the call was given no timeout: by keyword, by position, on the channel. An SSHHook's own
 * call has the hook's `cmd_timeout`, unless told `None`.
 */
export function hasNoTimeout(file: DagFile, call: RemoteCall): boolean {
  const { args } = call.call;
  if (args.some((one) => one.form === "star" || one.form === "double-star")) return false;
  // exec_command(command, bufsize, timeout), exec_ssh_client_command(client, command, get_pty, environment, timeout)
  const at = call.kind === "paramiko-exec" ? args[2] : call.kind === "hook-exec" ? args[4] : undefined;
  const given = keyword(call.call, "timeout") ?? (at?.form === "positional" ? at : undefined);
  if (given) return file.values.evaluate(given.value, call.scope).kind === "none";
  return call.kind !== "hook-exec" && !call.result.uses.some((use) => use.path.at(-1) === "settimeout");
}

/** Whether every command is known to answer within seconds. */
export function answersSoon(call: RemoteCall): boolean {
  const script = scriptOf(call);
  return script !== undefined && script.body.length > 0 && isQuickText(script);
}

/** `test -f x && echo yes || echo no`: its status says nothing. */
export function succeedsAlways(call: RemoteCall): boolean {
  const last = scriptOf(call)?.body.at(-1);
  return (
    last?.kind === "and-or" &&
    last.operator === "||" &&
    last.right.kind === "command" &&
    /^(echo|printf|true|:)$/.test(last.right.program ?? "")
  );
}

/** What the command wrote decides whether the function raises (with `leaves`: or returns), or is parsed: a failure does not pass unseen. */
export function isJudged(file: DagFile, use: Use, leaves: boolean, depth = 0): boolean {
  if (mayRaise(file, use, leaves) || isParsed(file, use)) return true;
  if (use.kind !== "method" || !use.call || depth > 8) return false;
  return file.results.resultOf(use.call).uses.some((one) => isJudged(file, one, leaves, depth + 1));
}

/** `cd /srv/app && docker-compose down`, `docker rm -f load`: nothing that the call runs does more than prepare, ask or tidy up. */
export function cleansUp(call: RemoteCall): boolean {
  const script = scriptOf(call);
  if (!script || script.errors.length > 0) return false;
  const all = commands(script);
  return (
    all.length > 0 && all.every(({ statement }) => !writes(statement) && (prepares(statement) || isCleanup(statement)))
  );
}

/** `cat a.csv b.csv > all.csv` */
function writes({ redirects }: ShellCommand): boolean {
  return redirects.some((one) => /^>[>|]?$/.test(one.operator) && one.target?.text !== "/dev/null");
}
