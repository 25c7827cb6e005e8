import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isA, operators, runsAs } from "../airflow/kinds.ts";
import { monitored } from "../airflow/monitor.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { quoteString } from "../edits/layout.ts";
import { setTaskArguments } from "../edits/task.ts";
import { waitingFixes } from "../edits/waiting.ts";
import { earlyWaits } from "../shell/earlyWaits.ts";
import { sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import type { Report } from "./rule.ts";
import { defineRule } from "./rule.ts";

const jobFlow = "airflow.providers.amazon.aws.operators.emr.EmrCreateJobFlowOperator";
const ecsSensor = "airflow.providers.amazon.aws.sensors.ecs.EcsTaskStateSensor";
const shells = [operators.bash, operators.ssh, operators.sshRemoteJob];

export default defineRule({
  code: "TET309",
  name: "waits-for-start-not-finish",
  group: "unmonitored",
  severity: "warning",
  summary: "A wait that is over as soon as the work has begun",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `Some waits end when the work starts: \`EmrCreateJobFlowOperator(wait_for_completion=True)\` waits until the cluster runs, not until its steps have ended (\`WaitPolicy.WAIT_FOR_COMPLETION\`); \`EcsTaskStateSensor\` waits for RUNNING unless it is told otherwise; \`docker compose up --wait\` ends when the containers are healthy, and \`kubectl wait --for=condition=Ready\` when the pod is. The task is green, and how the work ends is not seen.`,
    bad: `from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrCreateJobFlowOperator

with DAG("nightly") as dag:
    run = EmrCreateJobFlowOperator(
        task_id="run", job_flow_overrides={"Name": "nightly", "Steps": [{"Name": "load"}]}, wait_for_completion=True
    )
`,
    good: `from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrCreateJobFlowOperator
from airflow.providers.amazon.aws.utils.waiter import WaitPolicy

with DAG("nightly") as dag:
    run = EmrCreateJobFlowOperator(
        task_id="run",
        job_flow_overrides={"Name": "nightly", "Steps": [{"Name": "load"}]},
        wait_for_completion=True,
        wait_policy=WaitPolicy.WAIT_FOR_STEPS_COMPLETION,
    )
`,
    limits:
      "A cluster without steps of its own, and a start behind which the same text goes on to use what was started, are left alone. Where a service is to be up, not a job to be done, ignore the finding there.",
    links: [
      "https://github.com/apache/airflow/issues/45651",
      "https://docs.docker.com/reference/cli/docker/compose/up/",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (runsAs(task, jobFlow)) checkJobFlow(file, task, report);
      else if (runsAs(task, ecsSensor)) checkEcs(file, task, report);
      else if (shells.some((one) => isA(task, one))) checkTexts(task, report);
    }
  },
});

function checkJobFlow(file: DagFile, task: Task, report: Report): void {
  const { known } = task.operator;
  const behaviour = known && behaviourOf(known);
  if (!behaviour || !hasParameter(file.project, known, "wait_policy")) return;
  if (!isUnset(argument(file, task, "wait_policy")) || !hasSteps(file, task)) return;
  if (waitingOf(file, task, behaviour) !== "waits" || monitored(file, task, behaviour) !== "no") return;
  const given = argument(file, task, "wait_for_completion");
  if (typeof given !== "object") return;
  report({
    span: given.origin === "call" || given.origin === "partial" ? given.span : task.span,
    message:
      "wait_for_completion=True waits until the cluster runs: the task is green before its steps have ended, and their failure is not seen.",
    hint: "Add wait_policy=WaitPolicy.WAIT_FOR_STEPS_COMPLETION.",
    fixes: () => waitingFixes(file, task, behaviour),
  });
}

/** job_flow_overrides={"Steps": […]} */
function hasSteps(file: DagFile, task: Task): boolean {
  const given = argument(file, task, "job_flow_overrides");
  if (typeof given !== "object" || given.resolved.kind !== "dict") return false;
  const steps = given.resolved.entries.findLast((one) => one.key === "Steps");
  return steps !== undefined && !(steps.value.kind === "list" && steps.value.items.length === 0);
}

function checkEcs(file: DagFile, task: Task, report: Report): void {
  const { known } = task.operator;
  if (!known || argument(file, task, "target_state") !== "absent") return;
  report({
    span: task.span,
    message: `${task.operator.name} waits for RUNNING, its default: it is done when the container starts, not when it ends.`,
    hint: "Set target_state to STOPPED, and look at the exit code of the containers.",
    fixes: () => {
      const text = quoteString(file, "STOPPED");
      const edits = setTaskArguments(file, task, [{ name: "target_state", text }]);
      const fix: Fix | undefined = edits && {
        title: `Set target_state=${text}`,
        edits,
        safety: "unsafe",
        why: "the sensor then waits for the end of the containers, whatever their exit code",
      };
      return [fix];
    },
  });
}

function checkTexts({ scripts }: Task, report: Report): void {
  for (const { script, template } of scripts) {
    if (template !== undefined && template.exists !== false) continue;
    for (const { visit, until, instead } of earlyWaits(script)) {
      const { folded } = visit.script;
      const [first] = visit.statement.words;
      report({
        span: sourceSpan(folded, first?.span ?? visit.statement.span),
        cause: sourceSpan(folded, visit.statement.span),
        message: `This waits until ${until}: the task is green while the work still runs, and how it ends is not seen.`,
        hint: `Wait for the end: ${instead}.`,
      });
    }
  }
}
