import { importPath } from "../airflow/availability.ts";
import { known, operators } from "../airflow/kinds.ts";
import { unwatchedSubmissions } from "../airflow/submissions.ts";
import type { Project } from "../airflow/target.ts";
import { waitingProgramFix } from "../edits/submissions.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET114",
  name: "kubernetes-job-no-wait",
  group: "fire-and-forget",
  severity: "warning",
  summary: "A shell text creates a Kubernetes job and does not wait for it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`kubectl apply\`, \`kubectl create\` and \`kubectl run\` exit with 0 as soon as the API server has accepted the object. The job's pods are then still to be scheduled, may be retried up to \`backoffLimit\` times, and may fail: the task is green all the same, and what follows it runs on missing data. A \`kubectl wait\` for \`condition=complete\` alone hangs until its timeout when the job fails, so it takes a second one for \`condition=failed\`.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("train", default_args={"execution_timeout": timedelta(hours=6)}) as dag:
    train = BashOperator(task_id="train", bash_command="kubectl apply -f /opt/k8s/train-job.yaml")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.job import KubernetesJobOperator

with DAG("train", default_args={"execution_timeout": timedelta(hours=6)}) as dag:
    train = KubernetesJobOperator(
        task_id="train",
        job_template_file="/opt/k8s/train-job.yaml",
        wait_until_job_complete=True,
    )
`,
    limits:
      "A manifest is taken for a job by its text, where it stands in the command, or by its file's name; any other `kubectl apply` is left alone, as are `kubectl run` without `--restart=Never` and jobs that a later command, sensor or polling task asks about. KubernetesJobOperator and its like are the business of operator-submit-no-wait.",
    links: [
      "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
      "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/",
    ],
  },
  check(file, report) {
    for (const one of unwatchedSubmissions(file, "kubernetes-job")) {
      const { name } = one.submission;
      report({
        span: one.span,
        cause: one.cause,
        message: `\`${name}\` exits with 0 once the cluster has accepted the job: the task succeeds, and nothing in this DAG learns how it ends.`,
        hint: name.endsWith(" run") ? "Use `kubectl run --attach`." : hint(file.project),
        fixes: () => [waitingProgramFix(file, one)],
      });
    }
  },
});

function hint(project: Project): string {
  const text = "Wait for it, for condition=complete and for condition=failed";
  return importPath(project, known(operators.kubernetesJob))
    ? `${text}, or use KubernetesJobOperator with wait_until_job_complete=True.`
    : `${text}, or use KubernetesPodOperator.`;
}
