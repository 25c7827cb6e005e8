import { argument } from "../airflow/arguments.ts";
import { importPath } from "../airflow/availability.ts";
import { isUnbounded, isUnset, secondsOf } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isA, known, operators, runsAs } from "../airflow/kinds.ts";
import { oldTimeout, silenceLimit } from "../airflow/silence.ts";
import { hasTerminal } from "../airflow/survivors.ts";
import { shownSeconds } from "../edits/limits.ts";
import { remoteJobFix } from "../edits/remoteJob.ts";
import { detached } from "../shell/detach.ts";
import { longRunner, movesData } from "../shell/longRunners.ts";
import { firstUnrepeatable } from "../shell/rerun.ts";
import type { Span } from "../text/span.ts";
import { durationOption, type OptionReader } from "./option.ts";
import { defineRule } from "./rule.ts";

const hour = 3600;

// One hour is what a limit for everything often says.
const longRun = durationOption(
  "long-run",
  hour,
  "An `execution_timeout` above this tells that the command may run long.",
);
const longSilence = durationOption(
  "long-silence",
  hour / 4,
  "A `cmd_timeout` (once `timeout`) of this or more tells that the command may run long.",
);
const warnFrom = durationOption("warn-from", 3 * hour, "From this limit on, one sign is enough for a warning.");

export default defineRule({
  code: "TET304",
  name: "ssh-operator-long-running",
  group: "unmonitored",
  severity: "info",
  summary: "A long remote command hangs on one ssh session",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  // Where nothing ends the command, that comes first, and this tells why it matters.
  mergesInto: ["missing-execution-timeout"],
  docs: {
    why: `SSHOperator keeps one connection open for as long as the command runs, and learns its exit status only over that connection. A worker that restarts, a firewall that drops the connection or a missed heartbeat loses both: the command runs on, its result reaches nobody, and the task fails or starts it again. Meanwhile the task holds a worker slot. SSHRemoteJobOperator starts the command on the other side, lets go of the connection and asks for the exit status from the triggerer; the provider's own papers recommend it for work of minutes to hours.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("training") as dag:
    train = SSHOperator(
        task_id="train",
        ssh_conn_id="gpu1",
        command="python /opt/train.py --epochs 40",
        cmd_timeout=6 * 3600,
    )
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("training") as dag:
    train = SSHRemoteJobOperator(
        task_id="train",
        ssh_conn_id="gpu1",
        command="python /opt/train.py --epochs 40",
        timeout=6 * 3600,
        cleanup="on_success",
    )
`,
    limits:
      "It goes by what the file says: a `cmd_timeout` (`timeout` before ssh 4.0.0) of 15 min or more or None, an `execution_timeout` above 1 h, or a program that usually runs long and has no `execution_timeout`. From 3 h on, or with two of these signs, it is a warning, but not by a `cmd_timeout` alone that most SSH tasks of the file share; where missing-execution-timeout says that nothing ends the command, it is a line of that. A command with a terminal (`get_pty`) is taken to need one, and what only submits or is left in the background is the business of other rules.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html"],
  },
  options: [longRun, longSilence, warnFrom],
  check(file, report, option) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.ssh) || hasTerminal(file, task) !== false) continue;
      const signs = signsOf(file, task, option);
      const [first] = signs;
      if (!first) continue;
      // What answers at once, submits or only looks needs no session for long, whatever it is allowed.
      if (
        task.scripts.length > 0 &&
        !task.scripts.some((one) => firstUnrepeatable(one.script) || longRunner(one.script) || movesData(one.script))
      )
        continue;
      if (task.scripts.some((one) => detached(one.script).length > 0)) continue;
      const long = signs.length > 1 || (first.seconds ?? 0) >= option(warnFrom);
      // What most commands are given says little of one.
      const shared = signs.length === 1 && isShared(file, task, first);
      if (shared && !long) continue;
      const grave = long && !shared;
      const job = importPath(file.project, known(operators.sshRemoteJob));
      report({
        span: task.span,
        severity: grave ? "warning" : "info",
        message: `${first.text} on one ssh session: a lost connection or worker loses its exit status, and the command runs on.`,
        hint: job
          ? "Use SSHRemoteJobOperator, which starts it there and asks for its exit status."
          : "Start it so that it writes its exit status to a file, and wait for that file with a sensor.",
        related: signs.flatMap((one) => (one.span ? [{ span: one.span, message: "tells that it may run long" }] : [])),
        fixes: () => task.scripts.map((one) => remoteJobFix(file, task, one, [])),
      });
    }
  },
});

/** Something that tells of a long run. */
type Sign = {
  readonly text: string;
  readonly seconds: number | undefined;
  readonly span: Span | undefined;
  /** The limit on silence that it is, where it is one. */
  readonly limit?: typeof silenceLimit;
};

/** Whether at least two other tasks, and most of them, give ssh commands the same limit on silence. */
function isShared(file: DagFile, task: Task, { seconds, limit }: Sign): boolean {
  if (limit === undefined || seconds === undefined) return false;
  let others = 0;
  let same = 0;
  for (const one of file.tasks) {
    if (one === task || !isA(one, operators.ssh)) continue;
    others += 1;
    const given = limit(file, one);
    if (typeof given === "object" && secondsOf(given.resolved) === seconds) same += 1;
  }
  return same >= 2 && same * 2 > others;
}

function signsOf(file: DagFile, task: Task, option: OptionReader): readonly Sign[] {
  const signs: Sign[] = [];
  const execution = argument(file, task, "execution_timeout");
  const silence = silenceLimit(file, task);
  const unbounded = isUnbounded(file, task);
  if (typeof execution === "object") {
    const seconds = secondsOf(execution.resolved);
    if (seconds !== undefined && seconds > option(longRun))
      signs.push({ text: `This command may run ${shownSeconds(seconds)}`, seconds, span: execution.span });
  }
  if (typeof silence === "object") {
    const seconds = secondsOf(silence.resolved);
    if (seconds !== undefined && seconds >= option(longSilence))
      signs.push({
        text: `This command may be silent ${shownSeconds(seconds)}`,
        seconds,
        span: silence.span,
        limit: silenceLimit,
      });
    // Without any limit it is another rule's error.
    if (silence.resolved.kind === "none" && !unbounded)
      signs.push({ text: "This command may be silent for ever", seconds: undefined, span: silence.span });
  }
  const old = oldTimeout(file, task);
  if (typeof old === "object") {
    const seconds = secondsOf(old.resolved);
    if (seconds !== undefined && seconds >= option(longSilence))
      signs.push({
        text: `This command is given ${shownSeconds(seconds)}`,
        seconds,
        span: old.span,
        limit: oldTimeout,
      });
  }
  if (isUnset(execution) && !isUnlimited(silence, unbounded)) {
    const program = task.scripts.map((one) => longRunner(one.script)).find((one) => one !== undefined);
    if (program) signs.push({ text: `${program} usually runs long, here`, seconds: undefined, span: undefined });
  }
  return signs;
}

function isUnlimited(silence: ReturnType<typeof argument>, unbounded: boolean): boolean {
  return unbounded && typeof silence === "object" && silence.resolved.kind === "none";
}
