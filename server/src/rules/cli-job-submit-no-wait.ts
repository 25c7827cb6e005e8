import { type Submitted, unwatchedSubmissions } from "../airflow/submissions.ts";
import { waitingProgramsFix } from "../edits/submissions.ts";
import { howToWait } from "../shell/submitter.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET111",
  name: "cli-job-submit-no-wait",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A command hands a job to a scheduler or cloud, and nobody waits for the job",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`sbatch\`, \`qsub\`, \`aws glue start-job-run\`, \`argo submit\` and their like print an id and exit with 0 as soon as the job is accepted. That status is all that BashOperator and SSHOperator see: the task is green while the job still queues, what runs after it finds no data, and when the job fails, nobody in Airflow hears of it. Most of these programs have an option that makes them wait and exit with the job's own status.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("simulate", default_args={"execution_timeout": timedelta(hours=8)}) as dag:
    simulate = SSHOperator(
        task_id="simulate", ssh_conn_id="hpc", command="sbatch /opt/simulate.sbatch", cmd_timeout=600, get_pty=True
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("simulate", default_args={"execution_timeout": timedelta(hours=8)}) as dag:
    simulate = SSHOperator(
        task_id="simulate",
        ssh_conn_id="hpc",
        command="sbatch --wait /opt/simulate.sbatch",
        cmd_timeout=8 * 3600,
        get_pty=True,
    )
`,
    limits:
      "A later command of the same text, code or DAG that asks for the job counts as watching, and so does a sensor or polling task that is given the command's output or a name in it. `airflow dags trigger` at the end of a DAG is a hand-over. Jobs that are named for workers, daemons or servers are an info. Several submissions of one text by the same program are one finding. Submissions in custom operators are not followed.",
    links: [
      "https://slurm.schedmd.com/sbatch.html#OPT_wait",
      "https://docs.aws.amazon.com/cli/latest/reference/emr/wait/step-complete.html",
    ],
  },
  check(file, report) {
    for (const [one, ...others] of byText(unwatchedSubmissions(file, "job"))) {
      if (!one) continue;
      const { name, submitter } = one.submission;
      report({
        span: one.span,
        cause: one.cause,
        ...([one, ...others].every(startsServer) ? { severity: "info" } : {}),
        message: `\`${name}\` exits with 0 once the work is accepted: the task succeeds, and nothing in this DAG learns how it ends.`,
        hint: `${howToWait(submitter)}, or use a sensor on the id that it prints.`,
        related: others.map(({ span }) => ({ span, message: "the same here" })),
        fixes: () => [waitingProgramsFix(file, [one, ...others])],
      });
    }
  },
});

/** The submissions of one text by the same program, as in the branches of a template: they are mended together. */
function byText(all: readonly Submitted[]): Submitted[][] {
  const found: Submitted[][] = [];
  for (const one of all) {
    const own = found.find(
      ([first]) => first && sameOwner(first, one) && first.submission.name === one.submission.name,
    );
    if (own) own.push(one);
    else found.push([one]);
  }
  return found;
}

function sameOwner(a: Submitted, b: Submitted): boolean {
  return a.script === b.script && a.call === b.call && a.task === b.task;
}

/** `sbatch celery_worker.sh`, `qsub -N worker`: what is meant to go on when the task is done. */
function startsServer({ task, submission }: Submitted): boolean {
  if (/workers?$|celery|daemon/i.test(task?.id ?? "")) return true;
  const { words } = submission.visit.statement;
  return words.some(
    ({ text }, index) =>
      /(?:^|\/)[\w.-]*(?:worker|celery|daemon|server)[\w-]*\.\w+$/i.test(text) ||
      (/^(?:-N|-J|--job-name)$/.test(words[index - 1]?.text ?? "") && servers.test(text)) ||
      (text.startsWith("--job-name=") && servers.test(text)),
  );
}

const servers = /worker|celery|daemon|server/i;
