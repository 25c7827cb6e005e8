import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnbounded } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operatorsRunBy } from "../airflow/executed.ts";
import { shownName } from "../airflow/kinds.ts";
import { awaitedSshCall, onlyAnswersAtOnce, printing, remoteWork, reporter } from "../airflow/remote.ts";
import { serviceEnd } from "../airflow/serviceLimits.ts";
import { idleSilenceLimit, silenceSeconds } from "../airflow/silence.ts";
import type { ServiceEnd } from "../catalog/behaviour/facts.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { defaultExecutionTimeoutFix, executionTimeoutFix } from "../edits/limits.ts";
import { asksOnce, tellsService } from "../shell/pace.ts";
import type { Fix } from "../text/edit.ts";
import type { Span } from "../text/span.ts";
import { isExempt } from "./exemptOperators.ts";
import { textsOption } from "./option.ts";
import { defineRule, type Related } from "./rule.ts";

const ignoreOperators = textsOption(
  "ignore-operators",
  "Operator classes, your own or a provider's, that need no execution_timeout: they limit themselves. Their subclasses in the same file count, too.",
);

export default defineRule({
  code: "TET201",
  name: "missing-execution-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "A task waits for another machine and nothing limits how long",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["paramiko-no-timeout", "ssh-cmd-timeout-unlimited"],
  docs: {
    why: `\`execution_timeout\` is None for every operator unless you, the DAG's \`default_args\` or \`[core] default_task_execution_timeout\` set it. A task that waits for another machine then ends when that machine is done, or never: a hung NFS mount, a lost TCP peer or a stuck query holds the task and its worker slot. An SSHOperator's \`cmd_timeout\` only ends silence: spark-submit, \`tail -f\` or a loop that goes on printing runs without a limit. With one, Airflow raises AirflowTaskTimeout in the task, calls \`on_kill\`, and retries the task if it has retries left.`,
    bad: `from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("backup") as dag:
    dump = KubernetesPodOperator(task_id="dump", name="dump", image="example.com/dump:1.4", arguments=["--all"])
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("backup", default_args={"execution_timeout": timedelta(hours=3)}) as dag:
    dump = KubernetesPodOperator(task_id="dump", name="dump", image="example.com/dump:1.4", arguments=["--all"])
`,
    limits: `It speaks of SSH, SFTP, WinRM, container and pod tasks, of operators that poll a job of a service (Athena, BigQuery, Databricks, Dataproc, ECS, Glue, Livy, SageMaker, Snowflake, Spark and others) without an end of their own, of ssh calls and SFTP or FTP transfers in Python tasks, of tasks whose code makes such an operator and calls its \`execute\`, and of Bash commands that stay until remote work has ended (ssh, spark-submit, docker run, database clients, a curl or wget that saves or sends a file), not of short calls such as aws. An SSH command whose silence has a limit is an info, unless it is known to print for as long as it waits (spark-submit, followed logs, a loop that prints); one that writes to files only is left alone. Where the service ends the work within 4 hours by itself (Athena, Cloud Build, Cloud Run, Dataproc batches), it is an info. Operators that stop polling by default (EMR Serverless after 25 minutes, Data Factory after 7 days) are left alone, and so are calls that tell the operator or the service a limit: \`max_polling_attempts\`, \`MaxRuntimeInSeconds\`, \`timeout_seconds\`. Pods with \`active_deadline_seconds\`, deferred pods and commands under timeout(1) have a limit or hold no slot. A DAG with a \`dagrun_timeout\` is left alone, but not in Airflow 1.10, where that ends no running task. The limit stops the task, not always the remote process: give that one a limit of its own, such as timeout(1). If your deployment sets \`default_task_execution_timeout\`, say so in [tool.tether.airflow].`,
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts"],
  },
  options: [ignoreOperators],
  check(file, report, option) {
    const ignored = option(ignoreOperators);
    const lacking: Lacking[] = [];
    for (const task of file.tasks) {
      if (!task.operator.known || !hasParameter(file.project, task.operator.known, "execution_timeout")) continue;
      if (isExempt(task, ignored) || !isUnbounded(file, task)) continue;
      const held = heldBy(
        file,
        operatorsRunBy(file, task).filter((one) => !isExempt(one, ignored)),
      );
      if (held) lacking.push({ task, ...held });
    }
    // An operator that tasks of other files run is all of them that stands here.
    for (const one of file.executed) {
      if (one.executedBy?.tasks.length || isExempt(one, ignored) || !isUnbounded(file, one)) continue;
      const held = heldBy(file, [one]);
      if (held) lacking.push({ task: one, ...held });
    }
    for (const { task, operator, work } of lacking) {
      report({
        span: task.span,
        cause: operator === task ? causeOf(file, task, work) : (operator.call?.span ?? operator.span),
        // One request or one word to a service is over soon where nothing is wrong, and some services end their work;
        // a command that hangs is silent as a rule.
        severity:
          (work === printing && reporter(file, operator) === undefined) ||
          endsSoon(file, operator) ||
          onlyAnswersAtOnce(operator, (one) => tellsService(one) || asksOnce(one))
            ? "info"
            : "warning",
        message: task.executedBy
          ? `${shownName(task)} runs in a task without execution_timeout: ${consequence(file, operator, work)}`
          : `${shownName(task)} has no execution_timeout: ${consequence(file, operator, work)}`,
        hint: "Set execution_timeout on the task or in default_args; on expiry Airflow calls on_kill, then retries or fails the task.",
        related: operator.executedBy ? relatedOf(file, task, operator) : [],
        fixes: () => [executionTimeoutFix(file, task), forAll(file, task, lacking)],
      });
    }
  },
});

/** A task without a limit, the operator that it waits in, its own or one that its code runs, and for what. */
type Lacking = { readonly task: Task; readonly operator: Task; readonly work: string };

/** The first operator that may hold the task for ever, else one that prints. */
function heldBy(file: DagFile, operators: readonly Task[]): Omit<Lacking, "task"> | undefined {
  let milder: Omit<Lacking, "task"> | undefined;
  for (const operator of operators) {
    const work = remoteWork(file, operator);
    if (work && work !== printing) return { operator, work };
    if (work) milder ??= { operator, work };
  }
  return milder;
}

/** The operator that the task's code runs, and a limit that is given to it: Airflow sets the alarm for the task alone. */
function relatedOf(file: DagFile, task: Task, operator: Task): Related[] {
  const own = argument(file, operator, "execution_timeout");
  return [
    ...(operator === task ? [] : [{ span: operator.span, message: `runs this ${shownName(operator)}` }]),
    ...(typeof own === "object" && own.resolved.kind !== "none"
      ? [{ span: own.span, message: "has no effect where code calls execute()" }]
      : []),
  ];
}

/** A call without a timeout of its own says it better; what a command might print says nothing of how long it is let run. */
function causeOf(file: DagFile, task: Task, work: string): Span {
  const call = awaitedSshCall(file, task);
  if (call) return call.call.span;
  const command = work === printing && !reporter(file, task) ? argument(file, task, "command") : "absent";
  return typeof command === "object" && command.origin === "call" ? command.span : task.span;
}

/** One default serves better than the same line on many tasks. */
function forAll(file: DagFile, { dag, executedBy }: Task, lacking: readonly Lacking[]): Fix | undefined {
  if (executedBy) return undefined;
  const own = lacking.map(({ task }) => task).filter((one) => dag && one.dag === dag);
  return dag && own.length >= 3 ? defaultExecutionTimeoutFix(file, dag, own) : undefined;
}

/** A service that ends its work by itself within this many seconds leaves no task hanging for long. */
const soon = 4 * 3600;

function endsSoon(file: DagFile, task: Task): boolean {
  const end = endAtService(file, task);
  return end !== undefined && (end.brief === true || (end.seconds !== undefined && end.seconds <= soon));
}

function endAtService(file: DagFile, task: Task): ServiceEnd | undefined {
  const lasting = task.operator.known && behaviourOf(task.operator.known)?.lasting;
  return lasting && serviceEnd(file, task, lasting);
}

function consequence(file: DagFile, task: Task, work: string): string {
  if (work === printing) return spoken(silenceSeconds(file, task), reporter(file, task));
  const end = endAtService(file, task);
  if (end) return `it waits for ${work} and holds its worker slot; ${end.says}.`;
  const idle = idleSilenceLimit(file, task);
  return idle === undefined
    ? `${work} holds the task and its worker slot for ever.`
    : `its ${idle}= ends no silent command in this version, so one that hangs holds the worker slot for ever.`;
}

function spoken(silence: number | undefined, program: string | undefined): string {
  const limit = silence === undefined ? "its limit on silence" : `${silence} s of silence`;
  return program === undefined
    ? `${limit} ends it, but not a command that keeps printing.`
    : `${program} prints while it waits, so ${limit} never ends it, and nothing else does.`;
}
