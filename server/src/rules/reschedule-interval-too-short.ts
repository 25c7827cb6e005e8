import { argument } from "../airflow/arguments.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isSensor, redefines, shownName } from "../airflow/kinds.ts";
import { isDeferred, pokeInterval } from "../airflow/sensing.ts";
import { shownSeconds } from "../edits/limits.ts";
import { setTaskArguments } from "../edits/task.ts";
import { knownText } from "../syntax/value.ts";
import type { Fix } from "../text/edit.ts";
import { durationOption } from "./option.ts";
import { defineRule } from "./rule.ts";

// BaseSensorOperator's documentation asks for more than a minute.
const shortestInterval = durationOption(
  "shortest-interval",
  60,
  "Intervals of at least this length are left alone; the fix sets it.",
);

export default defineRule({
  code: "TET703",
  name: "reschedule-interval-too-short",
  group: "sensor",
  severity: "info",
  summary: "A rescheduled sensor comes back more often than once a minute",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `In mode "reschedule" every look is a task of its own: it is scheduled, queued, started in a new process, and writes a row to \`task_reschedule\`. With an interval of a few seconds the starts cost more than the slot that they save, and the scheduler is kept busy; BaseSensorOperator's documentation asks for an interval of more than one minute (task SDK, \`bases/sensor.py\`).`,
    bad: `from airflow import DAG
from airflow.sensors.filesystem import FileSensor

with DAG("intake") as dag:
    FileSensor(task_id="day", filepath="/in/day.csv", mode="reschedule", poke_interval=5, timeout=3600)
`,
    good: `from airflow import DAG
from airflow.sensors.filesystem import FileSensor

with DAG("intake") as dag:
    FileSensor(task_id="day", filepath="/in/day.csv", mode="reschedule", poke_interval=120, timeout=3600)
`,
    limits: "An interval that grows (`exponential_backoff`) may start small.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  options: [shortestInterval],
  check(file, report, option) {
    const shortest = option(shortestInterval);
    for (const task of file.tasks) {
      if (!isSensor(task) || redefines(task, "execute") || isDeferred(file, task) !== "no") continue;
      const mode = argument(file, task, "mode");
      if (typeof mode !== "object" || knownText(mode.resolved) !== "reschedule") continue;
      const seconds = pokeInterval(file, task);
      if (seconds === undefined || seconds >= shortest || mayGrow(file, task)) continue;
      const given = argument(file, task, "poke_interval");
      report({
        span: typeof given === "object" && given.call ? given.span : task.span,
        cause: task.span,
        message: `${shownName(task)} is scheduled and started anew every ${shownSeconds(seconds)}: that costs more than the slot it gives back.`,
        hint: `Look once ${shortest === 60 ? "a minute" : `in ${shownSeconds(shortest)}`} or less often, or stay in mode "poke" for a short wait.`,
        fixes: () => [fix(file, task, seconds, shortest)],
      });
    }
  },
});

function mayGrow(file: DagFile, task: Task): boolean {
  const backoff = argument(file, task, "exponential_backoff");
  if (backoff === "unknown") return true;
  return backoff !== "absent" && (backoff.resolved.kind !== "boolean" || backoff.resolved.value);
}

function fix(file: DagFile, task: Task, seconds: number, shortest: number): Fix | undefined {
  const edits = setTaskArguments(file, task, [{ name: "poke_interval", text: String(shortest) }]);
  if (!edits || edits.length === 0) return undefined;
  return {
    title: `Set poke_interval=${shortest}`,
    edits,
    safety: "unsafe",
    why: `it looks every ${shortest} s, not every ${seconds} s`,
  };
}
