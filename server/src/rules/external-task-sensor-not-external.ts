import { argument } from "../airflow/arguments.ts";
import { importPath } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { downstreamOf } from "../airflow/edges.ts";
import { isA, known, operators, runsAs, shownName } from "../airflow/kinds.ts";
import { remoteInvocation } from "../shell/remote.ts";
import { commands } from "../shell/walk.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET303",
  name: "external-task-sensor-not-external",
  group: "unmonitored",
  severity: "warning",
  summary: "ExternalTaskSensor is used to watch work that another machine does",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  amongTasks: true,
  docs: {
    why: `"External" means another DAG of the same Airflow. The sensor counts task instances or DAG runs in this Airflow's own metadata database (or asks its own API server), for exactly this run's logical date. It cannot see a process on an ssh host, nor a DAG of an Airflow that runs there: it waits until its timeout, 7 days by default, and then fails (standard provider, \`sensors/external_task.py\`).`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("train", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    start = SSHOperator(task_id="start", ssh_conn_id="gpu1", command="airflow dags trigger fit", cmd_timeout=60)
    wait = ExternalTaskSensor(
        task_id="wait", external_dag_id="fit", external_task_id="done", failed_states=["failed"], timeout=3600
    )
    start >> wait
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sensors.external_task import ExternalTaskSensor

with DAG("train", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    features = ExternalTaskSensor(
        task_id="features",
        external_dag_id="features",
        failed_states=["failed"],
        mode="reschedule",
        timeout=3600,
    )
    fit = SSHOperator(task_id="fit", ssh_conn_id="gpu1", command="/opt/fit.sh --wait", cmd_timeout=300, get_pty=True)
    features >> fit
`,
    limits:
      "It speaks up only where the sensor directly follows a task that starts work on another machine, and the DAG it names neither stands in the same file nor is triggered by it; and where it waits for the whole run that it is part of.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/sensors/external_task_sensor.html",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.externalTaskSensor)) continue;
      const dagId = argument(file, task, "external_dag_id");
      if (typeof dagId !== "object" || dagId.resolved.kind !== "string" || dagId.resolved.folded.holes.length > 0)
        continue;
      const id = dagId.resolved.folded.text;
      if (waitsForOwnRun(file, task, id)) {
        report({
          span: dagId.value.span,
          severity: "error",
          message: `${task.operator.name} waits for its own run of "${id}" to end, which ends only after the sensor: it waits until its timeout.`,
          hint: "Name the task that it is to wait for, an earlier run (execution_delta), or order the tasks by >>.",
        });
        continue;
      }
      if (/\{[{%]/.test(id) || triggeredHere(file, id)) continue;
      // The DAG is here, or this file makes DAGs whose names are not known.
      if (file.dags.some((one) => one.id === id || one.id === undefined)) continue;
      const upstream = file.tasks.find((one) => startsRemoteWork(file, one) && follows(file, one, task));
      if (!upstream) continue;
      report({
        span: dagId.value.span,
        message: `${task.operator.name} only sees DAGs of this same Airflow: it cannot watch what ${shownName(upstream)} started on another machine.`,
        hint: hint(file),
        related: [{ span: upstream.span, message: "starts the work on the other machine" }],
      });
    }
  },
});

function hint(file: DagFile): string {
  const itself = importPath(file.project, known(operators.sshRemoteJob)) ? " (SSHRemoteJobOperator)" : "";
  return `Let the task that starts the work wait for its end${itself}, or ask the other Airflow's REST API with an HttpSensor.`;
}

/** The whole run that the sensor is part of: no task is named, and no other date. */
function waitsForOwnRun(file: DagFile, task: Task, id: string): boolean {
  const other = ["external_task_id", "external_task_ids", "external_task_group_id"];
  const dates = ["execution_delta", "execution_date_fn", "allowed_states"];
  return task.dag?.id === id && [...other, ...dates].every((name) => isUnset(argument(file, task, name)));
}

/** Whether a TriggerDagRunOperator of the file starts that DAG, or may: then it is a DAG of this Airflow. */
function triggeredHere(file: DagFile, id: string): boolean {
  return file.tasks.some((one) => {
    if (!isA(one, operators.triggerDagRun)) return false;
    const triggered = argument(file, one, "trigger_dag_id");
    return (
      typeof triggered !== "object" || triggered.resolved.kind !== "string" || triggered.resolved.folded.text === id
    );
  });
}

/** SSHOperator, SSHRemoteJobOperator, WinRMOperator, ssh in a BashOperator, or an SSHHook in a function. */
function startsRemoteWork(file: DagFile, task: Task): boolean {
  if (isA(task, operators.ssh) || isA(task, operators.sshRemoteJob) || isA(task, operators.winrm)) return true;
  if (file.calls.some((one) => one.tasks.includes(task) && (one.kind === "paramiko-exec" || one.kind === "hook-exec")))
    return true;
  return task.scripts.some((one) =>
    [...commands(one.script)].some(({ statement }) => remoteInvocation(statement)?.tool === "ssh"),
  );
}

function follows(file: DagFile, first: Task, second: Task): boolean {
  // Two parents are a join: the sensor may well wait for a DAG that has nothing to do with the remote task.
  const parents = file.edges.filter((one) => one.to === second && one.form !== "template");
  return parents.length === 1 && downstreamOf(file.edges, first).includes(second);
}
