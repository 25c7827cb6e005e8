import { argument } from "../airflow/arguments.ts";
import { secondsOf } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { type IdleLimit, idleLimits } from "../airflow/limitOrder.ts";
import { defaultLiteral, waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { shownSeconds } from "../edits/limits.ts";
import type { Span } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET207",
  name: "timeout-order-inconsistent",
  group: "missing-timeout",
  severity: "warning",
  summary: "A time limit can never be reached, since a shorter one around it comes first",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `Limits stand in one another: a command's \`timeout\` and SSHOperator's \`cmd_timeout\` in the task's \`execution_timeout\`, that and a sensor's \`timeout\` in the DAG's \`dagrun_timeout\`. The shortest ends the work, in its own way: \`cmd_timeout\` fails the task and says so, \`execution_timeout\` kills it, \`dagrun_timeout\` fails the run and skips what is left. An inner limit that is longer than the one around it does nothing. A sensor with a \`poke_interval\` longer than its \`timeout\` looks at once and once more, when its time is over. And an operator that counts its polls may give up long before \`execution_timeout\`.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("load") as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="/opt/load --all",
        cmd_timeout=7200,
        execution_timeout=timedelta(hours=1),
        get_pty=True,
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("load") as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="/opt/load --all",
        cmd_timeout=600,
        execution_timeout=timedelta(hours=2),
        get_pty=True,
    )
`,
    limits: "Only limits whose values are known are compared.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts",
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/index.html",
    ],
  },
  check(file, report) {
    const seen = new Set<string>();
    for (const task of file.tasks) {
      for (const one of idleLimits(file, task)) {
        const key = `${one.inner.span.start} ${one.outer.span.start}`;
        // default_args hold for many tasks.
        if (seen.has(key)) continue;
        seen.add(key);
        report({
          span: one.inner.span,
          message: message(one),
          hint:
            one.kind === "asks-once"
              ? "Make poke_interval a fraction of the timeout."
              : `Make ${one.inner.name} shorter than ${one.outer.name}, or lengthen ${one.outer.name}.`,
          related: [{ span: one.outer.span, message: `ends it after ${shownSeconds(one.outer.seconds)}` }],
        });
      }
      const early = givesUpBefore(file, task);
      if (early) {
        report({
          span: early.span,
          message: `${task.operator.name} gives up after ${shownSeconds(early.seconds)} (${early.attempts} polls, ${early.delay} s apart), before its execution_timeout of ${shownSeconds(early.outer)}.`,
          hint: `Raise ${early.parameter}, so that ${early.parameter} times the delay covers execution_timeout.`,
        });
      }
    }
  },
});

function message({ kind, inner, outer }: IdleLimit): string {
  const [a, b] = [shownSeconds(inner.seconds), shownSeconds(outer.seconds)];
  if (kind === "asks-once")
    return `The sensor looks at once and again after poke_interval (${a}), when its timeout (${b}) is over: it ends later than asked for.`;
  return outer.name === "dagrun_timeout"
    ? `${inner.name} (${a}) is never reached: dagrun_timeout ends the whole run after ${b}.`
    : `${inner.name} (${a}) is never reached: ${outer.name} kills the task after ${b}.`;
}

type Early = {
  readonly parameter: string;
  readonly attempts: number;
  readonly delay: number;
  readonly seconds: number;
  readonly outer: number;
  readonly span: Span;
};

/** An operator that counts its polls, where these do not reach to the end of its execution_timeout. */
function givesUpBefore(file: DagFile, task: Task): Early | undefined {
  const behaviour = task.operator.known && behaviourOf(task.operator.known);
  const limit = behaviour?.timeout;
  if (!behaviour || !limit?.boundsWait || limit.unit !== "attempts" || limit.delay === undefined) return undefined;
  if (waitingOf(file, task, behaviour) !== "waits") return undefined;
  const given = argument(file, task, "execution_timeout");
  const outer = typeof given === "object" && given.origin !== "class" ? secondsOf(given.resolved) : undefined;
  const attempts = numberOf(file, task, limit.parameter);
  const delay = numberOf(file, task, limit.delay);
  if (typeof given !== "object" || outer === undefined || !attempts || !delay) return undefined;
  const seconds = attempts * delay;
  // default_args say what is enough for the longest task, not for this one.
  if (seconds >= outer || given.origin === "default_args" || given.origin === "group") return undefined;
  return { parameter: limit.parameter, attempts, delay, seconds, outer, span: given.span };
}

function numberOf(file: DagFile, task: Task, name: string): number | undefined {
  const given = argument(file, task, name);
  if (given === "unknown") return undefined;
  const meant = given === "absent" ? defaultLiteral(file, task, name) : secondsOf(given.resolved);
  return typeof meant === "number" ? meant : undefined;
}
