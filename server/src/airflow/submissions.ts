/** What tasks hand on by a command and nobody watches: `sbatch job.sh`, `aws emr add-steps`, `gcloud … --async`. */

import { type Submission, submissions } from "../shell/submit.ts";
import type { SubmissionKind } from "../shell/submitter.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { Kept } from "../syntax/kept.ts";
import type { FunctionDef } from "../syntax/python.ts";
import { type Span, slice } from "../text/span.ts";
import { isCleanUp } from "./cleanUp.ts";
import type { DagFile, RemoteCall, Task, TaskScript } from "./dagfile.ts";
import { followersOf } from "./edges.ts";
import { operators, runsAsAny } from "./kinds.ts";
import { isMarker } from "./markers.ts";
import { watched } from "./monitor.ts";
import { scriptOf } from "./processes.ts";

/** A submitting command of a task. */
export type Submitted = {
  readonly submission: Submission;
  /** The program and its subcommand, in the source. */
  readonly span: Span;
  /** The whole command, in the source. */
  readonly cause: Span;
  /** The task, or the operator that code runs, and its text, for one that stands in an operator's argument. */
  readonly task: Task | undefined;
  readonly script: TaskScript | undefined;
  /** The call, for one that stands in a task's code. */
  readonly call: RemoteCall | undefined;
  /** The tasks that run it. */
  readonly tasks: readonly Task[];
};

/** The submitting commands of these kinds whose work neither their own text or code nor another task waits for or asks about. */
export function unwatchedSubmissions(file: DagFile, ...kinds: readonly SubmissionKind[]): readonly Submitted[] {
  return known.of(file).filter((one) => kinds.includes(one.submission.submitter.kind));
}

// Several rules ask about each file.
const known = new Kept(find);

const shells = [
  operators.bash,
  operators.ssh,
  operators.sshRemoteJob,
  operators.docker,
  operators.pod,
  operators.ecs,
  operators.batch,
  operators.ssm,
];

function find(file: DagFile): readonly Submitted[] {
  const found: Submitted[] = [];
  const seen = new Set<number>();
  const add = (submission: Submission, owner: Pick<Submitted, "task" | "script" | "call" | "tasks">): void => {
    const { visit } = submission;
    // A job in the background is a matter of its own.
    if (submission.followed || visit.background || visit.nesting.some((one) => one.background)) return;
    if (owner.tasks.length === 0 || owner.tasks.some((task) => !isLost(file, task, submission))) return;
    const span = sourceSpan(visit.script.folded, submission.span);
    if (seen.has(span.start)) return;
    seen.add(span.start);
    found.push({ submission, span, cause: sourceSpan(visit.script.folded, visit.statement.span), ...owner });
  };
  for (const task of file.operators) {
    if (!runsAsAny(task, shells)) continue;
    for (const script of task.scripts) {
      if (script.template !== undefined && script.template.exists !== false) continue;
      for (const one of submissions(script.script)) {
        const tasks = task.executedBy?.tasks ?? [task];
        if (task.executedBy && task.call) {
          const { call } = task;
          if (codeFollows(file, { call, tasks, function: file.results.functionOf(call) }, one.submitter.later))
            continue;
        }
        add(one, { task, script, call: undefined, tasks });
      }
    }
  }
  for (const call of file.calls) {
    const script = call.live ? scriptOf(call) : undefined;
    for (const one of script ? submissions(script) : []) {
      if (codeFollows(file, call, one.submitter.later)) continue;
      add(one, { task: undefined, script: undefined, call, tasks: call.tasks });
    }
  }
  return found;
}

/** Providers whose sensors and operators act on what a program submits. */
const services: Readonly<Record<string, string>> = {
  airflow: "apache-airflow-providers-standard",
  aws: "apache-airflow-providers-amazon",
  az: "apache-airflow-providers-microsoft-azure",
  bq: "apache-airflow-providers-google",
  databricks: "apache-airflow-providers-databricks",
  dbt: "apache-airflow-providers-dbt-cloud",
  "dbt-cloud": "apache-airflow-providers-dbt-cloud",
  gcloud: "apache-airflow-providers-google",
  helm: "apache-airflow-providers-cncf-kubernetes",
  kubectl: "apache-airflow-providers-cncf-kubernetes",
};

/** Whether it is certain that no task watches what this one submits, and that its end matters to somebody. */
function isLost(file: DagFile, task: Task, { visit, submitter, name }: Submission): boolean {
  const { statement, script } = visit;
  // What was rented is given back.
  if (isCleanUp(file, task) || /\b(?:delete|stop|terminate|suspend|cancel)\b/.test(name)) return false;
  const words = statement.words.map((one) => one.text);
  if (submitter.kind === "told-not-to-wait" && words.some((one) => /^(?:delete|stop|suspend|deallocate)$/.test(one)))
    return false;
  // A DAG that starts the next one at its end hands over.
  if (statement.program === "airflow" && !hasFollower(file, task)) return false;
  const command = script.folded.text.slice(statement.span.start, statement.span.end);
  const provider = services[statement.program ?? ""];
  return watched(file, task, { command, later: submitter.later, provider }) === "no";
}

function hasFollower(file: DagFile, task: Task): boolean {
  return [...followersOf(file.edges, task)].some((one) => !isMarker(one));
}

/** Called by a name of waiting: `wait_for(job)`, `job_status(id)`, `time.sleep(30)`; not the end of the submitting program itself. */
const waiting = /\b\w*(?:sleep|wait|poll|monitor|watch|status|state)\w*\s*\(/i;
const ofTheProgram =
  /\b(?:recv_exit_status|exit_status_ready|raise_for_status|getstatusoutput)\b|\.(?:wait|poll)\s*\(/g;

/** Whether the code around a call that starts work goes on to ask for it. */
export function codeFollows(
  file: DagFile,
  call: Pick<RemoteCall, "call" | "function" | "tasks">,
  later?: RegExp,
): boolean {
  const own = call.function ? [call.function] : [];
  const functions = new Set<FunctionDef>([...own, ...call.tasks.flatMap((task) => task.callable ?? [])]);
  return [...functions].some((one) => {
    const before = slice(file.text, {
      start: one.defSpan.start,
      end: Math.max(call.call.span.start, one.defSpan.start),
    });
    const inside = one.defSpan.start <= call.call.span.start && call.call.span.end <= one.defSpan.end;
    const text = inside
      ? slice(file.text, { start: call.call.span.end, end: one.defSpan.end })
      : slice(file.text, one.defSpan);
    // while …: submit(); check()
    const looped = inside && /\bwhile\b/.test(before) ? before : "";
    const code = `${looped}\n${text}`.replaceAll(ofTheProgram, "");
    return waiting.test(code) || (later?.test(code) ?? false);
  });
}
