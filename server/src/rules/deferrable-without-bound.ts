import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast, hasParameter } from "../airflow/availability.ts";
import { hasNoRunTimeout, isUnbounded, isUnset } from "../airflow/bounds.ts";
import type { Lookup } from "../airflow/dagfile.ts";
import { unboundedDeferrals } from "../airflow/deferrals.ts";
import { redefines } from "../airflow/kinds.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { deferralEnd, serviceLimits } from "../catalog/deferrals.ts";
import { executionTimeoutFix, secondsFix } from "../edits/limits.ts";
import { runTimeoutFix } from "../edits/runTimeout.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET210",
  name: "deferrable-without-bound",
  group: "missing-timeout",
  severity: "warning",
  summary: "A deferred task waits for ever for work that never ends",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A deferred task waits in the triggerer for as long as the deferral says, and \`defer(timeout=None)\`, the default, means for ever. Most operators of Amazon count their attempts; those of Kubernetes, Databricks, Livy and Dataproc do not. Pods and Livy batches take the task's \`execution_timeout\` as their end, where there is one. Others defer without any: in Airflow 3 \`execution_timeout\` counts only while the task's own code runs, so that only the service's own limit or the \`dagrun_timeout\` ends the wait; Airflow 2 ends any deferral at the \`execution_timeout\`.`,
    bad: `from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("nightly") as dag:
    load = KubernetesPodOperator(task_id="load", image="etl:1", deferrable=True)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("nightly") as dag:
    load = KubernetesPodOperator(
        task_id="load",
        image="etl:1",
        deferrable=True,
        active_deadline_seconds=3600,
        execution_timeout=timedelta(hours=2),
    )
`,
    limits:
      "Sensors hand on their timeout, SSHRemoteJobOperator and TriggerDagRunOperator have rules of their own, and a DAG with a `dagrun_timeout` is left alone. In classes of the file, a trigger that is given a number of attempts, a deadline or a point of time is taken to end; where the tasks made of the class are in sight, one of them must be able to defer without an end.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/deferring.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      const end = known && deferralEnd(known);
      if (!end || redefines(task, "execute") || !hasParameter(file.project, known, "deferrable")) continue;
      const deferrable = argument(file, task, "deferrable");
      if (typeof deferrable !== "object") continue;
      if (deferrable.resolved.kind !== "boolean" || !deferrable.resolved.value) continue;
      const behaviour = behaviourOf(known);
      if (behaviour && waitingOf(file, task, behaviour) !== "waits") continue;
      if (serviceLimits.some((name) => !isUnset(argument(file, task, name)))) continue;
      if (mayBeLimitedInside(argument(file, task, "json"))) continue;
      const limit = behaviour?.timeout;
      if (limit?.boundsWait && (limit.default !== undefined || !isUnset(argument(file, task, limit.parameter))))
        continue;
      if (!isUnbounded(file, task)) continue;
      const counts = end === "execution-timeout" || !airflowAtLeast(file.project, "3.0.0");
      const product = behaviour?.product ?? "work";
      const { dag } = task;
      report({
        span: deferrable.origin === "call" || deferrable.origin === "partial" ? deferrable.span : task.span,
        cause: task.span,
        message: `${task.operator.name} defers without an end: if ${product} never finishes, the task stays deferred for ever.`,
        hint: counts
          ? "Bound the work at its service, and set execution_timeout, which ends this deferral."
          : "Bound the work at its service, or give the DAG a dagrun_timeout: in Airflow 3 execution_timeout does not end this deferral.",
        fixes: () => [
          counts ? executionTimeoutFix(file, task) : undefined,
          !counts && hasParameter(file.project, known, "active_deadline_seconds")
            ? secondsFix(
                file,
                task,
                "active_deadline_seconds",
                file.project.limits.remoteJobTimeout,
                "remote-job-timeout",
              )
            : undefined,
          !counts && dag && hasNoRunTimeout(file, task) ? runTimeoutFix(file, dag) : undefined,
        ],
      });
    }
    const limits = airflowAtLeast(file.project, "3.0.0") ? "dagrun_timeout" : "execution_timeout or dagrun_timeout";
    for (const { call, operator, known } of unboundedDeferrals(file)) {
      report({
        span: call.func.span,
        message: known
          ? `${operator} defers without a timeout: if its trigger never fires, the task stays deferred for ever.`
          : `${operator} defers without a timeout: if its trigger never fires, nothing but the DAG's ${limits} ends the task.`,
        hint: "Pass timeout= to defer(), a timedelta.",
      });
    }
  },
});

/** json={"timeout_seconds": 3600, …}, or one that cannot be read. */
function mayBeLimitedInside(json: Lookup): boolean {
  if (json === "absent") return false;
  if (json === "unknown" || json.resolved.kind !== "dict" || !json.resolved.complete) return true;
  return json.resolved.entries.some((one) => one.key === "timeout_seconds");
}
