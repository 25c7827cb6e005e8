import { argument } from "../airflow/arguments.ts";
import { isUnbounded } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { endlessPolls } from "../airflow/pollLoops.ts";
import { executionTimeoutFix } from "../edits/limits.ts";
import { type EndlessLoop, endlessLoops } from "../shell/pollLoops.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET216",
  name: "poll-loop-unbounded",
  group: "missing-timeout",
  severity: "warning",
  summary: "A task sleeps and looks again for ever",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A loop that sleeps and asks again ends when its answer comes. When the job on the other side is lost, or ends in a state that nobody thought of, the answer never comes: the task runs for ever and holds its worker slot, and with \`max_active_runs\` the next runs wait behind it. Airflow has no limit of its own: \`execution_timeout\` is None by default.`,
    bad: `import time

from airflow.decorators import dag, task

from jobs import state_of


@dag(schedule=None)
def pipeline():
    @task
    def wait(job: str):
        while state_of(job) != "DONE":
            time.sleep(30)

    wait("export")


pipeline()
`,
    good: `import time
from datetime import timedelta

from airflow.decorators import dag, task

from jobs import state_of


@dag(schedule=None)
def pipeline():
    @task(execution_timeout=timedelta(hours=2))
    def wait(job: str):
        while state_of(job) != "DONE":
            time.sleep(30)

    wait("export")


pipeline()
`,
    limits:
      "A loop that counts its turns, looks at a clock, or works through pages, rows or lines is left alone; so is a task with an execution_timeout, and a DAG with a dagrun_timeout. Where the loop also ends once the other side has timed out by itself, the finding is an info. A silent loop over SSH ends with the operator's cmd_timeout.",
    links: ["https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts"],
  },
  check(file, report) {
    for (const { loop, pause, endsElsewhere } of endlessPolls(file)) {
      const [only, ...more] = pause.tasks;
      report({
        span: { start: loop.span.start, end: loop.test.span.end },
        cause: loop.span,
        ...(endsElsewhere ? { severity: "info" } : {}),
        message: "Only what it waits for ends this loop: if that never comes, the task holds its worker slot for ever.",
        hint: "Give the task an execution_timeout, leave the loop at a deadline, or let a sensor do the waiting.",
        related: [{ span: pause.span, message: "sleeps here" }],
        fixes: () => [only && more.length === 0 ? executionTimeoutFix(file, only) : undefined],
      });
    }
    for (const task of file.operators) {
      const runs = runsAs(task, operators.bash) || runsAs(task, operators.ssh) || runsAs(task, operators.docker);
      if (!runs || !isUnbounded(file, task)) continue;
      for (const { script } of task.scripts) {
        for (const one of endlessLoops(script)) {
          if (runsAs(task, operators.ssh) && !isPatient(file, task, one)) continue;
          report({
            span: sourceSpan(one.script.folded, one.head),
            cause: sourceSpan(one.script.folded, one.loop.span),
            message:
              "Only what it waits for ends this loop: if that never comes, the task holds its worker slot for ever.",
            hint: "Give the task an execution_timeout, count the turns, or let a sensor do the waiting.",
            fixes: () => [executionTimeoutFix(file, task)],
          });
        }
      }
    }
  },
});

/** SSHOperator gives up after `cmd_timeout` seconds of silence, 10 by default; a loop that prints is never silent. */
function isPatient(file: DagFile, task: Task, { prints }: EndlessLoop): boolean {
  const limit = argument(file, task, "cmd_timeout");
  return prints || (typeof limit === "object" && limit.resolved.kind === "none");
}
