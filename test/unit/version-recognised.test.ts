/** Every rule recognises its fault in the spelling of every Airflow that can have it. */
import { describe, expect, it } from "vitest";
import { lint } from "../../server/src/engine/lint.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";
import { rules } from "../../server/src/rules/index.ts";
import { grammarsLoaded } from "../grammars.ts";
import { spelledFor, withOperators } from "./version-spelling.ts";

await grammarsLoaded();

const airflows = ["1.10.15", "2.4.3", "2.11.2", "3.0.6", "3.3.2"] as const;

/** Whether a rule, asked alone, finds its fault in a text of a project on that Airflow. */
function finds(rule: string, airflow: string, text: string): boolean {
  const { settings } = loadSettings("/dags", { select: [rule], airflowVersion: airflow });
  return lint({ path: "/dags/dag.py", text }, settings).findings.length > 0;
}

type Airflow = (typeof airflows)[number];

/** What an Airflow does not have; a rule about it is silent there. */
const lacking: Readonly<Record<string, Partial<Record<Airflow, string>>>> = {
  "operator-wait-disabled": { "1.10.15": "airflow.providers.amazon.aws.operators.glue.GlueJobOperator" },
  "operator-kill-leaves-job": { "1.10.15": "airflow.providers.amazon.aws.operators.glue.GlueJobOperator" },
  "powershell-start-process-no-wait": { "1.10.15": "airflow.providers.microsoft.psrp.operators.psrp.PsrpOperator" },
  "sensor-ignores-failed-state": {
    "1.10.15": "airflow.providers.google.cloud.sensors.datafusion.CloudDataFusionPipelineStateSensor",
  },
};

const remoteJob = "airflow.providers.ssh.operators.ssh_remote_job.SSHRemoteJobOperator";

/** Rules about what came, went or changed with a version. */
const silent: Readonly<Record<string, readonly Airflow[]>> = {
  // wait_for_completion came with 2.1, deferrable with 2.6.
  "trigger-dagrun-no-wait": ["1.10.15"],
  "trigger-dagrun-deferrable-ignored": ["1.10.15", "2.4.3"],
  "trigger-dagrun-wait-unbounded": ["1.10.15"],
  "deferrable-without-bound": ["1.10.15"],
  // SSHOperator had a timeout then, and no cmd_timeout.
  "ssh-cmd-timeout-default": ["1.10.15"],
  "ssh-cmd-timeout-unlimited": ["1.10.15"],
  "timeout-order-inconsistent": ["1.10.15"],
  "removed-timeout-argument": ["1.10.15"],
  // It returned its output only when told to.
  "ssh-output-is-base64": ["1.10.15"],
  // The newest provider has it.
  "provider-lacks-remote-kill": ["2.11.2", "3.0.6", "3.3.2"],
  // Parameters of 2.x.
  "waits-for-start-not-finish": ["1.10.15", "2.4.3"],
  "skip-on-exit-code-too-wide": ["1.10.15", "2.4.3"],
  "bash-sensor-any-error-waits": ["1.10.15", "2.4.3"],
  "external-task-sensor-no-failed-states": ["1.10.15"],
  // The look into the database works before Airflow 3.
  "external-task-sensor-check-existence-noop": ["1.10.15", "2.4.3", "2.11.2"],
};

describe.each(rules)("$name", ({ name, docs }) => {
  it.each(airflows)("in the spelling of %s", (airflow) => {
    const versions = { airflow, providers: {} };
    const own = spelledFor(versions, docs.bad);
    const spelled = "lacks" in own ? spelledFor(versions, withOperators(docs.bad)) : own;
    if ("lacks" in spelled) {
      const wanted = name.startsWith("remote-job-") ? remoteJob : lacking[name]?.[airflow];
      expect(spelled.lacks).toBe(wanted);
    } else expect(finds(name, airflow, spelled.text)).toBe(!silent[name]?.includes(airflow));
  });
});

/** The same DAG file in the spellings that were usual at some time. */
const headers: Readonly<Record<string, string>> = {
  "Airflow 1.10": `from airflow import DAG
from airflow.contrib.hooks.ssh_hook import SSHHook
from airflow.contrib.operators.ssh_operator import SSHOperator
from airflow.contrib.sensors.sftp_sensor import SFTPSensor
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator
from airflow.operators.python_operator import PythonOperator
from airflow.sensors.external_task_sensor import ExternalTaskSensor
`,
  "Airflow 1.10, by packages": `from airflow.models import DAG
from airflow.contrib.hooks import SSHHook
from airflow.contrib.operators import SSHOperator
from airflow.contrib.sensors.sftp_sensor import SFTPSensor
from airflow.operators import BashOperator, PythonOperator
from airflow.operators.dagrun_operator import TriggerDagRunOperator
from airflow.operators.sensors import ExternalTaskSensor
`,
  "Airflow 1.10, by modules": `import airflow
from airflow.contrib.hooks import ssh_hook
from airflow.contrib.operators import ssh_operator
from airflow.contrib.sensors import sftp_sensor
from airflow.operators import bash_operator, dagrun_operator, python_operator
from airflow.sensors import external_task_sensor

DAG = airflow.DAG
SSHHook = ssh_hook.SSHHook
SSHOperator = ssh_operator.SSHOperator
SFTPSensor = sftp_sensor.SFTPSensor
BashOperator = bash_operator.BashOperator
TriggerDagRunOperator = dagrun_operator.TriggerDagRunOperator
PythonOperator = python_operator.PythonOperator
ExternalTaskSensor = external_task_sensor.ExternalTaskSensor
`,
  "Airflow 2": `from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.ssh.hooks.ssh import SSHHook
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.sensors.external_task import ExternalTaskSensor
`,
  "Airflow 3": `from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.ssh.hooks.ssh import SSHHook
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG
`,
};

const body = `
import os
import subprocess


def pull(ds, **kwargs):
    with SSHHook(ssh_conn_id="edge").get_conn() as client:
        client.exec_command("/opt/pull.sh " + ds)


def push(**context):
    subprocess.Popen(["/opt/push.sh", context["ds"]])
    os.system("rsync -a /in/ edge:/in/")


with DAG("nightly") as dag:
    start = SSHOperator(task_id="start", ssh_conn_id="edge", command="nohup /opt/load.sh > /tmp/load.log 2>&1 &")
    wait = ExternalTaskSensor(task_id="wait", external_dag_id="remote", external_task_id="load")
    file = SFTPSensor(task_id="file", path="/out/done", sftp_conn_id="edge")
    copy = BashOperator(task_id="copy", bash_command="ssh etl@edge /opt/copy.sh")
    train = BashOperator(task_id="train", bash_command="nohup python /opt/train.py &")
    export = BashOperator(task_id="export", bash_command="/opt/export.sh || true")
    script = BashOperator(task_id="script", bash_command="/opt/clean.sh")
    pulled = PythonOperator(task_id="pulled", python_callable=pull, provide_context=True)
    pushed = PythonOperator(task_id="pushed", python_callable=push, provide_context=True)
    child = TriggerDagRunOperator(task_id="child", trigger_dag_id="child")
    start >> wait >> file >> copy >> train >> export >> script >> pulled >> pushed >> child
`;

describe.each(Object.entries(headers))("a whole file in the spelling of %s", (_, header) => {
  const { settings } = loadSettings("/dags", {});
  const text = header + body;
  const { findings } = lint({ path: "/dags/dag.py", text }, settings);
  const lineOf = (offset: number): string => text.slice(text.lastIndexOf("\n", offset) + 1, text.indexOf("\n", offset));
  it.each([
    ["start = ", "ssh-background-command"],
    ["wait = ", "sensor-default-timeout"],
    ["file = ", "sensor-default-timeout"],
    ["copy = ", "bash-ssh-call"],
    ["train = ", "bash-background-command"],
    ["export = ", "exit-status-masked"],
    ["script = ", "template-extension-trap"],
    ["client.exec_command", "paramiko-exit-status-ignored"],
    ["subprocess.Popen", "popen-not-waited"],
    ["os.system", "os-system-used"],
  ])("%s: %s", (line, rule) => {
    const there = findings.filter(({ span }) => lineOf(span.start).trimStart().startsWith(line));
    expect(there.map((one) => one.rule)).toContain(rule);
  });
});
