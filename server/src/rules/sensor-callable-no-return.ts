import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast } from "../airflow/availability.ts";
import type { Lookup } from "../airflow/dagfile.ts";
import { shownName } from "../airflow/kinds.ts";
import { forgottenAnswer, lookOf, neverAnswersTrue } from "../airflow/poking.ts";
import type { FunctionDef } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET706",
  name: "sensor-callable-no-return",
  group: "sensor",
  severity: "error",
  summary: "A sensor's function never returns a true value, so that the sensor can never succeed",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A sensor looks again until its function returns something true: \`True\`, or a \`PokeReturnValue\` with \`is_done=True\`. A function that forgets \`return\` answers \`None\`, which means "not yet": the sensor asks on until its timeout, 7 days by default, and fails, however the thing that it watches ended (task SDK, \`bases/sensor.py\`).`,
    bad: `from airflow.decorators import dag, task


@dag(schedule=None)
def report():
    @task.sensor(mode="reschedule", timeout=3600)
    def finished(job="nightly"):
        status_of(job) == "DONE"

    finished()


report()
`,
    good: `from airflow.decorators import dag, task


@dag(schedule=None)
def report():
    @task.sensor(mode="reschedule", timeout=3600)
    def finished(job="nightly"):
        return status_of(job) == "DONE"

    finished()


report()
`,
    limits:
      'A function that returns something true on one path only is fine: falling off its end means "not yet". One that raises, is a generator, or has a decorator of its own is left alone, and so is a sensor with `soft_fail`.',
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/sensors.html"],
  },
  check(file, report) {
    const seen = new Set<FunctionDef>();
    for (const task of file.tasks) {
      const look = lookOf(task);
      if (!look || seen.has(look) || !neverAnswersTrue(file, look)) continue;
      // A skip at the timeout may be the end that is meant.
      if (isOn(argument(file, task, "soft_fail"))) continue;
      seen.add(look);
      report({
        span: look.nameSpan,
        message: `${look.name} never returns a true value: for the sensor that means "not yet", and it waits until its timeout.`,
        hint: airflowAtLeast(file.project, "2.3.0")
          ? "Return True, or PokeReturnValue(is_done=True), once what it waits for is there."
          : "Return True once what it waits for is there.",
        related: task.form === "taskflow" ? [] : [{ span: task.span, message: `${shownName(task)} asks it` }],
        fixes: () => [fix(look)],
      });
    }
  },
});

function isOn(found: Lookup): boolean {
  return typeof found === "object" && found.resolved.kind === "boolean" && found.resolved.value;
}

function fix(look: FunctionDef): Fix | undefined {
  const answer = forgottenAnswer(look);
  if (!answer) return undefined;
  return {
    title: "Return the last line",
    edits: [{ span: { start: answer.span.start, end: answer.span.start }, text: "return " }],
    safety: "unsafe",
    why: "Tether guesses that the last line is the answer; the sensor succeeds by it",
  };
}
