import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast } from "../airflow/availability.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { airflowMajor } from "../airflow/target.ts";
import { shownSeconds } from "../edits/limits.ts";
import { keyword } from "../syntax/python.ts";
import type { Value } from "../syntax/value.ts";
import type { Fix } from "../text/edit.ts";
import { type Span, slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

/** An `sla` that is written somewhere. */
type Sla = {
  /** `sla=…`, or the entry of the dict. */
  readonly span: Span;
  readonly resolved: Value;
  /** Where its value begins. */
  readonly valueStart: number;
  /** Whether nothing else bounds the tasks that it is for. */
  readonly alone: boolean;
};

export default defineRule({
  code: "TET709",
  name: "sla-has-no-effect",
  group: "sensor",
  severity: "warning",
  summary: "sla and sla_miss_callback do nothing in Airflow 3",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `Airflow 3.0 took the SLA feature out: \`sla\` and \`sla_miss_callback\` are still accepted, with a warning in the log of the DAG processor, and nothing reads them (task SDK, \`bases/operator.py\`, \`definitions/dag.py\`). Since 3.1 a DAG can have a deadline alert instead. In Airflow 2 a missed SLA only sends a mail or calls \`sla_miss_callback\`: it counts from when the scheduled run should have started, says nothing of manual runs, and stops no task.`,
    bad: `from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("report") as dag:
    BashOperator(task_id="publish", bash_command="/opt/publish.py", sla=timedelta(hours=1))
`,
    good: `from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("report") as dag:
    BashOperator(task_id="publish", bash_command="/opt/publish.py", execution_timeout=timedelta(hours=1))
`,
    limits:
      "For Airflow 2 it is an info, and only where no `execution_timeout` bounds the task. Where nothing tells the project's version, too, it is an info.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/howto/deadline-alerts.html"],
  },
  check(file, report) {
    const modern = airflowMajor(file.project.target) >= 3;
    // Without a sign of its version the project may well be one of Airflow 2.
    const certain = file.project.target.origin !== "default";
    const severity = modern && certain ? "warning" : "info";
    for (const sla of slas(file)) {
      if (!modern && !sla.alone) continue;
      report({
        span: sla.span,
        severity,
        message: modern ? ignored(sla.resolved) : onlyMails(sla.resolved),
        hint: hint(file, "use execution_timeout, which stops a task that takes too long"),
        fixes: () => [fix(file, sla)],
      });
    }
    if (!modern) return;
    for (const { call, scope } of file.dags) {
      const callback = call && keyword(call, "sla_miss_callback");
      if (!callback || file.values.evaluate(callback.value, scope).kind === "none") continue;
      report({
        span: callback.span,
        severity,
        message: "Airflow 3 ignores sla_miss_callback: it is never called.",
        hint: hint(file, "use on_failure_callback with a timeout, which tells somebody"),
      });
    }
  },
});

function* slas(file: DagFile): Generator<Sla> {
  const seen = new Set<number>();
  for (const task of file.tasks) {
    const found = argument(file, task, "sla");
    if (typeof found !== "object" || found.origin === "class" || !isGiven(found.resolved)) continue;
    if (seen.has(found.span.start)) continue;
    seen.add(found.span.start);
    const alone = argument(file, task, "execution_timeout") === "absent";
    yield { span: found.span, resolved: found.resolved, valueStart: found.value.span.start, alone };
  }
  // The tasks may be made in another file.
  for (const { call, scope } of file.dags) {
    const given = call && keyword(call, "default_args");
    const value = given && file.values.evaluate(given.value, scope);
    if (value?.kind !== "dict") continue;
    const entry = value.entries.findLast((one) => one.key === "sla");
    if (!entry || seen.has(entry.span.start) || !isGiven(entry.value)) continue;
    seen.add(entry.span.start);
    const alone = value.complete && !value.entries.some((one) => one.key === "execution_timeout");
    yield { span: entry.span, resolved: entry.value, valueStart: entry.value.expr.span.start, alone };
  }
}

function isGiven({ kind }: Value): boolean {
  return kind === "timedelta" || kind === "call";
}

function shown(value: Value, otherwise: string): string {
  return value.kind === "timedelta" && value.seconds !== undefined && value.seconds > 0
    ? shownSeconds(value.seconds)
    : otherwise;
}

function ignored(value: Value): string {
  return `Airflow 3 ignores sla: nobody hears of it when a task takes longer than ${shown(value, "that")}.`;
}

function onlyMails(value: Value): string {
  return `sla stops nothing: ${shown(value, "some time")} after the scheduled start of the run Airflow only sends a mail, and none for manual runs.`;
}

function hint(file: DagFile, otherwise: string): string {
  return airflowAtLeast(file.project, "3.1")
    ? `Give the DAG a deadline (DeadlineAlert), or ${otherwise}.`
    : `${otherwise.charAt(0).toUpperCase()}${otherwise.slice(1)}.`;
}

function fix(file: DagFile, { span, valueStart, resolved, alone }: Sla): Fix | undefined {
  if (!alone || resolved.kind !== "timedelta") return undefined;
  const at = slice(file.text, { start: span.start, end: valueStart }).indexOf("sla");
  if (at < 0) return undefined;
  const name = { start: span.start + at, end: span.start + at + "sla".length };
  return {
    title: "Make it an execution_timeout",
    edits: [{ span: name, text: "execution_timeout" }],
    safety: "unsafe",
    why: "a task that takes longer is stopped, and the time counts from its own start",
  };
}
