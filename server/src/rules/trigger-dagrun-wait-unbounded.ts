import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast, hasParameter } from "../airflow/availability.ts";
import { hasNoRunTimeout, isUnbounded, runsWithoutTimeout } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { retriesOf } from "../airflow/retries.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { executionTimeoutFix } from "../edits/limits.ts";
import { runTimeoutFix } from "../edits/runTimeout.ts";
import { knownText } from "../syntax/value.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET211",
  name: "trigger-dagrun-wait-unbounded",
  group: "missing-timeout",
  severity: "warning",
  summary: "Nothing ends TriggerDagRunOperator's wait for a run that hangs",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `In Airflow 3 \`TriggerDagRunOperator.execute\` only raises an exception that asks for the run; the task runner creates the run and waits for it afterwards, outside of the code that \`execution_timeout\` limits (task SDK, \`execution_time/task_runner.py\`). The wait has no limit of its own, and neither has the deferral of \`deferrable=True\`. A child run that hangs keeps the parent waiting for ever, unless the child DAG, or the parent's, has a \`dagrun_timeout\`. In Airflow 2 the task itself sleeps and asks, every \`poke_interval\`, and holds its worker slot; there \`execution_timeout\` ends the wait, and is None by default.`,
    bad: `from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("child", schedule=None):
    EmptyOperator(task_id="load")

with DAG("parent"):
    TriggerDagRunOperator(task_id="load", trigger_dag_id="child", wait_for_completion=True)
`,
    good: `from datetime import timedelta

from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("child", schedule=None, dagrun_timeout=timedelta(hours=2)):
    EmptyOperator(task_id="load")

with DAG("parent"):
    TriggerDagRunOperator(task_id="load", trigger_dag_id="child", wait_for_completion=True)
`,
    limits:
      "A child DAG of another file is not seen: there the finding is an info in Airflow 3, to be ignored once that DAG has its `dagrun_timeout`. In Airflow 2 a task with an `execution_timeout` is left alone.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/trigger_dag_run.html",
      "https://github.com/apache/airflow/issues/68936",
    ],
  },
  check(file, report) {
    const own = !airflowAtLeast(file.project, "3.0.0");
    for (const task of file.tasks) {
      const { known } = task.operator;
      if (!known || !runsAs(task, operators.triggerDagRun)) continue;
      const behaviour = behaviourOf(known);
      if (!behaviour || waitingOf(file, task, behaviour) !== "waits") continue;
      // It came with Airflow 2.1.
      if (own && !hasParameter(file.project, known, "wait_for_completion")) continue;
      if (own ? !isUnbounded(file, task) : !hasNoRunTimeout(file, task)) continue;
      const given = argument(file, task, "trigger_dag_id");
      const id = typeof given === "object" ? knownText(given.resolved) : undefined;
      if (typeof given !== "object" || id === undefined || id.includes("{{") || id === task.dag?.id) continue;
      const children = file.dags.filter((one) => one.id === id);
      const [child] = children;
      if (child && !children.every((one) => runsWithoutTimeout(file, one))) continue;
      const bound = argument(file, task, "execution_timeout");
      const useless = typeof bound === "object" && bound.resolved.kind !== "none";
      if (own) {
        const how = isDeferred(file, task) ? "stays deferred" : "holds its worker slot";
        const retries = retriesOf(file, task);
        const again = retries !== "unknown" && retries.count > 0;
        report({
          span: task.span,
          message: `Nothing here ends the wait for a run of ${id}: while that run hangs, this task ${how} for ever.`,
          hint: again
            ? `Give DAG ${id} a dagrun_timeout: after an execution_timeout alone, the retry starts a second run while the first one hangs.`
            : `Set execution_timeout, or give DAG ${id} a dagrun_timeout.`,
          related: child ? [{ span: child.span, message: "has no dagrun_timeout" }] : [],
          fixes: () => {
            const ofChild = child ? runTimeoutFix(file, child) : undefined;
            // Alone, the limit of the task would only make the retry start a second run.
            return again ? [ofChild] : [executionTimeoutFix(file, task), ofChild];
          },
        });
        continue;
      }
      report({
        span: task.span,
        severity: child ? "warning" : "info",
        message: useless
          ? `In Airflow 3 execution_timeout does not end the wait for a run of ${id}: while that run hangs, this task waits for ever.`
          : `Nothing here ends the wait for a run of ${id}: while that run hangs, this task waits for ever.`,
        hint: child
          ? `Give DAG ${id} a dagrun_timeout.`
          : `Make sure that DAG ${id} has a dagrun_timeout; in Airflow 3 only that, or one of this DAG, ends the wait.`,
        related: [
          ...(useless ? [{ span: bound.span, message: "ends only what runs before the wait" }] : []),
          ...(child ? [{ span: child.span, message: "has no dagrun_timeout" }] : []),
        ],
        fixes: () => (child ? [runTimeoutFix(file, child)] : []),
      });
    }
  },
});

function isDeferred(file: DagFile, task: Task): boolean {
  const given = argument(file, task, "deferrable");
  return typeof given === "object" && given.resolved.kind === "boolean" && given.resolved.value;
}
