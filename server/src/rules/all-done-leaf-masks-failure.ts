import { argument } from "../airflow/arguments.ts";
import { airflowAtLeast } from "../airflow/availability.ts";
import type { Argument, DagFile, Task } from "../airflow/dagfile.ts";
import { maskingTasks } from "../airflow/runOutcome.ts";
import { editArguments } from "../edits/arguments.ts";
import { withImports } from "../edits/imports.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET415",
  name: "all-done-leaf-masks-failure",
  group: "lost-failure",
  severity: "warning",
  summary: "A last task that runs whatever happened makes a failed DAG run green",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  amongTasks: true,
  docs: {
    why: `A DAG run's state is that of its leaves, the tasks that nothing runs after. A leaf with \`trigger_rule="all_done"\` or \`"always"\` runs and succeeds although the work before it has failed, so that the run is marked success: a DAG's \`on_failure_callback\`, an ExternalTaskSensor on the DAG, and everybody who looks at the list of runs see a success. A teardown does not count as a leaf; a watcher task with \`one_failed\` that raises makes the run fail.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly", default_args={"ssh_conn_id": "edge"}) as dag:
    load = SSHOperator(task_id="load", command="/opt/load.sh --full", cmd_timeout=600)
    tidy = BashOperator(task_id="tidy", bash_command="rm -rf /tmp/nightly", trigger_rule="all_done")
    load >> tidy
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly", default_args={"ssh_conn_id": "edge", "execution_timeout": timedelta(hours=1)}) as dag:
    load = SSHOperator(task_id="load", command="/opt/load.sh --full", cmd_timeout=600, get_pty=True)
    tidy = BashOperator(task_id="tidy", bash_command="rm -rf /tmp/nightly").as_teardown()
    load >> tidy
`,
    limits:
      "It speaks of remote work all of whose leaves run in any case, or behind a task that does and whose clean-up they only wait for, mark or tell of. A leaf that raises, exits with a status, or looks at the states of the others is left alone, and so is one whose code or followers cannot be read.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow/stable/howto/setup-and-teardown.html",
      "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html#dag-run-status",
    ],
  },
  check(file, report) {
    for (const { at, last, rule, masked } of maskingTasks(file)) {
      const [first] = masked;
      const given = argument(file, at, "trigger_rule");
      if (!first || typeof given !== "object") continue;
      // A rule of all tasks is no word about the last one.
      if (given.origin === "default_args" || given.origin === "group") continue;
      report({
        span: given.span,
        cause: at.span,
        message: `${last ? `This last task runs in any case (${rule}):` : `This task runs in any case (${rule}), and the end depends on it alone:`} when ${first.id ?? first.operator.name} fails, the DAG run still ends as success.`,
        hint:
          last && airflowAtLeast(file.project, "2.7.0")
            ? "Make a clean-up a teardown by .as_teardown(), or add a last task with trigger_rule one_failed that raises."
            : "Add a last task with trigger_rule one_failed that raises, behind every task whose failure counts.",
        related: masked.slice(0, 3).map((one) => ({ span: one.span, message: "its failure does not fail the run" })),
        // What runs after a teardown would still decide.
        fixes: () => (last ? [teardown(file, at, given)] : []),
      });
    }
  },
});

/** Work of its own, that goes on after a failure on purpose, is no teardown. */
const tidies = /clean|tidy|delete|terminate|stop|teardown|tear_down|remove|destroy|drop|shut_?down|release|purge/i;

/** X(…, trigger_rule="all_done") → X(…).as_teardown() */
function teardown(file: DagFile, leaf: Task, given: Argument): Fix | undefined {
  const { call } = leaf;
  if (!call || given.call !== call || leaf.form !== "operator" || leaf.mapped) return undefined;
  if (!airflowAtLeast(file.project, "2.7.0") || !tidies.test(`${leaf.id ?? ""} ${leaf.operator.name}`))
    return undefined;
  const without = editArguments(file, call, { remove: ["trigger_rule"] });
  const at = call.span.end;
  const edits =
    without && withImports(file, [...without, { span: { start: at, end: at }, text: ".as_teardown()" }], []);
  return (
    edits && {
      title: "Make it a teardown",
      edits,
      safety: "unsafe",
      why: "its own failure no longer fails the run, and clearing a task before it does not clear it",
    }
  );
}
