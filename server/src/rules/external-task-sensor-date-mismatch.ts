import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import { type Cron, dailyAt, meeting } from "../airflow/cron.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { known, operators, runsAs } from "../airflow/kinds.ts";
import {
  type DagPlace,
  dagNamed,
  datesAreGiven,
  minutesBack,
  type Schedule,
  scheduleOf,
  zonesDiffer,
} from "../airflow/schedule.ts";
import { airflowMajor } from "../airflow/target.ts";
import { durationText } from "../edits/durations.ts";
import { setTaskArguments } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET704",
  name: "external-task-sensor-date-mismatch",
  group: "sensor",
  severity: "warning",
  summary: "ExternalTaskSensor looks for a date that no run of the other DAG has",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  amongTasks: true,
  docs: {
    why: `An ExternalTaskSensor looks for the run of the other DAG with exactly the logical date of its own run, or with that date less \`execution_delta\`. Two DAGs at 01:00 and 02:00 have no date in common; a run that somebody triggers, or that an asset starts, carries the moment of that, which no other run has. The sensor finds nothing and waits until its timeout, 7 days by default (standard provider, \`sensors/external_task.py\`).`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("load", schedule="0 1 * * *"):
    BashOperator(task_id="publish", bash_command="/opt/load.py")

with DAG("report", schedule="0 2 * * *"):
    ExternalTaskSensor(
        task_id="wait",
        external_dag_id="load",
        external_task_id="publish",
        failed_states=["failed", "upstream_failed"],
        mode="reschedule",
        timeout=3600,
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("load", schedule="0 1 * * *"):
    BashOperator(task_id="publish", bash_command="/opt/load.py")

with DAG("report", schedule="0 2 * * *"):
    ExternalTaskSensor(
        task_id="wait",
        external_dag_id="load",
        external_task_id="publish",
        execution_delta=timedelta(hours=1),
        failed_states=["failed", "upstream_failed"],
        mode="reschedule",
        timeout=3600,
    )
`,
    limits:
      "Both DAGs must be in sight, with schedules that are written out. Schedules by timedelta depend on the start date and are not compared; nor are DAGs whose start dates are written with different time zones.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/sensors/external_task_sensor.html",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.externalTaskSensor) || !task.dag?.id) continue;
      const asked = argument(file, task, "external_dag_id");
      if (typeof asked !== "object") continue;
      const other = dagNamed(file, asked.resolved, task.scope);
      if (!other?.dag.id || other.dag.id === task.dag.id) continue;
      if (!isUnset(argument(file, task, "execution_date_fn"))) continue;
      if (datesAreGiven(file, [task.dag.id, other.dag.id])) continue;
      const own: DagPlace = { file, dag: task.dag };
      const mismatch = compare(file, task, own, other);
      if (!mismatch) continue;
      report({
        span: asked.call ? asked.value.span : task.span,
        // Other findings about the sensor are moot where it certainly finds no run.
        ...(mismatch.severity === "info" ? {} : { cause: task.span }),
        message: mismatch.message,
        hint: mismatch.hint,
        ...(mismatch.severity === undefined ? {} : { severity: mismatch.severity }),
        related: other.file === file ? [{ span: other.dag.span, message: "the DAG that it waits for" }] : [],
        fixes: () => [fix(file, task, mismatch.delta)],
      });
    }
  },
});

type Mismatch = {
  readonly message: string;
  readonly hint: string;
  readonly severity?: "info";
  /** Seconds that would make the dates meet. */
  readonly delta?: number;
};

function compare(file: DagFile, task: Task, own: DagPlace, other: DagPlace): Mismatch | undefined {
  const mine = scheduleOf(own);
  const theirs = scheduleOf(other);
  if (mine.kind === "none" && theirs.kind === "none")
    return {
      message: `${JSON.stringify(own.dag.id)} and ${JSON.stringify(other.dag.id)} have no schedule: the sensor finds a run only if both are triggered with the same date.`,
      hint: triggerInstead(file),
      severity: "info",
    };
  const odd = oddOne(own, mine) ?? oddOne(other, theirs);
  // An interval from the start date is a schedule; of a timetable nothing is known.
  if (odd) return odd;
  if (mine.kind !== "cron" || theirs.kind !== "cron" || zonesDiffer(own, other)) return undefined;
  const back = minutesBack(file, task);
  const met = back === undefined ? undefined : meeting(mine.cron, theirs.cron, back);
  if (!met || back === undefined || met.of === 0 || met.meet === met.of) return undefined;
  // A branch before the sensor may let only those runs through that find something.
  if (met.meet > 0 && (!file.edgesComplete || file.edges.some((one) => one.to === task))) return undefined;
  const less = back === 0 ? "" : ", less execution_delta,";
  const name = JSON.stringify(other.dag.id);
  return {
    message:
      met.meet === 0
        ? `${JSON.stringify(own.dag.id)} (${mine.text})${less} and ${name} (${theirs.text}) share no date: the sensor waits until its timeout.`
        : `Only ${fraction(met.meet, met.of)} runs finds one of ${name} (${theirs.text}): the others wait until the timeout.`,
    hint: "Set execution_delta to the time between the two runs, or execution_date_fn.",
    ...(back === 0 ? deltaBetween(mine.cron, theirs.cron) : {}),
  };
}

/** Airflow 1.10 cannot wait for a run that it triggers. */
function triggerInstead({ project }: DagFile): string {
  return hasParameter(project, known(operators.triggerDagRun), "wait_for_completion")
    ? "Let one DAG trigger the other (TriggerDagRunOperator, wait_for_completion=True), or give both the same schedule."
    : "Give both the same schedule.";
}

/** A DAG whose runs carry a date that no other DAG's run has. */
function oddOne({ file, dag }: DagPlace, { kind }: Schedule): Mismatch | undefined {
  if (kind === "none")
    return {
      message: `${JSON.stringify(dag.id)} has no schedule: its runs carry the moment they were triggered, and the sensor never finds a run of the same date.`,
      hint: triggerInstead(file),
    };
  if (kind === "data")
    return {
      message: `${JSON.stringify(dag.id)} runs when its ${data(file)} change: its runs share no date with another DAG, and the sensor never finds one.`,
      hint: `Schedule by the ${data(file)} that the other DAG writes, in place of the sensor.`,
    };
  return undefined;
}

/** What Airflow calls the things that a schedule may name. */
function data(file: DagFile): string {
  return airflowMajor(file.project.target) >= 3 ? "assets" : "datasets";
}

function fraction(part: number, whole: number): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const by = divisor(part, whole);
  return `${part / by} of ${whole / by}`;
}

/** The time from the other DAG's daily run to the sensor's own, later the same day. */
function deltaBetween(own: Cron, other: Cron): { readonly delta?: number } {
  const mine = dailyAt(own);
  const theirs = dailyAt(other);
  return mine !== undefined && theirs !== undefined && mine > theirs ? { delta: (mine - theirs) * 60 } : {};
}

function fix(file: DagFile, task: Task, delta: number | undefined): Fix | undefined {
  const piece = delta === undefined ? undefined : durationText(file, delta);
  const edits = piece && setTaskArguments(file, task, [{ name: "execution_delta", text: piece.text }], piece.needs);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: `Set execution_delta=${piece.text}`,
    edits,
    safety: "unsafe",
    why: "the sensor then waits for the other DAG's run of that much earlier; see that it is the one you mean",
  };
}
