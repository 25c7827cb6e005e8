import { hasParameter, importPath } from "../airflow/availability.ts";
import { givesBack, isCleanUp } from "../airflow/cleanUp.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { isA, operators } from "../airflow/kinds.ts";
import { monitored } from "../airflow/monitor.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { type WatchedPart, watchedPart } from "../airflow/watchedParts.ts";
import type { Behaviour } from "../catalog/behaviour/facts.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { findClass } from "../catalog/index.ts";
import type { OperatorClass } from "../catalog/operator.ts";
import { canBeWatched, sensorFix } from "../edits/sensor.ts";
import { givesUpEarly, isPlural, waitingFixes } from "../edits/waiting.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { isExempt } from "./exemptOperators.ts";
import { textsOption } from "./option.ts";
import { defineRule } from "./rule.ts";

const fireAndForget = textsOption(
  "fire-and-forget-operators",
  "Operator classes, your own or a provider's, whose work nobody has to watch. Their subclasses in the same file count, too.",
);

export default defineRule({
  code: "TET103",
  name: "operator-submit-no-wait",
  group: "fire-and-forget",
  severity: "warning",
  summary: "An operator that only submits, and nothing watches what it started",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["trigger-dagrun-deferrable-ignored"],
  docs: {
    why: `Some operators return as soon as the service has accepted the request, unless a keyword tells them to wait: \`EmrAddStepsOperator\` (\`wait_for_completion=False\`), \`KubernetesJobOperator\` (\`wait_until_job_complete=False\`), \`LivyOperator\` (\`polling_interval=0\`), \`StepFunctionStartExecutionOperator\` (only \`deferrable=True\` waits) and others. The task is green within seconds, its retries and its time limit never see the work, and what runs after it starts too early. When the work fails, nobody in Airflow hears of it. A sensor that is given one of several EMR steps, \`[0]\`, watches that one alone.`,
    bad: `from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG("nightly_steps") as dag:
    add_steps = EmrAddStepsOperator(task_id="add_steps", job_flow_id="j-123", steps=[])
    publish = EmptyOperator(task_id="publish")
    add_steps >> publish
`,
    good: `from airflow import DAG
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor

with DAG("nightly_steps") as dag:
    add_steps = EmrAddStepsOperator(task_id="add_steps", job_flow_id="j-123", steps=[])
    wait_add_steps = EmrStepSensor(
        task_id="wait_add_steps",
        job_flow_id="j-123",
        step_id="{{ ti.xcom_pull(task_ids='add_steps')[-1] }}",
        mode="reschedule",
        timeout=4 * 3600,
    )
    add_steps >> wait_add_steps
`,
    limits:
      "A sensor or a polling task anywhere behind the operator that is given its output, or the same job, cluster or application name, counts as watching. A DAG whose edges cannot be followed is left alone, and so are teardown tasks. Work that is meant to run for ever (a replication, a stream) has no end to wait for: ignore the finding there, or name the class in `fire-and-forget-operators`.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/emr/emr.html",
      "https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/operators.html",
    ],
  },
  options: [fireAndForget],
  check(file, report, option) {
    const exempt = option(fireAndForget);
    for (const task of file.tasks) {
      const { known } = task.operator;
      // The triggered DAG run has a rule of its own.
      if (!known || isA(task, operators.triggerDagRun) || isExempt(task, exempt)) continue;
      const behaviour = behaviourOf(known);
      if (!behaviour || !canBeWatched(behaviour)) continue;
      if (waitingOf(file, task, behaviour) !== "leaves") continue;
      if (isCleanUp(file, task) || givesBack(file, task)) continue;
      const seen = monitored(file, task, behaviour);
      const watched = seen === "yes" ? watchedPart(file, task, behaviour) : undefined;
      if (watched) {
        const { sensor, part, parts } = watched;
        report({
          span: watched.argument.span,
          message: `${sensor.operator.name} watches part ${part} of ${parts}: it does not wait for the last one, and if that fails, this task stays green.`,
          hint: "Watch the last one, [-1]: EMR runs the steps of a cluster one after another by default.",
          severity: "warning",
          related: [{ span: task.span, message: `starts ${parts}` }],
          fixes: () => [lastPartFix(watched)],
        });
      }
      if (seen !== "no") continue;
      const several = isPlural(behaviour.product);
      report({
        span: task.span,
        message: `${task.operator.name} is done as soon as ${behaviour.product} ${several ? "are" : "is"} requested; if ${several ? "they fail" : "it fails"}, this task stays green.`,
        hint: hint(file, known, behaviour),
        severity: behaviour.severity,
        fixes: () => {
          const waiting = waitingFixes(file, task, behaviour);
          const watching = sensorFix(file, task, behaviour);
          return givesUpEarly(behaviour) ? [watching, ...waiting] : [...waiting, watching];
        },
      });
    }
  },
});

function lastPartFix({ argument: { resolved }, index }: WatchedPart): Fix | undefined {
  const edit = resolved.kind === "string" ? editFolded(resolved.folded, index, "-1") : { span: index, text: "-1" };
  return (
    edit && {
      title: "Watch the last one",
      edits: [edit],
      safety: "unsafe",
      why: "the sensor then waits until the last one has ended, and a failure of an earlier one that lets the rest go on is not seen",
    }
  );
}

function hint({ project }: DagFile, known: OperatorClass, { wait, sensor }: Behaviour): string {
  const cls = sensor && findClass(sensor.class);
  const sensorName = cls && importPath(project, cls)?.name;
  const emitted = "emit" in wait ? (wait.emit ?? []) : [];
  const decisive = emitted.filter((one) => one.name !== "deferrable");
  const has = ({ name }: { name: string }): boolean => hasParameter(project, known, name);
  const keywords = decisive.every(has) ? emitted.filter(has) : [];
  // Deferral is the cheaper way of the same wait, unless it is the only one.
  const shown = keywords.length > 1 ? keywords.filter((one) => one.name !== "deferrable") : keywords;
  const keyword = shown.map((one) => `${one.name}=${one.text}`).join(", ");
  if (!keyword) return `Let ${sensorName ?? "a task that asks for the state of the work"} run after it.`;
  return sensorName && sensor?.reportsFailure
    ? `Set ${keyword}, or let ${sensorName} run after it.`
    : `Set ${keyword}.`;
}
