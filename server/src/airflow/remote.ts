/** Which tasks wait for work on another machine, and through what. */

import { behaviourOf } from "../catalog/behaviour.ts";
import { parameterOf } from "../catalog/index.ts";
import { lastingProgram } from "../shell/longRunners.ts";
import {
  asksOtherMachine,
  givesUp,
  isLimited,
  isQuickText,
  mentionsOtherMachine,
  waitsForOtherMachine,
} from "../shell/pace.ts";
import { printsNothing, printsOn } from "../shell/printing.ts";
import type { Script, ShellCommand, Word } from "../shell/script.ts";
import { commands } from "../shell/walk.ts";
import { qualifiedName } from "../syntax/names.ts";
import { knownText } from "../syntax/value.ts";
import { slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { hasParameter, providerAtLeast, providerIsKnown } from "./availability.ts";
import { isUnset } from "./bounds.ts";
import type { DagFile, Lookup, RemoteCall, Task } from "./dagfile.ts";
import { isA, operators, runsAs } from "./kinds.ts";
import { scriptOf } from "./processes.ts";
import { mayBeLimited } from "./serviceLimits.ts";
import { awaitedBy, hasNoTimeout } from "./sshCalls.ts";
import { defersByDefault, literalOf, waitingOf } from "./waiting.ts";

/** The program by which a script on the worker asks another machine without a limit of its own. */
export function remoteProgram(script: Script): string | undefined {
  return mentionsOtherMachine(script.folded.text, true) ? firstProgram(script, asksOtherMachine) : undefined;
}

/** The program through which the call waits for another machine without a limit of its own. */
export function waitsThrough(call: RemoteCall): string | undefined {
  const script = scriptOf(call);
  if (!script || !mentionsOtherMachine(script.folded.text, true)) return undefined;
  return firstProgram(script, (one) => asksOtherMachine(one) && !givesUp(one));
}

/** Whether the call stays until work on another machine has ended: `ssh host job`, not `kubectl get`. */
export function staysForWork(call: RemoteCall): boolean {
  const script = scriptOf(call);
  return script !== undefined && firstProgram(script, waitsForOtherMachine) !== undefined;
}

/** The program or script by which the call does work on the worker that may take any time, without a limit of its own. */
export function runsLocally(call: RemoteCall): string | undefined {
  const script = scriptOf(call);
  return script && lastingProgram(script, (word) => isPython(word, call));
}

/** `sys.executable` */
function isPython({ text, folded }: Word, { scope }: RemoteCall): boolean {
  const [hole, ...others] = folded.holes;
  if (!hole?.expr || others.length > 0 || hole.start !== 0 || hole.end !== text.length) return false;
  return qualifiedName(hole.expr, scope) === "sys.executable";
}

/** Whether the call asks another machine something. */
export function asksThrough(call: RemoteCall): boolean {
  const script = scriptOf(call);
  return script !== undefined && remoteProgram(script) !== undefined;
}

function firstProgram(script: Script, asks: (command: ShellCommand) => boolean): string | undefined {
  for (const { statement, nesting } of commands(script)) {
    // What stands inside `ssh host '…'` waits no longer than the ssh around it.
    if (nesting.some((one) => waitsForOtherMachine(one) || isLimited(one))) continue;
    if (asks(statement) && !isLimited(statement)) return statement.program;
  }
  return undefined;
}

/** Whether every command of the task's texts is known to answer within seconds, unless `other` allows it for another reason. */
export function onlyAnswersAtOnce(task: Task, other: (command: ShellCommand) => boolean = () => false): boolean {
  const texts = task.scripts.map((one) => one.script).filter((one) => one.body.length > 0);
  return texts.length > 0 && texts.every((one) => isQuickText(one, other));
}

/** A command whose silence has a limit, its running time none. */
export const printing = "a remote command that goes on printing";

/** What may never end on the other side, for a message, such as `a pod that never ends`; undefined when nothing is known to. */
export function remoteWork(file: DagFile, task: Task): string | undefined {
  if (runsAs(task, operators.ssh) || runsAs(task, operators.winrm)) {
    // cmd and PowerShell are not read word by word.
    if (runsAs(task, operators.winrm) && saysOneWord(argument(file, task, "command"))) return undefined;
    if (onlyAnswersAtOnce(task, isLimited) || mayDefer(file, task)) return undefined;
    if (!endsSilence(file, task)) return "a remote command that hangs";
    return task.scripts.length > 0 && task.scripts.every(({ script }) => printsNothing(script)) ? undefined : printing;
  }
  if (runsAs(task, operators.sftp)) return "a transfer that hangs";
  if (runsAs(task, operators.docker) && task.form === "operator")
    return saysOneWord(argument(file, task, "command")) ? undefined : "a container that never ends";
  if (runsAs(task, operators.pod) && task.form === "operator")
    return podHoldsTask(file, task) ? "a pod that never ends" : undefined;
  if (runsAs(task, operators.bash)) {
    for (const { script } of task.scripts) {
      if (!mentionsOtherMachine(script.folded.text, false)) continue;
      const program = firstProgram(script, waitsForOtherMachine);
      if (program) return `${program} that does not return`;
    }
    return undefined;
  }
  if (!isA(task, operators.python)) return polledWork(file, task);
  const call = awaitedSshCall(file, task);
  if (!call) {
    const program = programBehindHook(file, task);
    if (program !== undefined) return `${program} that does not return`;
    return file.calls.some((one) => transfersEndlessly(file, task, one)) ? "a transfer that hangs" : undefined;
  }
  return hasNoTimeout(file, call) || awaitedBy(call) === "status" ? "an ssh call that does not return" : printing;
}

/** SubprocessHook().run_command(["bash", "-c", "gcloud … ssh …"]) takes no timeout: the task's own is the only one. */
function programBehindHook(file: DagFile, task: Task): string | undefined {
  for (const call of file.calls) {
    if (call.kind !== "hook-process" || !call.tasks.includes(task)) continue;
    const program = waitsThrough(call);
    if (program !== undefined) return program;
  }
  return undefined;
}

/** What is written of the task, in its file and where a function of another one makes it. */
function textOf(file: DagFile, { call, made }: Task): string {
  const there = made ? slice(file.text, made.at.span) + slice(made.home.module.text, made.call.span) : "";
  return (call ? slice(file.text, call.span) : "") + there;
}

/**
 * What the operator polls until it ends, where nothing in the task limits that: `a Livy batch that never ends`, or, where
 * the service may end it, `the Athena query`.
 */
function polledWork(file: DagFile, task: Task): string | undefined {
  const behaviour = task.operator.known && behaviourOf(task.operator.known);
  if (!behaviour?.endless && !behaviour?.lasting) return undefined;
  if (waitingOf(file, task, behaviour) !== "waits" || mayDefer(file, task)) return undefined;
  const { only, timeout, limits } = behaviour;
  if (only) {
    const given = argument(file, task, only.parameter);
    if (typeof given !== "object" || literalOf(given.resolved) !== only.is) return undefined;
  }
  if (timeout?.boundsWait && !isUnset(argument(file, task, timeout.parameter))) return undefined;
  if (limits && mayBeLimited(file, task, limits)) return undefined;
  const written = textOf(file, task);
  // A stream is not to end, and "SELECT 1" does at once.
  if (behaviour.lasting)
    return /streaming|(["'])\s*select\s+\d+\s*;?\s*\1/i.test(written) ? undefined : behaviour.product;
  if (behaviour.leavesStreams && /stream/i.test(written)) return undefined;
  // master="local[*]" runs here; spark.yarn.submit.waitAppCompletion may not wait.
  if (/\blocal\b|waitAppCompletion/i.test(written)) return undefined;
  return `${behaviour.endless} that never ends`;
}

/** What a task's ssh command is known to print with while it waits, so that no limit on silence ends it. */
export function reporter(file: DagFile, task: Task): string | undefined {
  const call = awaitedSshCall(file, task);
  const own = call ? scriptOf(call) : undefined;
  for (const script of call ? (own ? [own] : []) : task.scripts.map((one) => one.script)) {
    const program = printsOn(script);
    if (program !== undefined) return program;
  }
  return undefined;
}

/** The ssh call in a Python task's code that may hold it, since nobody limits how long it takes; the one without any limit first. */
export function awaitedSshCall(file: DagFile, task: Task): RemoteCall | undefined {
  if (!isA(task, operators.python)) return undefined;
  const calls = file.calls.filter(
    (one) =>
      one.tasks.includes(task) &&
      (one.kind === "hook-exec" || (one.kind === "paramiko-exec" && awaitedBy(one) !== "nothing")),
  );
  return calls.find((one) => hasNoTimeout(file, one)) ?? calls[0];
}

/**
 * Whether the task transfers files by a call that waits for the other side without a limit: paramiko's and ftplib's
 * sockets have none unless told, and what limits `connect` does not limit what follows.
 */
function transfersEndlessly(file: DagFile, task: Task, { kind, call, function: around, tasks }: RemoteCall): boolean {
  if (kind !== "transfer" || !tasks.includes(task) || !around) return false;
  if (/\bsetdefaulttimeout\b/.test(file.text)) return false;
  // sftp.get_channel().settimeout(60), connection.timeout = 60
  if (/\.(?:settimeout|set_keepalive)\(|\.timeout\s*=/.test(slice(file.text, around.span))) return false;
  // FTP(host, user, passwd, acct, timeout)
  return call.args.length < 5 && call.args.every((one) => one.form !== "double-star" && one.name !== "timeout");
}

/** Whether the operator itself ends a command that falls silent; the ssh provider does since 3.3.0. */
function endsSilence(file: DagFile, task: Task): boolean {
  const { known } = task.operator;
  if (!known || !runsAs(task, operators.ssh) || !hasParameter(file.project, known, "cmd_timeout")) return false;
  if (!providerAtLeast(file.project, known.provider, "3.3.0")) return false;
  const given = argument(file, task, "cmd_timeout");
  return typeof given !== "object" || given.resolved.kind !== "none";
}

const sparkKubernetes = "airflow.providers.cncf.kubernetes.operators.spark_kubernetes.SparkKubernetesOperator";

/** Whether the task surely stays on its worker for as long as the pod runs, and nothing ends the pod. */
function podHoldsTask(file: DagFile, task: Task): boolean {
  // The kubelet ends the pod then.
  if (!isUnset(argument(file, task, "active_deadline_seconds"))) return false;
  if (
    saysOneWord(argument(file, task, "cmds")) ||
    asksForHelp(argument(file, task, "arguments")) ||
    onlyAnswersAtOnce(task)
  )
    return false;
  const { known } = task.operator;
  // SparkKubernetesOperator only submitted before the provider's 7.14.
  if (!known || !hasParameter(file.project, known, "get_logs")) return false;
  if (isA(task, sparkKubernetes) && !providerIsKnown(file.project, known.provider)) return false;
  if (mayDefer(file, task)) return false;
  // KubernetesJobOperator and its kin leave once the job is created, unless told to wait.
  if (parameterOf(known, "wait_until_job_complete")) {
    const waits = argument(file, task, "wait_until_job_complete");
    return typeof waits === "object" && waits.resolved.kind === "boolean" && waits.resolved.value;
  }
  return true;
}

/** Whether the task may wait in the triggerer, where it holds no worker slot. */
function mayDefer(file: DagFile, task: Task): boolean {
  const { known } = task.operator;
  if (!known || !parameterOf(known, "deferrable")) return defersByDefault(file, task);
  const deferrable = argument(file, task, "deferrable");
  return deferrable === "absent" ? defersByDefault(file, task) : !isFalse(deferrable);
}

/** `echo hello`, `["/bin/sleep", "10"]`: a container that ends with one such command. */
function saysOneWord(found: Lookup): boolean {
  if (typeof found !== "object") return false;
  const { resolved } = found;
  const first = resolved.kind === "list" ? resolved.items[0] : resolved;
  const text = first?.kind === "string" ? first.folded.text : "";
  return /^(\/(usr\/)?bin\/)?(echo|sleep|date|true|env|ls|cat|printf|hostname)\b[^;&|<>`]*$/.test(text);
}

/** arguments=["--help"] */
function asksForHelp(found: Lookup): boolean {
  if (typeof found !== "object" || found.resolved.kind !== "list") return false;
  const last = found.resolved.items.at(-1);
  return last !== undefined && /^--(help|version)$/.test(knownText(last) ?? "");
}

function isFalse(found: Lookup): boolean {
  return typeof found === "object" && found.resolved.kind === "boolean" && !found.resolved.value;
}
