import { hasParameter } from "../airflow/availability.ts";
import { isUnbounded } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { shownName } from "../airflow/kinds.ts";
import { awaitedSshCall, onlyAnswersAtOnce, printing, remoteWork } from "../airflow/remote.ts";
import { serviceEnd } from "../airflow/serviceLimits.ts";
import { idleSilenceLimit } from "../airflow/silence.ts";
import type { ServiceEnd } from "../catalog/behaviour/facts.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { defaultExecutionTimeoutFix, executionTimeoutFix } from "../edits/limits.ts";
import { asksOnce, tellsService } from "../shell/pace.ts";
import type { Fix } from "../text/edit.ts";
import { isExempt } from "./exemptOperators.ts";
import { textsOption } from "./option.ts";
import { defineRule } from "./rule.ts";

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
    why: `\`execution_timeout\` is None for every operator unless you, the DAG's \`default_args\` or \`[core] default_task_execution_timeout\` set it. A task that waits for another machine then ends when that machine is done, or never: a hung NFS mount, a lost TCP peer or a stuck query holds the task and its worker slot. An SSHOperator's \`cmd_timeout\` only ends silence: a loop that goes on printing runs without a limit. With one, Airflow raises AirflowTaskTimeout in the task, calls \`on_kill\`, and retries the task if it has retries left.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("backup") as dag:
    dump = SSHOperator(task_id="dump", ssh_conn_id="db1", command="/opt/dump.sh --all", cmd_timeout=600)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("backup", default_args={"execution_timeout": timedelta(hours=3)}) as dag:
    dump = SSHOperator(
        task_id="dump", ssh_conn_id="db1", command="/opt/dump.sh --all", cmd_timeout=600, get_pty=True
    )
`,
    limits: `It speaks of SSH, SFTP, WinRM, container and pod tasks, of operators that poll a job of a service (Athena, BigQuery, Databricks, Dataproc, ECS, Glue, Livy, SageMaker, Snowflake, Spark and others) without an end of their own, of ssh calls and SFTP or FTP transfers in Python tasks, and of Bash commands that stay until remote work has ended (ssh, spark-submit, docker run, database clients, a curl or wget that saves or sends a file), not of short calls such as aws. Where the service ends the work within 4 hours by itself (Athena, Cloud Build, Cloud Run, Dataproc batches), it is an info. Operators that stop polling by default (EMR Serverless after 25 minutes, Data Factory after 7 days) are left alone, and so are calls that tell the operator or the service a limit: \`max_polling_attempts\`, \`MaxRuntimeInSeconds\`, \`timeout_seconds\`. Pods with \`active_deadline_seconds\`, deferred pods and commands under timeout(1) have a limit or hold no slot. A DAG with a \`dagrun_timeout\` is left alone, but not in Airflow 1.10, where that ends no running task. The limit stops the task, not always the remote process: give that one a limit of its own, such as timeout(1). If your deployment sets \`default_task_execution_timeout\`, say so in [tool.tether.airflow].`,
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts"],
  },
  options: [ignoreOperators],
  check(file, report, option) {
    const ignored = option(ignoreOperators);
    const lacking: { readonly task: Task; readonly work: string }[] = [];
    for (const task of file.tasks) {
      if (!task.operator.known || !hasParameter(file.project, task.operator.known, "execution_timeout")) continue;
      if (isExempt(task, ignored) || !isUnbounded(file, task)) continue;
      const work = remoteWork(file, task);
      if (!work) continue;
      lacking.push({ task, work });
    }
    for (const { task, work } of lacking) {
      report({
        span: task.span,
        // A call without a timeout of its own says it better.
        cause: awaitedSshCall(file, task)?.call.span ?? task.span,
        // One request or one word to a service is over soon where nothing is wrong, and some services end their work.
        severity:
          endsSoon(file, task) || onlyAnswersAtOnce(task, (one) => tellsService(one) || asksOnce(one))
            ? "info"
            : "warning",
        message: `${shownName(task)} has no execution_timeout: ${consequence(file, task, work)}`,
        hint: "Set execution_timeout on the task or in default_args; on expiry Airflow calls on_kill, then retries or fails the task.",
        fixes: () => [executionTimeoutFix(file, task), forAll(file, task, lacking)],
      });
    }
  },
});

/** One default serves better than the same line on many tasks. */
function forAll(file: DagFile, { dag }: Task, lacking: readonly { readonly task: Task }[]): Fix | undefined {
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
  if (work === printing)
    return "while the remote command keeps printing, nothing else ends it, and the task holds its worker slot.";
  const end = endAtService(file, task);
  if (end) return `it waits for ${work} and holds its worker slot; ${end.says}.`;
  const idle = idleSilenceLimit(file, task);
  return idle === undefined
    ? `${work} holds the task and its worker slot for ever.`
    : `its ${idle}= ends no silent command in this version, so one that hangs holds the worker slot for ever.`;
}
