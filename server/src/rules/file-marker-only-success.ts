import { argument } from "../airflow/arguments.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { downstreamOf } from "../airflow/edges.ts";
import { isA, shownName } from "../airflow/kinds.ts";
import { waitingOf } from "../airflow/waiting.ts";
import { behaviourOf } from "../catalog/behaviour.ts";
import { detached } from "../shell/detach.ts";
import { unknownCharacter } from "../syntax/folded.ts";
import type { Value } from "../syntax/value.ts";
import { defineRule } from "./rule.ts";

/** Sensors that look for a file, and the argument that names it. */
const fileSensors: readonly (readonly [fqcn: string, argument: string])[] = [
  ["airflow.providers.standard.sensors.filesystem.FileSensor", "filepath"],
  ["airflow.providers.sftp.sensors.sftp.SFTPSensor", "path"],
  ["airflow.providers.amazon.aws.sensors.s3.S3KeySensor", "bucket_key"],
  ["airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor", "object"],
  ["airflow.providers.microsoft.azure.sensors.wasb.WasbBlobSensor", "blob_name"],
];

// Written on purpose when the work is over: whoever names a file so has thought of the end.
const marker = /_SUCCESS|succe(?:ss|eded)|done|\.ok\b|complete|finish|ready|flag|marker|trigger|\brc\b|exit|status/i;

export default defineRule({
  code: "TET312",
  name: "file-marker-only-success",
  group: "unmonitored",
  severity: "info",
  summary: "A sensor takes a job's output file for the job's end",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: "A file is there as soon as the job has opened it: a sensor that finds it goes on while the job still writes. And a job that fails writes no file, or half of one: the sensor then waits until its own timeout, and nobody learns why. The usual cure is a pair of markers, written last: one for success, one for failure.",
    bad: `from airflow import DAG
from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("export") as dag:
    start = SSHOperator(
        task_id="start", ssh_conn_id="edge", command="nohup /opt/export.sh >/dev/null 2>&1 &", cmd_timeout=60
    )
    wait = SFTPSensor(task_id="wait", sftp_conn_id="edge", path="/data/export.csv", timeout=3600, mode="reschedule")
    start >> wait
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("export") as dag:
    export = SSHRemoteJobOperator(
        task_id="export", ssh_conn_id="edge", command="/opt/export.sh --all", timeout=3600, cleanup="on_success"
    )
`,
    limits:
      "Only sensors that stand directly behind the task that leaves its work, and only files whose names do not speak of an end (`_SUCCESS`, `.done`, `.ok`, `ready` …). What the job does with its file cannot be seen.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-sftp/stable/_api/airflow/providers/sftp/sensors/sftp/",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!leavesItsWork(file, task)) continue;
      for (const sensor of downstreamOf(file.edges, task)) {
        const name = fileSensors.find(([fqcn]) => isA(sensor, fqcn))?.[1];
        const found = name === undefined ? undefined : argument(file, sensor, name);
        if (typeof found !== "object" || !namesPlainFile(found.resolved)) continue;
        const here = found.origin === "call" || found.origin === "partial";
        report({
          span: here ? found.value.span : sensor.span,
          message: `${shownName(sensor)} goes on when the file appears, finished or not; when the job fails, it waits until its own timeout.`,
          hint: "Have the job write one marker file when it succeeds and another when it fails, last of all, and look for both.",
          related: [{ span: task.span, message: "this task leaves the job" }],
        });
      }
    }
  },
});

function leavesItsWork(file: DagFile, task: Task): boolean {
  if (task.scripts.some(({ script }) => detached(script).length > 0)) return true;
  const { known } = task.operator;
  const behaviour = known && behaviourOf(known);
  if (!behaviour) return false;
  const waiting = waitingOf(file, task, behaviour);
  return waiting === "leaves" || waiting === "switched-off";
}

/** Whether every name is known as far as Python decides it, and none speaks of an end. */
function namesPlainFile(value: Value): boolean {
  if (value.kind === "list") return value.complete && value.items.length > 0 && value.items.every(namesPlainFile);
  if (value.kind !== "string") return false;
  return !value.folded.text.includes(unknownCharacter) && !marker.test(value.folded.text);
}
