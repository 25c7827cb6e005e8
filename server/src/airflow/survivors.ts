/** Remote commands that go on running when the task that waits for them is killed, times out or loses its connection. */
import { remoteInvocation } from "../shell/remote.ts";
import { firstUnrepeatable, guardsItself } from "../shell/rerun.ts";
import type { Script, ShellCommand } from "../shell/script.ts";
import { type Submission, submissions } from "../shell/submit.ts";
import { type CommandVisit, commands, touchesError } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { keyword } from "../syntax/python.ts";
import type { SourceSpan } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { isUnset } from "./bounds.ts";
import type { DagFile, RemoteCall, Task, TaskScript } from "./dagfile.ts";
import { operators, runsAs } from "./kinds.ts";
import { scriptOf } from "./processes.ts";

/** A command that outlives its task. */
export type Survivor = {
  /** Through what it is run: SSHOperator without a terminal, an ssh client without `-tt`, SSHRemoteJobOperator. */
  readonly by: "ssh-operator" | "ssh-client" | "remote-job";
  /** The command that does the work, in the remote text. */
  readonly visit: CommandVisit;
  /** The operator's text; undefined for a call in Python code. */
  readonly script: TaskScript | undefined;
  /** The ssh client's command and the text it stands in. */
  readonly client: { readonly command: ShellCommand; readonly script: Script } | undefined;
  /** Whether its own text keeps a second copy from doing harm. */
  readonly guarded: boolean;
  /** What is at fault in the source: the ssh command, the call, or the operator's name. */
  readonly cause: SourceSpan;
};

/**
 * Whether SSHOperator asks for a terminal, whose end hangs up the remote command: by `get_pty`, or since the command
 * starts with sudo (ssh provider, `operators/ssh.py`).
 */
export function hasTerminal(file: DagFile, task: Task): boolean | "unknown" {
  if (task.scripts.some((one) => one.script.folded.text.startsWith("sudo"))) return true;
  const pty = argument(file, task, "get_pty");
  if (isUnset(pty)) return false;
  return typeof pty === "object" && pty.resolved.kind === "boolean" ? pty.resolved.value : "unknown";
}

/** The first remote command of a task that would outlive it: no short one, none under timeout(1), none that is left in the background anyway. */
export function survivorOf(file: DagFile, task: Task): Survivor | undefined {
  const remoteJob = runsAs(task, operators.sshRemoteJob);
  if (remoteJob || runsAs(task, operators.ssh)) {
    if (!remoteJob && hasTerminal(file, task) !== false) return undefined;
    for (const one of readable(task)) {
      const visit = firstUnrepeatable(one.script);
      if (!visit || one.script.dialect === "powershell") continue;
      const guarded = guardsItself(one.script);
      const by = remoteJob ? "remote-job" : "ssh-operator";
      return { by, visit, script: one, client: undefined, guarded, cause: task.span };
    }
    return undefined;
  }
  if (runsAs(task, operators.bash)) {
    for (const one of readable(task)) {
      const found = throughClient(one.script);
      if (found) return { ...found, script: one };
    }
  }
  return undefined;
}

/** As {@link survivorOf}, for a call in Python code: an ssh client, or a command run through paramiko or a hook without a terminal. */
export function survivorOfCall(file: DagFile, call: RemoteCall): Survivor | undefined {
  const script = scriptOf(call);
  if (!script) return undefined;
  if (call.kind !== "paramiko-exec" && call.kind !== "hook-exec") return throughClient(script);
  if (asksForTerminal(file, call) !== false) return undefined;
  const visit = firstUnrepeatable(script);
  if (!visit) return undefined;
  const guarded = guardsItself(script);
  return { by: "ssh-client", visit, script: undefined, client: undefined, guarded, cause: call.call.span };
}

/** Whether a call asks for a terminal: exec_command(command, bufsize, timeout, get_pty), exec_ssh_client_command(client, command, get_pty, …). */
export function asksForTerminal(file: DagFile, { call, kind, scope }: RemoteCall): boolean | "unknown" {
  if (kind !== "paramiko-exec" && kind !== "hook-exec") return false;
  const positional = call.args.filter((one) => one.form === "positional");
  const given = keyword(call, "get_pty")?.value ?? positional[kind === "hook-exec" ? 2 : 3]?.value;
  if (!given) return call.args.some((one) => one.form === "star" || one.form === "double-star") ? "unknown" : false;
  const value = file.values.evaluate(given, scope);
  return value.kind === "boolean" ? value.value : "unknown";
}

/** A job that a command on another machine hands on, so that trying the command again hands on a second one. */
export type Resubmission = {
  readonly submission: Submission;
  /** The command in the source. */
  readonly span: SourceSpan;
  /** What is at fault in the source: the ssh command, the call, or the operator's name. */
  readonly cause: SourceSpan;
};

/** The first job that a task hands on over ssh. */
export function resubmissionOf(task: Task): Resubmission | undefined {
  const bySsh = runsAs(task, operators.ssh);
  if (!bySsh && !runsAs(task, operators.bash)) return undefined;
  for (const { script } of readable(task)) {
    const found = submittedFar(script);
    if (found) return { ...found, cause: bySsh ? task.span : found.cause };
  }
  return undefined;
}

/** As {@link resubmissionOf}, for a call in Python code. */
export function resubmissionOfCall(call: RemoteCall): Resubmission | undefined {
  const script = scriptOf(call);
  const found = script && submittedFar(script);
  return found && { ...found, cause: call.call.span };
}

/** The first job of a text that another machine hands on, where neither a key nor a look at what is there refuses a second one. */
function submittedFar(script: Script): Resubmission | undefined {
  for (const submission of submissions(script)) {
    const { visit, submitter, span } = submission;
    if (visit.script.place !== "remote" || visit.conditional || visit.background || guardsItself(script)) continue;
    // Kubernetes refuses a name that it has; what is only told not to wait may be any request.
    if (submitter.kind !== "job" && !/\bsubmit\b/.test(submission.name)) continue;
    const outer = visit.nesting[0]?.span ?? visit.statement.span;
    return {
      submission,
      span: sourceSpan(visit.script.folded, span),
      cause: sourceSpan((visit.nesting.length > 0 ? script : visit.script).folded, outer),
    };
  }
  return undefined;
}

function readable(task: Task): readonly TaskScript[] {
  return task.scripts.filter((one) => one.template === undefined || one.template.exists === false);
}

function throughClient(script: Script): Survivor | undefined {
  if (!/\bssh\b/.test(script.folded.text)) return undefined;
  for (const outer of commands(script)) {
    const { statement } = outer;
    if (statement.program !== "ssh" || outer.script.place !== "worker" || outer.background || outer.conditional)
      continue;
    const call = remoteInvocation(statement);
    // With two -t the other side has a terminal, which hangs up with the client.
    if (!call?.script || call.tty === 2 || call.background || touchesError(outer)) continue;
    const visit = firstUnrepeatable(call.script);
    if (!visit) continue;
    const start = statement.words[0]?.span.start ?? statement.span.start;
    const end = call.destination?.span.end ?? statement.span.end;
    return {
      by: "ssh-client",
      visit,
      script: undefined,
      client: { command: statement, script: outer.script },
      guarded: guardsItself(script),
      cause: sourceSpan(outer.script.folded, { start, end }),
    };
  }
  return undefined;
}
