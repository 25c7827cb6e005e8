import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset, limitedBy } from "../airflow/bounds.ts";
import type { DagFile, RemoteCall, Task } from "../airflow/dagfile.ts";
import { known, operators } from "../airflow/kinds.ts";
import { type Retries, retriesOf } from "../airflow/retries.ts";
import {
  type Resubmission,
  resubmissionOf,
  resubmissionOfCall,
  type Survivor,
  survivorOf,
  survivorOfCall,
} from "../airflow/survivors.ts";
import { lockFix, noRetriesFix, terminalFix } from "../edits/survivors.ts";
import type { Fix } from "../text/edit.ts";
import type { Span } from "../text/span.ts";
import { defineRule, type Related, type Report } from "./rule.ts";

export default defineRule({
  code: "TET501",
  name: "retries-duplicate-remote-job",
  group: "orphan",
  severity: "warning",
  summary: "A retry starts a remote command again while its first copy may still run",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["bash-ssh-call", "ssh-background-command", "paramiko-exit-status-ignored"],
  docs: {
    why: `A task fails when its connection breaks, when \`cmd_timeout\` or \`execution_timeout\` passes, or when its worker dies. None of these reaches a command that runs on another machine without a terminal: sshd closes the channel, and the command runs on until it ends by itself or writes to a pipe that is gone. Airflow then retries the task, and a second copy runs beside the first: two loads into one table, two trainings on one card. SSHRemoteJobOperator's job survives by design; when the operator's \`timeout\` passes, each retry starts another one. A terminal (\`get_pty=True\`, \`ssh -tt\`) hangs the command up with its session, \`timeout\` on the other side bounds the first copy, and \`flock -n\` refuses a second one.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("warehouse", default_args={"retries": 3}) as dag:
    load = SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", cmd_timeout=600)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("warehouse", default_args={"retries": 3}) as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="flock -n /var/lock/load /opt/load.sh --full",
        cmd_timeout=600,
        execution_timeout=timedelta(hours=1),
        get_pty=True,
    )
`,
    limits:
      "Commands that answer at once, that may run twice (copying, reading, starting services, `--skip-existing`), or that show a lock, a look at what is running or a key of the run such as `{{ run_id }}` are left alone. A command that only submits (`sbatch`, `qsub`) is an info, since its connection is open for a moment; one that stays until its job has ended is a warning. Whether a script guards itself inside cannot be seen: ignore the finding there. Without `retries` Airflow retries as often as `[core] default_task_retries` says, 0 unless your deployment sets it: say so in [tool.tether.airflow].",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/operators/ssh/index.html",
      "https://github.com/apache/airflow/issues/13747",
    ],
  },
  check(file, report) {
    for (const task of file.operators) {
      const { executedBy } = task;
      const retried = executedBy ? retriedCode(file, executedBy) : firstRetried(file, [task]);
      if (!retried) continue;
      const { retries } = retried;
      // Several tasks that run the code would share the lock, and all be retried.
      const sole = limitedBy(task) === retried.task ? retried.task : undefined;
      const noRetries = (): Fix | undefined => sole && noRetriesFix(file, sole);
      const survivor = survivorOf(file, task);
      if (!survivor) {
        const again = resubmissionOf(task);
        if (again) report({ ...resubmitted(again, retries, task.span), fixes: () => [noRetries()] });
        continue;
      }
      if (survivor.guarded) continue;
      // A job that ends, well or badly, is over before the retry; only a wait that is given up leaves one behind.
      if (survivor.by === "remote-job" && isUnset(argument(file, task, "timeout"))) continue;
      report({
        span: task.span,
        cause: survivor.cause,
        message: message(survivor, retries),
        hint: hints[survivor.by === "ssh-operator" && !hasTerminalArgument(file) ? "ssh-client" : survivor.by],
        related: related(retries),
        fixes: () => [
          survivor.by === "ssh-operator" ? terminalFix(file, task) : undefined,
          sole && lockFix(sole, survivor),
          noRetries(),
        ],
      });
    }
    for (const call of file.calls) {
      const retried = call.live ? retriedCode(file, call) : undefined;
      if (!retried) continue;
      const survivor = survivorOfCall(file, call);
      if (!survivor) {
        const again = resubmissionOfCall(call);
        const { task } = retried;
        if (again)
          report({
            ...resubmitted(again, retried.retries, call.span),
            fixes: () => [task && noRetriesFix(file, task)],
          });
        continue;
      }
      if (survivor.guarded) continue;
      report({
        span: call.span,
        cause: call.call.span,
        message: message(survivor, retried.retries),
        hint: hints[survivor.by],
        related: related(retried.retries),
        fixes: () => (retried.task ? [lockFix(retried.task, survivor), noRetriesFix(file, retried.task)] : []),
      });
    }
  },
});

type Retried = { readonly task: Task | undefined; readonly retries: Retries };

/** A task that runs the code and that Airflow retries, of this file or, for a helper, of another. */
function retriedCode(file: DagFile, { tasks, users }: Pick<RemoteCall, "tasks" | "users">): Retried | undefined {
  const own = firstRetried(file, tasks);
  if (own) return own;
  const count = Math.max(0, ...users.map((one) => one.retries ?? 0));
  return count > 0 ? { task: undefined, retries: { count, given: undefined } } : undefined;
}

/** The first of these tasks that Airflow retries. */
function firstRetried(file: DagFile, tasks: readonly Task[]): Retried | undefined {
  for (const task of tasks) {
    const retries = retriesOf(file, task);
    if (retries !== "unknown" && retries.count > 0) return { task, retries };
  }
  return undefined;
}

function message({ by }: Survivor, { count }: Retries): string {
  const again = count === 1 ? "the retry starts" : `each of ${count} retries starts`;
  if (by === "remote-job") return `When timeout passes, the remote job is not stopped: ${again} another one beside it.`;
  return `After a lost connection, a timeout or a dead worker the remote command runs on: ${again} another copy beside it.`;
}

/** What only submits is soon done, so that its connection seldom breaks; what stays until the job has ended is not. */
function resubmitted(
  { submission: { name, followed }, span, cause }: Resubmission,
  retries: Retries,
  at: Span,
): Parameters<Report>[0] {
  const again = retries.count === 1 ? "the retry submits" : `each of ${retries.count} retries submits`;
  return {
    span: at,
    cause,
    severity: followed ? "warning" : "info",
    message: followed
      ? `A lost connection or a timeout while this waits for \`${name}\` leaves its job running: ${again} another one.`
      : `A connection that breaks once \`${name}\` is accepted fails the task: ${again} the job again.`,
    hint: "Set retries=0, or look for the job by its name before you submit it.",
    related: [{ span, message: "hands the job on" }, ...related(retries)],
  };
}

/** Airflow 1.10.11 and older do not know get_pty. */
function hasTerminalArgument({ project }: DagFile): boolean {
  return hasParameter(project, known(operators.ssh), "get_pty");
}

const hints: Readonly<Record<Survivor["by"], string>> = {
  "ssh-operator":
    "Set get_pty=True so that the command ends with its session, guard it with flock -n, or set retries=0.",
  "ssh-client": "Run it under timeout(1) or flock -n on the other side, or set retries=0.",
  "remote-job": "Set retries=0, or run the command under flock -n or timeout(1).",
};

function related({ count, given }: Retries): readonly Related[] {
  return given ? [{ span: given.span, message: `retries=${count}` }] : [];
}
