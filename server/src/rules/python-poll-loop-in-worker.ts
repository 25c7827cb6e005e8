import { airflowAtLeast } from "../airflow/availability.ts";
import { isSensor } from "../airflow/kinds.ts";
import { workerPolls } from "../airflow/workerPolls.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET306",
  name: "python-poll-loop-in-worker",
  group: "unmonitored",
  severity: "info",
  summary: "A callable sleeps on its worker until work elsewhere is done",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  mergesInto: ["poll-loop-unbounded"],
  docs: {
    why: `A loop of \`time.sleep\` in a callable holds a worker slot and a process for as long as the remote work takes, to ask a question now and then. When the worker goes away, the loop goes with it, and the retry often starts the work once more. A sensor in mode \`reschedule\` gives the slot back between two looks, an operator that defers needs none, and both go on looking after a restart.`,
    bad: `import time

import requests

from airflow.decorators import dag, task


@dag(schedule=None)
def report():
    @task
    def wait(job):
        for _ in range(120):
            state = requests.get(f"https://farm.example.com/jobs/{job}", timeout=30).json()["state"]
            if state == "DONE":
                return
            time.sleep(60)
        raise TimeoutError(job)

    wait("a")


report()
`,
    good: `import requests

from airflow.decorators import dag, task


@dag(schedule=None)
def report():
    @task.sensor(poke_interval=60, timeout=7200, mode="reschedule")
    def wait(job):
        state = requests.get(f"https://farm.example.com/jobs/{job}", timeout=30).json()["state"]
        return state == "DONE"

    wait("a")


report()
`,
    limits:
      "Loops whose sleep is known to be shorter than 5 seconds, that end within 5 minutes, or that sleep after a failed attempt are left alone.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  check(file, report) {
    const sensor = airflowAtLeast(file.project, "2.5.0") ? "@task.sensor" : "PythonSensor";
    for (const { loop, pause, seconds } of workerPolls(file)) {
      if (seconds !== undefined && seconds < 300) continue;
      // A sensor is made to look again and again.
      if (pause.tasks.length > 0 && pause.tasks.every(isSensor)) continue;
      report({
        span: pause.span,
        cause: loop.span,
        message: `This loop holds a worker slot ${seconds === undefined ? "until the other side is done" : `for up to ${Math.round(seconds / 60)} min`}, and a lost worker loses sight of the work.`,
        hint: `Split it: start the work in this task, and wait in a ${sensor} with mode="reschedule" and a timeout.`,
      });
    }
  },
});
