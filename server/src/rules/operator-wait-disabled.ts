import { argument } from "../airflow/arguments.ts";
import { importPath } from "../airflow/availability.ts";
import { givesBack, isCleanUp } from "../airflow/cleanUp.ts";
import type { Argument, DagFile, Task } from "../airflow/dagfile.ts";
import { isA, operators } from "../airflow/kinds.ts";
import { monitored } from "../airflow/monitor.ts";
import { decidingParameter, waitingOf } from "../airflow/waiting.ts";
import type { Behaviour } from "../catalog/behaviour/facts.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { findClass } from "../catalog/index.ts";
import { sensorFix } from "../edits/sensor.ts";
import { givesUpEarly, isPlural, waitingFixes } from "../edits/waiting.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET107",
  name: "operator-wait-disabled",
  group: "fire-and-forget",
  severity: "warning",
  summary: "An operator is told not to wait, and nothing watches what it started",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["trigger-dagrun-deferrable-ignored"],
  docs: {
    why: `\`wait_for_completion=False\`, \`wait_for_termination=False\`, \`asynchronous=True\` and their like turn an operator into a mere request: the task is green as soon as the service has accepted the work. That is right where a sensor or another task takes the run's id and watches it. Where none does, a failed run fails nothing, what runs after it starts too early, and retries never come.`,
    bad: `from airflow import DAG
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator

with DAG("nightly") as dag:
    load = GlueJobOperator(task_id="load", job_name="nightly", wait_for_completion=False)
`,
    good: `from airflow import DAG
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.providers.amazon.aws.sensors.glue import GlueJobSensor

with DAG("nightly") as dag:
    load = GlueJobOperator(task_id="load", job_name="nightly", wait_for_completion=False)
    wait_load = GlueJobSensor(
        task_id="wait_load", job_name="nightly", run_id=load.output, mode="reschedule", timeout=4 * 3600
    )
    load >> wait_load
`,
    limits:
      "A sensor or polling task that is given the operator's output, or the same job, cluster or application name, counts as watching. Deletions, pauses and teardown tasks are left alone, and so are streaming jobs, which have no end to wait for.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/glue.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      // The triggered DAG run has a rule of its own.
      if (!known || isA(task, operators.triggerDagRun)) continue;
      const behaviour = behaviourOf(known);
      if (!behaviour || waitingOf(file, task, behaviour) !== "switched-off") continue;
      if (isCleanUp(file, task) || givesBack(file, task) || streams(file, task)) continue;
      if (monitored(file, task, behaviour) !== "no") continue;
      const name = decidingParameter(behaviour);
      const given = name === undefined ? "absent" : argument(file, task, name);
      if (typeof given !== "object") continue;
      const several = isPlural(behaviour.product);
      report({
        span: isOwn(given) ? given.span : task.span,
        cause: task.span,
        message: `${shown(file, given)} ends ${task.operator.name} once ${behaviour.product} ${several ? "are" : "is"} requested; if ${several ? "they fail" : "it fails"}, no task fails.`,
        hint: `Drop it, or let ${sensorName(file, behaviour) ?? "a task that asks for the state of the work"} run after it.`,
        fixes: () => {
          const waiting = waitingFixes(file, task, behaviour);
          const watching = sensorFix(file, task, behaviour);
          return givesUpEarly(behaviour) ? [watching, ...waiting] : [...waiting, watching];
        },
      });
    }
  },
});

function sensorName({ project }: DagFile, { sensor }: Behaviour): string | undefined {
  const cls = sensor && findClass(sensor.class);
  return cls && importPath(project, cls)?.name;
}

/** Written for this task alone. */
function isOwn({ origin }: Argument): boolean {
  return origin === "call" || origin === "partial";
}

function shown(file: DagFile, { name, value }: Argument): string {
  const written = slice(file.text, value.span);
  return /^[\w."'-]+$/.test(written) ? `${name}=${written}` : name;
}

/** A stream has no end to wait for. */
function streams(file: DagFile, { call, operator }: Task): boolean {
  return (
    /Dataflow|Beam/.test(operator.name) && call !== undefined && /stream|pubsub/i.test(slice(file.text, call.span))
  );
}
