import { argument } from "../airflow/arguments.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { Dag, DagFile, Task } from "../airflow/dagfile.ts";
import { tellsPeople } from "../airflow/kinds.ts";
import { remoteWork } from "../airflow/remote.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET311",
  name: "no-failure-notification",
  group: "unmonitored",
  severity: "info",
  summary: "A DAG works on other machines, and nobody is told when it fails",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `A failed task is a red square in the grid, and nothing more, unless the DAG says who is to be told: \`on_failure_callback\` of the DAG or its tasks, \`email\` with a mail server, a deadline, or a task that runs when others failed. Work on other machines fails in more ways than code on the worker, often at night and often halfway.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly", schedule="@daily") as dag:
    load = SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load --all")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator
from company.alerts import page

with DAG(
    "nightly",
    schedule="@daily",
    default_args={"on_failure_callback": page, "execution_timeout": timedelta(hours=1)},
) as dag:
    load = SSHOperator(
        task_id="load", ssh_conn_id="edge", command="/opt/load --all", cmd_timeout=600, get_pty=True
    )
`,
    limits:
      "A cluster policy, a listener or a monitoring system outside of the DAG is not seen: the rule is for projects whose DAGs are to say it themselves.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/logging-monitoring/callbacks.html",
    ],
  },
  check(file, report) {
    for (const dag of file.dags) {
      if (saidByDag(dag) !== "no") continue;
      const tasks = file.tasks.filter((one) => one.dag === dag);
      const remote = tasks.filter((task) => worksElsewhere(file, task));
      const [first] = remote;
      if (!first || !remote.every((task) => tellsNobody(file, task))) continue;
      if (tasks.some((task) => tellsPeople(task) || isPerhapsAlert(task))) continue;
      report({
        span: dag.span,
        message: `When ${first.id ?? first.operator.name}${remote.length > 1 ? others(remote.length - 1) : ""} fails, Airflow marks it red and tells nobody.`,
        hint: "Give the DAG, or default_args, an on_failure_callback.",
        related: [{ span: first.span, message: "works on another machine" }],
      });
    }
  },
});

/** Keywords of a DAG by which somebody is told, or which may hold them. */
function saidByDag({ call }: Dag): "yes" | "no" {
  const speaks = (call?.args ?? []).some(
    (one) =>
      one.form === "double-star" ||
      one.form === "star" ||
      /^(on_failure_callback|sla_miss_callback|deadline)$/.test(one.name ?? ""),
  );
  return speaks ? "yes" : "no";
}

function worksElsewhere(file: DagFile, task: Task): boolean {
  if (remoteWork(file, task) !== undefined) return true;
  const behaviour = task.operator.known && behaviourOf(task.operator.known);
  return behaviour !== undefined && waitingOf(file, task, behaviour) === "waits" && behaviour.severity === "warning";
}

function tellsNobody(file: DagFile, task: Task): boolean {
  const callbacks = ["on_failure_callback", "on_retry_callback"].every((name) => isUnset(argument(file, task, name)));
  if (!callbacks) return false;
  if (isUnset(argument(file, task, "email"))) return true;
  const onFailure = argument(file, task, "email_on_failure");
  return typeof onFailure === "object" && onFailure.resolved.kind === "boolean" && !onFailure.resolved.value;
}

/** A task, or a class, of another package that is called after a way to tell people. */
function isPerhapsAlert({ id, operator }: Task): boolean {
  return /alert|notif|slack|e?mail|teams|pager|watcher/i.test(`${id ?? ""} ${operator.name}`);
}

function others(count: number): string {
  return count === 1 ? " or the other remote task" : ` or one of ${count} other remote tasks`;
}
