/** What tasks leave running when they end: background processes of their shell texts and of the calls in their code. */

import { type Detached, detached } from "../shell/detach.ts";
import { remoteInvocation } from "../shell/remote.ts";
import type { Script } from "../shell/script.ts";
import { commands } from "../shell/walk.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { Kept } from "../syntax/kept.ts";
import { partKey, type SourceSpan } from "../text/span.ts";
import type { DagFile, RemoteCall, Task, TaskScript } from "./dagfile.ts";
import { followersOf } from "./edges.ts";
import { operators, runsAs, runsAsAny, watches } from "./kinds.ts";
import { scriptOf } from "./processes.ts";
import { hiddenFollowers } from "./sight.ts";

/** A job that nobody waits for. */
export type Background = {
  readonly job: Detached;
  /** It is started on another machine: by SSHOperator, over ssh, through paramiko. */
  readonly remote: boolean;
  /** The shell that starts it is the first process of a container, which ends with it. */
  readonly ending: boolean;
  /** Whoever started it reads its output to the end, so that the task ends when the job does, without its status. */
  readonly outputAwaited: boolean;
  /** In the source: from the program to its `&`; the `&` alone where that is more than one line. */
  readonly span: SourceSpan;
  /** The task, or the operator that code runs, and its text, for one that stands in an operator's argument. */
  readonly task: Task | undefined;
  readonly script: TaskScript | undefined;
  /** The call, for one that stands in a task's code. */
  readonly call: RemoteCall | undefined;
  /** All jobs of the same text. */
  readonly siblings: readonly Detached[];
};

/** What a message calls a job: its program, but no shell that only reads the job's own text. */
export function jobName({ job }: Background): string | undefined {
  return /^(?:ba|da|k|z)?sh$/.test(job.program ?? "") ? undefined : job.program;
}

/** Whether the job is the ssh client itself, sent away with whatever it runs on the other side. */
export function isSshClient({ job }: Pick<Background, "job">): boolean {
  return job.how === "ssh -f" || job.program === "ssh" || job.program === "autossh";
}

/** The jobs that a file's tasks leave in the background unwatched: no services, no containers, none that another task watches. */
export function backgroundJobs(file: DagFile): readonly Background[] {
  return jobs.of(file);
}

// Three rules ask about each file.
const jobs = new Kept(findJobs);

/** What runs a text to its end, in a container or not; a remote job's text has rules of its own. */
const runners = [
  operators.bash,
  operators.bashSensor,
  operators.ssh,
  operators.docker,
  operators.pod,
  operators.ecs,
  operators.batch,
  operators.ssm,
];

function findJobs(file: DagFile): readonly Background[] {
  const found: Background[] = [];
  const seen = new Set<string>();
  const add = (root: Script, owner: Pick<Background, "task" | "script" | "call">, tasks: readonly Task[]): void => {
    if (root.dialect === "cmd" || root.dialect === "powershell") return;
    const siblings = detached(root).filter(isJob);
    for (const job of siblings) {
      if (siblings.some((one) => startsOther(one, job)) || isServer(job)) continue;
      const ending = root.place === "container" && job.nestedIn.length === 0;
      // A proxy or a logger beside the container's work ends with it, as it is meant to.
      if (ending && goesOn(job)) continue;
      // Whether Systems Manager waits for output that is still open is not known.
      if (owner.task && runsAs(owner.task, operators.ssm) && job.keepsStdout) continue;
      if (job.recordsStatus && tasks.some((task) => hiddenFollowers(file, task) || isWatched(file, task))) continue;
      const span = shown(job);
      const key = partKey(span);
      if (seen.has(key)) continue;
      seen.add(key);
      const overSsh = job.nestedIn.some(isSsh);
      const remote = overSsh || root.place === "remote";
      const outputAwaited = !ending && job.keepsStdout && (overSsh || readsToEnd(owner));
      found.push({ job, remote, ending, outputAwaited, span, siblings, ...owner });
    }
  };
  for (const task of file.operators) {
    if (!runsAsAny(task, runners)) continue;
    for (const script of task.scripts) {
      if (script.template !== undefined && script.template.exists !== false) continue;
      add(script.script, { task, script, call: undefined }, task.executedBy?.tasks ?? [task]);
    }
  }
  for (const call of file.calls) {
    const script = scriptOf(call);
    if (script && call.live) add(script, { task: undefined, script: undefined, call }, call.tasks);
  }
  return found;
}

function isJob(one: Detached): boolean {
  return (
    !one.service &&
    !one.inUrl &&
    !closesItself(one) &&
    one.waited === "no" &&
    !/^(?:docker|podman|nerdctl)\b/.test(one.how)
  );
}

/** `ssh -f -L 5432:db:5432 host sleep 10`: a tunnel that stays for whoever connects within that time. */
function closesItself({ how, program, statement }: Detached): boolean {
  if (how !== "ssh -f" || program !== "sleep" || statement.kind !== "command") return false;
  const flags = remoteInvocation(statement)?.flags;
  return flags !== undefined && ["L", "R", "D"].some((one) => flags.has(one));
}

function isSsh(command: Detached["nestedIn"][number]): boolean {
  return remoteInvocation(command)?.tool === "ssh";
}

/** `ssh host 'job &' &`: the outer one is reported. */
function startsOther(outer: Detached, inner: Detached): boolean {
  const depth = outer.nestedIn.length;
  const through = inner.nestedIn[depth];
  const same = outer.nestedIn.every((one, index) => one === inner.nestedIn[index]);
  if (!through || !same) return false;
  return outer.statement.span.start <= through.span.start && through.span.end <= outer.statement.span.end;
}

const asks = /^(?:curl|wget|nc|ncat|netstat|ss|lsof|pgrep|ps|pidof|pg_isready|tail)$/;

const servers = /^(?:gunicorn|uvicorn|hypercorn|nginx|redis-server|jupyter|streamlit|tensorboard|autossh)$/;
const serving =
  /\bhttp\.server\b|\bSimpleHTTPServer\b|\b(?:flask|streamlit) run\b|\bmlflow (?:server|ui)\b|\bport-forward\b/;

/** `http.server & sleep 2; curl …`: it is made to run on, or what follows asks whether it is up or follows its log. */
function isServer({ script, span, program }: Detached): boolean {
  if (servers.test(program ?? "") || serving.test(script.folded.text.slice(span.start, span.end))) return true;
  for (const { statement, script: own } of commands(script))
    if (own === script && statement.span.start >= span.end && asks.test(statement.program ?? "")) return true;
  return false;
}

/** Whether a text does other work behind a job that it leaves in the background. */
function goesOn({ script, span }: Detached): boolean {
  return commands(script).some(
    ({ statement, script: own }) =>
      own === script && statement.span.start >= span.end && !idle.test(statement.program ?? ""),
  );
}

const idle = /^(?:echo|printf|exit|sleep|true|:|disown|date)$/;

function isWatched(file: DagFile, task: Task): boolean {
  const named = /wait|poll|monitor|watch|sens(e|or)|check|status/i;
  return [...followersOf(file.edges, task)].some(
    (one) => watches(one) || named.test(one.id ?? one.callable?.name ?? ""),
  );
}

/** Bash operators read their process's output to its end; so do the calls that return it. */
function readsToEnd({ task, call }: Pick<Background, "task" | "call">): boolean {
  if (task) return !runsAs(task, operators.ssh);
  if (!call || call.kind === "paramiko-exec" || call.kind === "hook-exec") return false;
  if (/check_output|popen$|getoutput|getstatusoutput/.test(call.callee)) return true;
  return call.call.args.some((one) => one.name === "stdout" || one.name === "capture_output");
}

function shown({ script, span, ampersand }: Detached): SourceSpan {
  const { text } = script.folded;
  const lines = text.slice(span.start, span.end).includes("\n");
  return sourceSpan(script.folded, lines && ampersand ? ampersand : span);
}
