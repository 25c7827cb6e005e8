import type { DagFile, Task } from "../airflow/dagfile.ts";
import { looksAtEndedWork } from "../airflow/endedWork.ts";
import { shownName } from "../airflow/kinds.ts";
import { type HeldSlot, heldSlot } from "../airflow/sensing.ts";
import { shownSeconds } from "../edits/limits.ts";
import { releases } from "../edits/slot.ts";
import { setTaskArguments } from "../edits/task.ts";
import type { Fix } from "../text/edit.ts";
import { durationOption } from "./option.ts";
import { defineRule } from "./rule.ts";

// A wait that is no longer is not worth another start of the task.
const shortWait = durationOption("short-wait", 600, "Waits of at most this long are left alone.");

export default defineRule({
  code: "TET702",
  name: "sensor-poke-mode-long-wait",
  group: "sensor",
  severity: "warning",
  summary: "A sensor in mode poke holds a worker slot for as long as it waits",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["sensor-default-timeout"],
  docs: {
    why: `In mode "poke", the default, a sensor sleeps between two looks inside its worker slot and its pool slot. A few waiting sensors fill a worker, and where what they wait for needs a slot itself, nothing moves any more. In mode "reschedule" the task ends after each look and starts again for the next; a deferrable sensor waits in the triggerer. The sensor's own \`timeout\` counts across reschedules (task SDK, \`bases/sensor.py\`; \`mode\` came with Airflow 1.10.2).`,
    bad: `from airflow import DAG
from airflow.providers.sftp.sensors.sftp import SFTPSensor

with DAG("intake") as dag:
    arrived = SFTPSensor(task_id="arrived", path="/in/day.csv", sftp_conn_id="partner", timeout=6 * 3600)
`,
    good: `from airflow import DAG
from airflow.providers.sftp.sensors.sftp import SFTPSensor

with DAG("intake") as dag:
    arrived = SFTPSensor(
        task_id="arrived", path="/in/day.csv", sftp_conn_id="partner", timeout=6 * 3600, mode="reschedule"
    )
`,
    limits:
      "Waits of at most 10 minutes (`short-wait`) are left alone, and so are sensors that wait for the clock, that may only poke, that reschedule by default, whose first look always ends the wait, that look at work which the operator before them has waited for, or that have a pool of their own. A smart sensor of Airflow 2.0 to 2.3 held no slot; Tether does not know of that setting.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  options: [shortWait],
  check(file, report, option) {
    const short = option(shortWait);
    const seen = new Set<number>();
    for (const task of file.tasks) {
      const held = heldSlot(file, task);
      if (!held || held.seconds <= short || looksAtEndedWork(file, task)) continue;
      // A decorated function makes a task at each call.
      const span = written(held) ?? task.span;
      if (seen.has(span.start)) continue;
      seen.add(span.start);
      const ways = releases(file, task);
      report({
        span,
        cause: task.span,
        message: `${shownName(task)} waits in mode "poke": it holds a worker slot for up to ${shownSeconds(held.seconds)}.`,
        hint: `${ways.map((one) => one.shown).join(" or ")} gives the slot back between two looks.`,
        fixes: () => ways.map((one) => releaseFix(file, task, one)),
      });
    }
  },
});

/** The `mode="poke"` of the task itself. */
function written({ mode }: HeldSlot): Task["span"] | undefined {
  return mode?.call && mode.origin !== "class" ? mode.span : undefined;
}

function releaseFix(file: DagFile, task: Task, way: ReturnType<typeof releases>[number]): Fix | undefined {
  const edits = setTaskArguments(file, task, way.named);
  if (!edits || edits.length === 0) return undefined;
  const title = `Set ${way.shown}`;
  return way.why === undefined ? { title, edits, safety: "safe" } : { title, edits, safety: "unsafe", why: way.why };
}
