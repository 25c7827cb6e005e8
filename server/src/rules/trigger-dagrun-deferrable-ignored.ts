import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isCleanUp } from "../airflow/cleanUp.ts";
import type { Task } from "../airflow/dagfile.ts";
import { isA, operators } from "../airflow/kinds.ts";
import { type Monitored, monitored } from "../airflow/monitor.ts";
import { type Waiting, waitingOf } from "../airflow/waiting.ts";
import type { Behaviour } from "../catalog/behaviour/facts.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { dropArgument, setTaskArguments } from "../edits/task.ts";
import { isPlural } from "../edits/waiting.ts";
import { defineRule, type Severity } from "./rule.ts";

export default defineRule({
  code: "TET108",
  name: "trigger-dagrun-deferrable-ignored",
  group: "fire-and-forget",
  severity: "warning",
  summary: "deferrable=True on an operator that was not told to wait changes nothing",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`deferrable=True\` says where an operator waits, in the triggerer instead of on a worker. Whether it waits is another keyword: \`wait_for_completion\` of TriggerDagRunOperator and \`wait_until_job_complete\` of KubernetesJobOperator are False by default, and a \`wait_for_termination=False\` of DbtCloudRunJobOperator switches it off. Then the operator returns at once, and \`deferrable=True\` is silently ignored ("Ignoring deferrable=True because wait_for_completion=False", says the log of Airflow 3): the author believes that the DAG waits, and it does not.`,
    bad: `from airflow import DAG
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("parent") as dag:
    load = TriggerDagRunOperator(task_id="load", trigger_dag_id="child_load", deferrable=True)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("parent", dagrun_timeout=timedelta(hours=6)) as dag:
    load = TriggerDagRunOperator(task_id="load", trigger_dag_id="child_load", wait_for_completion=True, deferrable=True)
`,
    limits: "Operators for which deferrable=True implies waiting, as most of Amazon's do, are not meant.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/trigger_dag_run.html",
      "https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/deferring.html",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      const behaviour = known && behaviourOf(known);
      if (!behaviour || !("parameter" in behaviour.wait)) continue;
      const { parameter, impliedByDeferrable } = behaviour.wait;
      if (impliedByDeferrable || !hasParameter(file.project, known, "deferrable")) continue;
      const deferrable = argument(file, task, "deferrable");
      if (typeof deferrable !== "object") continue;
      if (deferrable.resolved.kind !== "boolean" || !deferrable.resolved.value) continue;
      const waiting = waitingOf(file, task, behaviour);
      if (waiting !== "leaves" && waiting !== "switched-off") continue;
      if (isCleanUp(file, task)) continue;
      const watched = monitored(file, task, behaviour);
      if (watched === "yes") continue;
      const needed = behaviour.wait.emit.find((one) => one.name === parameter);
      if (!needed) continue;
      const own = deferrable.origin === "call" || deferrable.origin === "partial";
      const are = isPlural(behaviour.product) ? "are" : "is";
      report({
        span: own ? deferrable.span : task.span,
        cause: task.span,
        severity: severityOf(task, waiting, watched, behaviour),
        message: `${deferrable.origin === "class" ? `deferrable=True, which ${task.operator.name} sets,` : "deferrable=True"} has no effect without ${needed.name}=${needed.text}: ${task.operator.name} is done once ${behaviour.product} ${are} requested.`,
        hint:
          waiting === "switched-off"
            ? `Wait by ${needed.name}=${needed.text}, or drop deferrable=True, which only says where it waits.`
            : `Add ${needed.name}=${needed.text}; deferrable only says where it waits.`,
        fixes: () => {
          const edits = setTaskArguments(file, task, [needed]);
          // Where nobody watches the work, waiting is what is missing.
          const idle = waiting === "switched-off" && watched === "unknown" && own;
          const dropped = idle ? dropArgument(file, task, deferrable, "False") : undefined;
          return [
            dropped && { title: "Drop deferrable=True", edits: dropped, safety: "safe" },
            edits && {
              title: `${waiting === "switched-off" ? "Set" : "Add"} ${needed.name}=${needed.text}`,
              edits,
              safety: "unsafe",
              why: `the task then stays deferred until ${behaviour.product} ${isPlural(behaviour.product) ? "have" : "has"} ended, and fails with ${isPlural(behaviour.product) ? "them" : "it"}`,
            },
          ];
        },
      });
    }
  },
});

/** As grave as the submission that nobody watches; the triggered DAG run is told as that rule tells it. */
function severityOf(task: Task, waiting: Waiting, watched: Monitored, behaviour: Behaviour): Severity {
  if (waiting !== "switched-off") return isA(task, operators.triggerDagRun) ? "warning" : behaviour.severity;
  // The work is another task's business, somehow: only the keyword is idle.
  return watched === "unknown" || isA(task, operators.triggerDagRun) ? "info" : "warning";
}
