import { importPath } from "../airflow/availability.ts";
import { known, operators } from "../airflow/kinds.ts";
import { shellCommands } from "../airflow/shellTexts.ts";
import { kubernetesWait } from "../shell/kubernetes.ts";
import { commands } from "../shell/walk.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET310",
  name: "kubectl-wait-success-only",
  group: "unmonitored",
  severity: "info",
  summary: "kubectl waits for a job's success and never sees its failure",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `A Kubernetes job that fails gets the condition \`Failed\` and never \`Complete\`. \`kubectl wait --for=condition=complete\` looks at nothing else: it goes on until its \`--timeout\`, 30 s when none is given, and the task holds its worker slot for an hour over a job that failed in the first minute. Only then does it fail, with "timed out waiting for the condition", which hides the reason.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("train", default_args={"execution_timeout": timedelta(hours=6)}) as dag:
    train = BashOperator(
        task_id="train",
        bash_command="kubectl apply -f job.yaml && kubectl wait --for=condition=complete --timeout=6h job/train",
    )
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
      "A text that also asks for the failure, by a second `kubectl wait` or by the job's status, is left alone, and so is a wait that a loop or an `if` tries.",
    links: [
      "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/",
      "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
    ],
  },
  check(file, report) {
    for (const { text, visit, command, span } of shellCommands(file, /\b(?:kubectl|oc)\b[^\n]*\bwait\b/)) {
      const wait = kubernetesWait(command);
      if (!wait || !/^complete$/i.test(wait.condition)) continue;
      const tried = visit.parents.some((one) => one.kind === "loop") || visit.conditional;
      if (tried || asksForFailure(commands(text.root).map((one) => one.statement.words.map((word) => word.text))))
        continue;
      report({
        span,
        message: wait.timeout
          ? `A job that fails never becomes complete: this waits on until its --timeout (${wait.timeout}) before the task fails.`
          : "Without --timeout this gives up after 30 s, and a job that fails never becomes complete: the task fails either way.",
        hint: importPath(file.project, known(operators.kubernetesJob))
          ? "Ask for condition=failed too, or use KubernetesJobOperator or KubernetesPodOperator, which see both ends."
          : "Ask for condition=failed too, or use KubernetesPodOperator, which sees both ends.",
      });
    }
  },
});

/** A condition or a status that only a failed job has: `--for=condition=failed`, `kubectl get job x -o jsonpath='{.status.failed}'`. */
function asksForFailure(words: readonly (readonly string[])[]): boolean {
  return words.some((one) => {
    const text = one.slice(1).join(" ");
    return (
      /^(?:kubectl|oc)$/.test(one[0]?.split("/").at(-1) ?? "") && /fail|\.status\b|-o[= ]?(?:json|yaml)/i.test(text)
    );
  });
}
