import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { redefines } from "../airflow/kinds.ts";
import { defaultLiteral, literalOf, waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { type KillSwitch, killSwitches } from "../catalog/killSwitches.ts";
import { quoteString } from "../edits/layout.ts";
import { setTaskArguments } from "../edits/task.ts";
import { isPlural } from "../edits/waiting.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET505",
  name: "operator-kill-leaves-job",
  group: "orphan",
  severity: "warning",
  summary: "Work that an operator started runs on when its task is killed",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `When somebody clears a task or marks it failed, or \`execution_timeout\` is over, Airflow calls the operator's \`on_kill\`, which cancels the work at the service. \`GlueJobOperator\` does so only with \`stop_job_run_on_kill=True\`; its default is False. \`cancel_on_kill=False\`, \`on_kill_action="keep_pod"\` and \`on_kill_propagation_policy="Orphan"\` switch it off elsewhere. The work then goes on unseen and is paid for, and the retry starts it a second time beside the first.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator

with DAG("nightly") as dag:
    load = GlueJobOperator(task_id="load", job_name="nightly", execution_timeout=timedelta(hours=1))
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator

with DAG("nightly") as dag:
    load = GlueJobOperator(
        task_id="load", job_name="nightly", execution_timeout=timedelta(hours=1), stop_job_run_on_kill=True
    )
`,
    limits:
      "A task that does not wait for its work has nothing to kill, and is left alone. Where the work of a killed task is meant to go on, ignore the finding there.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/glue.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const { known } = task.operator;
      if (!known || redefines(task, "on_kill") || redefines(task, "execute")) continue;
      const behaviour = behaviourOf(known);
      if (behaviour && waitingOf(file, task, behaviour) !== "waits") continue;
      for (const one of killSwitches) {
        if (!hasParameter(file.project, known, one.parameter)) continue;
        const given = argument(file, task, one.parameter);
        if (given === "unknown") continue;
        if (meaning(file, task, one, given) !== one.leaves) continue;
        const product = behaviour?.product ?? "the work";
        const runs = isPlural(product) ? "run" : "runs";
        const own = typeof given === "object" && (given.origin === "call" || given.origin === "partial");
        const value = typeof one.leaves === "string" ? `"${one.leaves}"` : "False";
        const shown = `${one.parameter}=${value}${typeof given === "object" ? "" : ", the default"}`;
        report({
          span: own ? given.span : task.span,
          cause: task.span,
          message: `With ${shown}, ${product} ${runs} on when ${one.when === "killed" ? "this task is cleared, marked failed or timed out" : "the wait for it fails"}; a retry starts another.`,
          hint: `Set ${one.parameter}=${one.ends}.`,
          fixes: () => [fix(file, task, one)],
        });
      }
    }
  },
});

function meaning(file: DagFile, task: Task, { parameter }: KillSwitch, given: Lookup): unknown {
  return typeof given === "object" ? literalOf(given.resolved) : defaultLiteral(file, task, parameter);
}

function fix(file: DagFile, task: Task, { parameter, ends }: KillSwitch): Fix | undefined {
  const text = ends.replace(/^"(.*)"$/, (_, inside: string) => quoteString(file, inside));
  const edits = setTaskArguments(file, task, [{ name: parameter, text }]);
  if (!edits || edits.length === 0) return undefined;
  return { title: `Set ${parameter}=${text}`, edits, safety: "safe" };
}
