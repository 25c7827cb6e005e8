/** What the fixes promise, as stories: a DAG with a fault, what happens to it, and the fix that is to help. */

/** What somebody does to a story while its remote job runs. */
export type Disturbance = "kill-worker" | "cut-connection" | "mark-failed";

/** What a story's DAG is written with. */
export type Place = {
  /** The DAG's id, which is the name of its job, too. */
  readonly name: string;
  /** `job SECONDS STATUS` as a shell text: it works silently for so long on the remote host. */
  readonly job: (seconds: number, status: number) => string;
  /** The connection id, and the name for `ssh`, of a way to the host that can be cut. */
  readonly fragile: string;
};

/** One fault and its fix. */
export type Story = {
  readonly id: string;
  /** The rule whose fix is tried. */
  readonly rule: string;
  /** What happens, in a sentence. */
  readonly title: string;
  /** A DAG file with the fault. The task `load` is the one that counts; its connection is `edge`, or its own. */
  readonly dag: (place: Place) => string;
  /** Part of the title of the fix. */
  readonly fix: string;
  /** The text of the project's `tether.toml`. */
  readonly toml?: string;
  readonly disturbance?: Disturbance;
  /** True for what the fix leaves as it is, which people ought to know; else it makes something better. */
  readonly open?: boolean;
  /** True where the task ends as it ought to without the fix, too, but late. */
  readonly sooner?: boolean;
  /** How the task ought to end. */
  readonly expected: "success" | "failed";
  /** What the task waits for: the remote job, a batch of the service, or another DAG, whose failure the task ought to tell. */
  readonly waitsFor: "job" | "batch" | "dag";
};

const head = (imports: string): string => `from datetime import datetime, timedelta

from airflow import DAG
${imports}`;

const dag = (name: string, body: string): string => `
with DAG("${name}", schedule="@once", start_date=datetime(2024, 1, 1), catchup=False) as dag:
${body.replaceAll(/^(?=.)/gm, "    ")}`;

const ssh = "from airflow.providers.ssh.operators.ssh import SSHOperator\n";
const remote = "from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator\n";
const bash = "from airflow.providers.standard.operators.bash import BashOperator\n";

/** A DAG with one SSHOperator. */
const sshTask = (name: string, command: string, more = "", connection = "edge"): string =>
  head(ssh) +
  dag(
    name,
    `SSHOperator(
    task_id="load",
    ssh_conn_id="${connection}",
    command="${command}",
${more.replaceAll(/^(?=.)/gm, "    ")})
`,
  );

/** A DAG with one SSHRemoteJobOperator; its limit in seconds. */
const remoteJob = (name: string, command: string, timeout = 600): string =>
  head(remote) +
  dag(name, `SSHRemoteJobOperator(task_id="load", ssh_conn_id="edge", command="${command}", timeout=${timeout})\n`);

/** Every story; each is told in every Airflow. */
export const stories: readonly Story[] = [
  {
    id: "background",
    rule: "ssh-background-command",
    title: "A job that SSHOperator leaves in the background fails",
    dag: ({ name, job }) => sshTask(name, `nohup ${job(25, 1)} > /dev/null 2>&1 &`),
    fix: "SSHRemoteJobOperator",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "silent",
    rule: "ssh-cmd-timeout-default",
    title: "A command prints nothing for 45 s, longer than cmd_timeout (10 s), and succeeds",
    dag: ({ name, job }) => sshTask(name, job(45, 0)),
    fix: "Add cmd_timeout",
    expected: "success",
    waitsFor: "job",
  },
  {
    id: "execution_timeout",
    rule: "ssh-no-remote-kill",
    title: "execution_timeout (20 s) passes while the remote job runs",
    dag: ({ name, job }) => sshTask(name, job(150, 0), "cmd_timeout=300,\nexecution_timeout=timedelta(seconds=20),\n"),
    fix: "Add get_pty=True",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "execution_timeout_bound",
    rule: "ssh-no-remote-kill",
    title: "execution_timeout (25 s) passes while the remote job runs, which timeout is to bound on its own side",
    dag: ({ name, job }) => sshTask(name, job(150, 0), "cmd_timeout=300,\nexecution_timeout=timedelta(seconds=25),\n"),
    fix: "Run it under timeout",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "worker_killed",
    rule: "ssh-operator-long-running",
    title: "The worker is killed (SIGKILL) while the remote job runs, and the task is retried",
    dag: ({ name, job }) =>
      sshTask(name, job(50, 0), "cmd_timeout=3600,\nretries=1,\nretry_delay=timedelta(seconds=1),\n"),
    fix: "SSHRemoteJobOperator",
    disturbance: "kill-worker",
    expected: "success",
    waitsFor: "job",
  },
  {
    id: "worker_killed_pty",
    rule: "retries-duplicate-remote-job",
    title: "The worker is killed (SIGKILL), and the retry starts the job again",
    dag: ({ name, job }) =>
      sshTask(name, job(50, 0), "cmd_timeout=3600,\nretries=1,\nretry_delay=timedelta(seconds=1),\n"),
    fix: "Add get_pty=True",
    disturbance: "kill-worker",
    expected: "success",
    waitsFor: "job",
  },
  {
    id: "connection_cut",
    rule: "ssh-operator-long-running",
    title: "The connection drops while the remote job runs, and can be made again at once",
    dag: ({ name, job, fragile }) => sshTask(name, job(40, 0), "cmd_timeout=3600,\n", fragile),
    fix: "SSHRemoteJobOperator",
    disturbance: "cut-connection",
    expected: "success",
    waitsFor: "job",
  },
  {
    id: "connection_cut_bash",
    rule: "bash-ssh-call",
    title: "The connection of an `ssh` in a BashOperator drops while the remote job runs",
    dag: ({ name, job, fragile }) =>
      head(bash) + dag(name, `BashOperator(task_id="load", bash_command="ssh ${fragile} ${job(40, 0)}")\n`),
    fix: "SSHRemoteJobOperator",
    disturbance: "cut-connection",
    expected: "success",
    waitsFor: "job",
  },
  {
    id: "masked",
    rule: "exit-status-masked",
    title: "The first of two commands fails: `job; echo loaded`",
    dag: ({ name, job }) => sshTask(name, `${job(2, 1)}; echo loaded`),
    fix: "Add `set -e`",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "pipeline",
    rule: "pipeline-without-pipefail",
    title: "The first program of a pipeline fails: `job | tee /dev/null`",
    dag: ({ name, job }) => sshTask(name, `${job(2, 1)} | tee /dev/null`),
    fix: "Add `set -o pipefail`",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "command_shape",
    rule: "remote-job-command-shape",
    title: "SSHRemoteJobOperator runs two commands, and the first one fails",
    dag: ({ name, job }) => remoteJob(name, `${job(2, 1)}; echo loaded`),
    fix: "Wrap the text",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "command_pipe",
    rule: "remote-job-command-shape",
    title: "SSHRemoteJobOperator runs a pipeline whose first program fails",
    dag: ({ name, job }) => remoteJob(name, `${job(2, 1)} | cat`),
    fix: "Wrap the text",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "command_separator",
    rule: "remote-job-command-shape",
    title: "SSHRemoteJobOperator's command ends in `;`, and fails",
    dag: ({ name, job }) => remoteJob(name, `${job(2, 1)};`),
    fix: "",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "command_exit",
    rule: "remote-job-command-shape",
    title: "SSHRemoteJobOperator's command ends by `exit 1`, and its timeout is 150 s",
    dag: ({ name, job }) => remoteJob(name, `${job(2, 1)} || exit 1`, 150),
    fix: "Wrap the text",
    sooner: true,
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "marked_failed_bash",
    rule: "bash-ssh-call",
    title: "Somebody marks a BashOperator failed whose `ssh` waits for a remote job",
    dag: ({ name, job }) =>
      head(bash) + dag(name, `BashOperator(task_id="load", bash_command="ssh edge ${job(150, 0)}")\n`),
    fix: "Run it with SSHOperator",
    disturbance: "mark-failed",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "marked_failed",
    rule: "ssh-no-remote-kill",
    title: "Somebody marks the running task failed",
    dag: ({ name, job }) => sshTask(name, job(150, 0), "cmd_timeout=300,\nexecution_timeout=timedelta(minutes=4),\n"),
    fix: "Add get_pty=True",
    disturbance: "mark-failed",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "remote_job_marked_failed",
    rule: "ssh-operator-long-running",
    title: "Somebody marks a remote job's task failed, which waits in the triggerer",
    dag: ({ name, job }) => sshTask(name, job(150, 0), "cmd_timeout=3600,\n"),
    fix: "SSHRemoteJobOperator",
    disturbance: "mark-failed",
    open: true,
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "remote_job_timeout",
    rule: "ssh-operator-long-running",
    title: "A remote job's timeout (20 s) passes, where before cmd_timeout (20 s) did",
    dag: ({ name, job }) => sshTask(name, job(150, 0), "cmd_timeout=20,\n"),
    toml: `[limits]
remote-job-timeout = "20s"

[rules.ssh-operator-long-running]
long-silence = "10s"
`,
    fix: "SSHRemoteJobOperator",
    open: true,
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "popen",
    rule: "popen-not-waited",
    title: "Nobody waits for the `ssh` that a callable starts, and the job fails",
    dag: ({ name, job }) =>
      head(`from airflow.providers.standard.operators.python import PythonOperator
import subprocess


def load():
    subprocess.Popen(["ssh", "edge", "${job(25, 1)}"])

`) + dag(name, `PythonOperator(task_id="load", python_callable=load)\n`),
    fix: "subprocess.run",
    expected: "failed",
    waitsFor: "job",
  },
  {
    id: "submit",
    rule: "operator-submit-no-wait",
    title: "A Livy batch that nobody waits for fails",
    dag: ({ name }) =>
      head(`from airflow.providers.apache.livy.operators.livy import LivyOperator
from airflow.providers.standard.operators.empty import EmptyOperator
`) +
      dag(
        name,
        `load = LivyOperator(task_id="load", livy_conn_id="livy", file="/jobs/${name}.py")
load >> EmptyOperator(task_id="end")
`,
      ),
    fix: "Wait: polling_interval",
    expected: "failed",
    waitsFor: "batch",
  },
  {
    id: "sensor",
    rule: "external-task-sensor-no-failed-states",
    title: "The task that a sensor waits for has failed",
    dag: ({ name }) =>
      head(`${bash}from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
`) +
      dag(
        name,
        `ExternalTaskSensor(
    task_id="load",
    external_dag_id="${name}_other",
    external_task_id="job",
    poke_interval=3,
    timeout=150,
    mode="reschedule",
    priority_weight=100,
)
`,
      ) +
      dag(`${name}_other`, `BashOperator(task_id="job", bash_command="exit 1", priority_weight=100)\n`),
    fix: "Add failed_states",
    sooner: true,
    expected: "failed",
    waitsFor: "dag",
  },
  {
    id: "trigger",
    rule: "trigger-dagrun-no-wait",
    title: "The run that a TriggerDagRunOperator starts fails",
    dag: ({ name }) =>
      head(`${bash}from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
`) +
      dag(
        name,
        `load = TriggerDagRunOperator(task_id="load", trigger_dag_id="${name}_other", poke_interval=3)
load >> BashOperator(task_id="publish", bash_command="cat /etc/hostname")
`,
      ) +
      dag(
        `${name}_other`,
        `BashOperator(task_id="job", bash_command="sleep 5; exit 1", priority_weight=100)\n`,
      ).replace(`"@once"`, "None"),
    fix: "Add wait_for_completion=True",
    expected: "failed",
    waitsFor: "dag",
  },
];
