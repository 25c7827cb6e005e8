import { argument } from "../airflow/arguments.ts";
import { hasParameter, providerAtLeast, providerIsKnown } from "../airflow/availability.ts";
import { isUnset, secondsOf } from "../airflow/bounds.ts";
import type { DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { onlyAnswersAtOnce } from "../airflow/remote.ts";
import { findClass } from "../catalog/index.ts";
import { secondsFix } from "../edits/limits.ts";
import { tellsService } from "../shell/pace.ts";
import { defineRule, type Related } from "./rule.ts";

const provider = "apache-airflow-providers-ssh";

export default defineRule({
  code: "TET202",
  name: "ssh-cmd-timeout-default",
  group: "missing-timeout",
  severity: "warning",
  summary: "SSHOperator keeps the default limit of 10 s without output",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`cmd_timeout\` is not a limit on the running time: it is how long the remote command may be silent. It comes from the operator, else (since provider 3.5.0) from the hook or the connection's extras, else it is 10 s (\`CMD_TIMEOUT\` in the ssh provider's \`hooks/ssh.py\`, in force since provider 3.3.0). A job that computes for eleven seconds before it prints a line fails with "SSH command timed out". Airflow then closes the channel, nothing tells the remote process unless it has a terminal (\`get_pty\`), and the retry starts it a second time.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly_load", dagrun_timeout=None) as dag:
    load = SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full ", execution_timeout=None)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly_load") as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="/opt/load.sh --full ",
        cmd_timeout=600,
        get_pty=True,
        execution_timeout=timedelta(hours=2),
    )
`,
    limits:
      "An operator that code makes and runs by `execute` is judged, too: no `default_args` reach it unless it is given `dag=`. Where the project does not tell its provider, the newest is taken, and a task with an old `timeout` in its `default_args` is an info. The connection's extras may hold a `cmd_timeout` that Tether cannot see: ignore the finding there. A task that is given an `ssh_hook` is left alone unless the hook is an `SSHHook` made in the same file without a limit.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/operators/ssh/index.html",
      "https://github.com/apache/airflow/issues/29282",
    ],
  },
  check(file, report) {
    for (const task of file.operators) {
      if (!runsAs(task, operators.ssh) || !task.operator.known) continue;
      // Before 3.3.0 the limit was written down but not kept; Airflow 1.10 knows it under another name.
      if (!providerAtLeast(file.project, provider, "3.3.0")) continue;
      if (!hasParameter(file.project, task.operator.known, "cmd_timeout")) continue;
      if (argument(file, task, "cmd_timeout") !== "absent") continue;
      if (usesOldName(file, task)) continue;
      if (mayCarryLimit(argument(file, task, "ssh_hook"))) continue;
      if (onlyAnswersAtOnce(task)) continue;
      report({
        span: task.span,
        severity: isDoubtful(file, task) || onlyAnswersAtOnce(task, tellsService) ? "info" : "warning",
        message: `${task.operator.name} gives up after 10 s without output${unless(file, task)}${afterwards(file, task)}.`,
        related: oldDefault(file, task),
        hint: "Set cmd_timeout to the longest silence, in seconds, that the command may keep.",
        fixes: () => [secondsFix(file, task, "cmd_timeout", file.project.limits.commandTimeout, "command-timeout")],
      });
    }
  },
});

/** `timeout`, as the provider called it before 3.3; since then it is refused in a call, which is another fault, and ignored in default_args. */
function usesOldName(file: DagFile, task: Task): boolean {
  const old = argument(file, task, "timeout");
  return old !== "absent" && (typeof old === "string" || (old.origin !== "default_args" && old.origin !== "group"));
}

/** Who still says `timeout` for its tasks may have a provider that heeds neither. */
function isDoubtful(file: DagFile, task: Task): boolean {
  return argument(file, task, "timeout") !== "absent" && !providerIsKnown(file.project, provider);
}

/** `default_args={"timeout": 7200}`, which once was the limit of each SSHOperator. */
function oldDefault(file: DagFile, task: Task): Related[] {
  const old = argument(file, task, "timeout");
  if (typeof old !== "object") return [];
  const seconds = secondsOf(old.resolved);
  const given = seconds === undefined ? "this timeout" : `this timeout of ${seconds} s`;
  return [{ span: old.span, message: `${given} does not reach ${task.operator.name} from ssh provider 3.3.0 on` }];
}

/** The hook's own cmd_timeout applies when the operator has none; `SSHHook(ssh_conn_id="edge")` has none either. */
function mayCarryLimit(hook: Lookup): boolean {
  if (isUnset(hook)) return false;
  if (typeof hook === "string" || hook.resolved.kind !== "call") return true;
  const made = findClass(hook.resolved.callee);
  if (made?.fqcn !== "airflow.providers.ssh.hooks.ssh.SSHHook") return true;
  // Its ninth parameter; whoever counts that far by position is left alone.
  const { args } = hook.resolved.call;
  return (
    args.length > 8 ||
    args.some((one) => one.form === "double-star" || one.form === "star" || one.name === "cmd_timeout")
  );
}

/**
 * From which provider on the limit is kept, where the project does not tell its own. The connection's extras count since
 * 3.5.0; a hook that is given its host may have no connection.
 */
function unless(file: DagFile, task: Task): string {
  const hook = argument(file, task, "ssh_hook");
  const given = typeof hook === "object" && hook.resolved.kind === "call" ? hook.resolved.call.args : [];
  // SSHHook(ssh_conn_id=None, …)
  const unconnected =
    given.length > 0 && given[0]?.form !== "positional" && !given.some((one) => one.name === "ssh_conn_id");
  const words = providerIsKnown(file.project, provider) ? [] : ["from ssh provider 3.3.0"];
  if (!unconnected && providerAtLeast(file.project, provider, "3.5.0")) words.push("or its connection's cmd_timeout");
  return words.length > 0 ? ` (${words.join("; ")})` : "";
}

/** Only a terminal's end reaches the remote command; the operator asks for one with get_pty, or for a command that starts with sudo. */
function afterwards(file: DagFile, task: Task): string {
  const pty = argument(file, task, "get_pty");
  const sudo = task.scripts.some((one) => one.script.folded.text.startsWith("sudo"));
  if (sudo || (typeof pty === "object" && pty.resolved.kind === "boolean" && pty.resolved.value))
    return ", hangs up the remote command and fails the task";
  if (isUnset(pty) || (typeof pty === "object" && pty.resolved.kind === "boolean"))
    return ", fails the task and leaves the remote command running";
  return " and fails the task";
}
