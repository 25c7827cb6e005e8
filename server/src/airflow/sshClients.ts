/** Calls of ssh, scp, sftp and rsync that a task waits for. */

import { isQuickText, timeoutSeconds } from "../shell/pace.ts";
import { isLoopback, type Lacking, lacking, type RemoteInvocation, remoteInvocation } from "../shell/remote.ts";
import type { Script, ShellCommand } from "../shell/script.ts";
import { type CommandVisit, commands, statements } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { Kept } from "../syntax/kept.ts";
import { keyword } from "../syntax/python.ts";
import type { SourceSpan, Span } from "../text/span.ts";
import { type Bound, secondsOf, soonest, taskBound } from "./bounds.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";
import { type ShellText, shellCommands } from "./shellTexts.ts";

/** One such call, on the worker or in a container that the task runs. */
export type SshClient = {
  readonly text: ShellText;
  readonly visit: CommandVisit;
  readonly command: ShellCommand;
  readonly call: RemoteInvocation;
  readonly missing: Lacking;
  /** `ssh -i key user@host`, in the source. */
  readonly span: SourceSpan;
  /** What other findings about the same call share: the command, or the Python call that runs it. */
  readonly cause: Span;
  /** What ends it if nothing else does: `timeout(1)`, the call's own `timeout=`. */
  readonly limit: "timeout(1)" | "timeout=" | undefined;
  /** What ends it first, the limits of the tasks that run it included. */
  readonly bound: Bound | undefined;
};

/** All calls of the file whose options are known; none in the background, and no tunnels. */
export function sshClients(file: DagFile): readonly SshClient[] {
  return clients.of(file);
}

const clients = new Kept(readClients);

function readClients(file: DagFile): readonly SshClient[] {
  return shellCommands(file, /\b(?:ssh|scp|sftp|rsync)\b/).flatMap(({ visit, command, text, span }): SshClient[] => {
    const call = unattended(visit, text);
    if (!call || call.unknownOptions || isLoopback(call) || visit.script.place === "remote") return [];
    if (text.call && !isComplete(file, text.call)) return [];
    const shown = sourceSpan(visit.script.folded, ownWords(command, call));
    const missing = lacking(command);
    const cause = text.call?.call.span ?? span;
    const limit = limitOf(command, text);
    const bound = boundOf(file, command, text);
    return [{ text, visit, command, call, missing, span: shown, cause, limit, bound }];
  });
}

/** The call, where somebody waits for it and it does something on the other side. */
function unattended(visit: CommandVisit, { call: python }: ShellText): RemoteInvocation | undefined {
  const { statement } = visit;
  if (visit.background || statement.program === "autossh") return undefined;
  const call = remoteInvocation(statement);
  if (!call?.destination || call.background || call.tunnelOnly) return undefined;
  // The connection belongs to the master process, with the options that it was given.
  if (call.settings.has("controlpath") || call.flags.has("S") || call.flags.has("M")) return undefined;
  // rsync's own daemon: no ssh.
  if (call.tool === "rsync" && /::|^rsync:/.test(call.destination.text)) return undefined;
  if (call.tool !== "ssh" || call.command.length > 0 || call.script) return call;
  const reads = statement.redirects.some((one) => one.operator.startsWith("<"));
  const piped = visit.parents.at(-1)?.kind === "pipeline";
  const fed = python?.call.args.some((one) => one.name === "input" || one.name === "stdin");
  return reads || piped || fed ? call : undefined;
}

/** ["ssh", *options, host]: what the list does not show may hold any option. */
function isComplete(file: DagFile, { command, call, scope }: RemoteCall): boolean {
  if (!command || "shell" in command) return true;
  const given = keyword(call, "args") ?? call.args[0];
  const value = given && file.values.evaluate(given.value, scope);
  return value?.kind !== "list" || value.complete;
}

/** `ssh -i key user@host`; the program alone where that is more than one line. */
function ownWords(command: ShellCommand, call: RemoteInvocation): Span {
  const [program, ...rest] = command.words;
  const start = program?.span.start ?? command.span.start;
  const end = (call.tool === "ssh" ? call.destination : rest.at(-1))?.span.end ?? command.span.end;
  return { start, end: Math.max(end, program?.span.end ?? end) };
}

function limitOf(command: ShellCommand, { call }: ShellText): SshClient["limit"] {
  if (command.wrappers.some((one) => one.name === "timeout")) return "timeout(1)";
  return call?.call.args.some((one) => one.name === "timeout") ? "timeout=" : undefined;
}

function boundOf(file: DagFile, command: ShellCommand, { task, call }: ShellText): Bound | undefined {
  const bounds: Bound[] = [];
  if (command.wrappers.some((one) => one.name === "timeout"))
    bounds.push({ by: "timeout(1)", seconds: timeoutSeconds(command) });
  const given = call && keyword(call.call, "timeout");
  if (given) bounds.push({ by: "timeout=", seconds: secondsOf(file.values.evaluate(given.value, call.scope)) });
  // Of several tasks that run one call, the last to be ended counts.
  const tasks = task ? [task] : call?.users.length === 0 ? call.tasks : [];
  const ends = tasks.map((one) => taskBound(file, one));
  const last = ends.every((one) => one !== undefined)
    ? ends.toSorted((a, b) => (b.seconds ?? Infinity) - (a.seconds ?? Infinity))[0]
    : undefined;
  return soonest(last ? [...bounds, last] : bounds);
}

/** Whether the remote command surely ends within seconds: there is no silence in which a connection could be forgotten. */
export function isQuick({ call }: SshClient): boolean {
  return endsAtOnce(call);
}

/** The same of a call that stands anywhere. */
export function endsAtOnce({ script }: { readonly script?: Script | undefined }): boolean {
  if (!script || script.errors.length > 0) return false;
  const loops = statements(script).some(({ statement }) => statement.kind === "loop");
  // `[ -d /in ]` is no command.
  const some = commands(script).length > 0 || script.body.some((one) => one.kind === "test");
  return some && !loops && isQuickText(script);
}
