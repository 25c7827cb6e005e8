import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast, hasParameter } from "../airflow/availability.ts";
import { startsWatcherOf, triggeredDag } from "../airflow/childRuns.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { downstreamOf } from "../airflow/edges.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { isMarker, onlyPrints } from "../airflow/markers.ts";
import { monitored } from "../airflow/monitor.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { setTaskArguments } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET104",
  name: "trigger-dagrun-no-wait",
  group: "fire-and-forget",
  severity: "warning",
  summary: "TriggerDagRunOperator does not wait, and tasks that run after it do not know",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["trigger-dagrun-deferrable-ignored"],
  docs: {
    why: `\`TriggerDagRunOperator\` creates the child's DAG run and is done: \`wait_for_completion\` is False by default. The tasks behind it start while the child is still queued or running, and a failed child fails nothing here. \`deferrable=True\` alone changes nothing: it only says how to wait. In Airflow 3 the wait takes place after the operator's code, so that \`execution_timeout\` does not end it; the bound is the \`dagrun_timeout\` of the child DAG.`,
    bad: `from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("parent") as dag:
    load = TriggerDagRunOperator(task_id="load", trigger_dag_id="child_load")
    report = BashOperator(task_id="report", bash_command="make report")
    load >> report
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("parent", dagrun_timeout=timedelta(hours=4)) as dag:
    load = TriggerDagRunOperator(task_id="load", trigger_dag_id="child_load", wait_for_completion=True)
    report = BashOperator(task_id="report", bash_command="make report")
    load >> report
`,
    limits:
      "A trigger that nothing runs after is a hand-off, and left alone; so is one that a sensor on the child follows, also in a DAG of the same file that the next task triggers, and one that triggers its own DAG. Where wait_for_completion=False is written out, or all that follows is an empty task, a function that returns a constant, a line that is printed or the same child again, the finding is an info. Airflow 1.10 cannot wait.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/trigger_dag_run.html",
      "https://github.com/apache/airflow/issues/68936",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      if (!known || !runsAs(task, operators.triggerDagRun)) continue;
      if (!hasParameter(file.project, known, "wait_for_completion")) continue;
      const behaviour = behaviourOf(known);
      if (!behaviour) continue;
      const waiting = waitingOf(file, task, behaviour);
      if (waiting !== "leaves" && waiting !== "switched-off") continue;
      const child = triggeredDag(file, task);
      const started = nextOf(file, task);
      const next = started.filter((one) => child === undefined || !startsWatcherOf(file, one, child));
      const marker = started.length === 0 && waiting === "leaves" ? downstreamOf(file.edges, task)[0] : undefined;
      const first = next[0] ?? marker;
      if (!first || triggersItself(file, task)) continue;
      if (monitored(file, task, behaviour) !== "no") continue;
      report({
        span: task.span,
        ...(waiting === "switched-off" || next.every((one) => isIndifferent(file, one, child))
          ? { severity: "info" }
          : {}),
        message: `${task.operator.name} is done once the child run is queued; ${first === marker ? endsWith(marker) : goesOnWith(next)}`,
        hint: airflowAtLeast(file.project, "3.0.0")
          ? "Set wait_for_completion=True. In Airflow 3 execution_timeout does not end that wait: give the child DAG a dagrun_timeout."
          : "Set wait_for_completion=True, and bound the wait by execution_timeout.",
        related: [{ span: first.span, message: "Starts while the child run is queued or running." }],
        fixes: () => fixes(file, task),
      });
    }
  },
});

function goesOnWith(next: readonly Task[]): string {
  const [first, ...more] = next.map(nameOf);
  const shown = more.length === 0 ? `${first} starts` : `${first} and ${more.length} more start`;
  return `${shown} while it runs, and its failure is not seen.`;
}

function endsWith(marker: Task): string {
  return `${nameOf(marker)} marks the end while it runs, and the parent is green whatever becomes of it.`;
}

function nameOf(task: Task): string {
  return task.id ?? task.variable ?? task.operator.name;
}

/** The tasks that start next; empty ones mark a place only, so those behind them count. */
function nextOf(file: DagFile, task: Task): readonly Task[] {
  const found = new Set<Task>();
  const passed = new Set<Task>([task]);
  const open = [task];
  for (let one = open.shift(); one; one = open.shift()) {
    for (const after of downstreamOf(file.edges, one)) {
      if (passed.has(after)) continue;
      passed.add(after);
      if (isMarker(after)) open.push(after);
      else found.add(after);
    }
  }
  return [...found];
}

/** A task that has no use for what the child run makes: it starts the same child again, or prints a line. */
function isIndifferent(file: DagFile, task: Task, child: string | undefined): boolean {
  return onlyPrints(task) || (child !== undefined && triggeredDag(file, task) === child);
}

/** A DAG that starts its own next run would wait for itself. */
function triggersItself(file: DagFile, task: Task): boolean {
  const child = argument(file, task, "trigger_dag_id");
  if (typeof child !== "object") return false;
  const { resolved } = child;
  if (resolved.kind !== "string") return false;
  return resolved.folded.text === task.dag?.id || /\bdag\.dag_id\b/.test(resolved.folded.text);
}

function fixes(file: DagFile, task: Task): readonly (Fix | undefined)[] {
  const { known } = task.operator;
  const wait = { name: "wait_for_completion", text: "True" };
  const bound = airflowAtLeast(file.project, "3.0.0")
    ? "; nothing but the child's dagrun_timeout ends the wait"
    : "; only an execution_timeout ends the wait early";
  const outcome = `until the child run has ended, and fails when the child fails${bound}`;
  const made = (
    title: string,
    named: readonly { readonly name: string; readonly text: string }[],
    why: string,
  ): Fix | undefined => {
    const edits = setTaskArguments(file, task, named);
    return edits && edits.length > 0 ? { title, edits, safety: "unsafe", why } : undefined;
  };
  const defers =
    known &&
    hasParameter(file.project, known, "deferrable") &&
    airflowAtLeast(file.project, "2.6.0") &&
    argument(file, task, "deferrable") === "absent";
  return [
    made("Add wait_for_completion=True", [wait], `the task keeps its worker slot ${outcome}`),
    defers
      ? made(
          "Add wait_for_completion=True, deferrable=True (needs a running triggerer)",
          [wait, { name: "deferrable", text: "True" }],
          `the task stays deferred ${outcome}`,
        )
      : undefined,
  ];
}
