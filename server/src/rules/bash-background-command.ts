import { type Background, backgroundJobs, isSshClient, jobName } from "../airflow/background.ts";
import { waitsOf } from "../airflow/processes.ts";
import { backgroundFixes } from "../edits/backgroundFixes.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET102",
  name: "bash-background-command",
  group: "fire-and-forget",
  severity: "error",
  summary: "A shell text leaves a process in the background, on the worker or in a container",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `BashOperator runs the text with \`bash -c\`, reads its output to the end, and takes the shell's exit status. A process behind \`&\` does not count for that status. With its output redirected (\`job >log 2>&1 &\`) the task is green at once while the job runs on, out of reach of \`on_kill\` and \`execution_timeout\`; on KubernetesExecutor it dies with the pod. Without a redirection the job holds the output, so the task waits for its end, and still succeeds when the job fails. A container (DockerOperator, KubernetesPodOperator, …) ends with the shell that is its first process, and takes the job with it.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(task_id="export", bash_command="nohup /opt/export.sh > /tmp/export.log 2>&1 &")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(
        task_id="export",
        bash_command="""
            /opt/export.sh a & first=$!
            /opt/export.sh b & second=$!
            wait "$first" && wait "$second"
        """,
    )
`,
    limits:
      "Helpers that the same text stops or waits for, services, containers, and servers whose port or log the text then asks are left alone.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html",
      "https://www.gnu.org/software/bash/manual/html_node/Job-Control-Builtins.html",
    ],
  },
  check(file, report) {
    for (const one of backgroundJobs(file)) {
      // The ssh client itself has a rule of its own.
      if (one.remote || isSshClient(one)) continue;
      // Popen("job &", shell=True): whoever does not wait for the shell is told by popen-not-waited.
      if (one.call?.kind === "popen" && waitsOf(one.call).length === 0) continue;
      report({
        span: one.span,
        message: message(one),
        hint: one.job.ampersand
          ? 'Run it in the foreground, or keep its pid and end the text with wait "$pid", which has its exit status.'
          : "Run it in the foreground, so that its exit status is the task's.",
        severity: one.outputAwaited ? "warning" : "error",
        fixes: () => backgroundFixes(file, one),
      });
    }
  },
});

function message(one: Background): string {
  const { job, outputAwaited, task } = one;
  const program = jobName(one);
  if (outputAwaited)
    return `${task ? "Airflow" : "The call"} waits until ${program ?? "the command"} closes its output, but its exit status is lost: a failure of it passes as success.`;
  if (one.ending)
    return `The container ends with its shell: ${program ?? "the command"}, left in the background (${job.how}), is killed, and the task succeeds.`;
  const ends = task ? "the task succeeds at once" : "the call returns at once";
  return `${program ?? "This command"} is left in the background (${job.how}): ${ends}, and nobody learns how it ends.`;
}
