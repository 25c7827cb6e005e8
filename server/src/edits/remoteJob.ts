/** Hands a command to SSHRemoteJobOperator, which starts it on the other side and asks for its exit status. */
import { argument } from "../airflow/arguments.ts";
import type { DagFile, Task, TaskScript } from "../airflow/dagfile.ts";
import { known, operators, runsAs } from "../airflow/kinds.ts";
import { outputUsed } from "../airflow/mentions.ts";
import { retriesOf } from "../airflow/retries.ts";
import type { Detached } from "../shell/detach.ts";
import type { Script } from "../shell/script.ts";
import type { Fix } from "../text/edit.ts";
import { asRemoteJob, noTemplateName, pythonText } from "./commandText.ts";
import { secondsText } from "./durations.ts";
import { foregroundText } from "./foreground.ts";
import { quoteString } from "./layout.ts";
import { shownSeconds } from "./limits.ts";
import { changeOperator } from "./operatorChange.ts";
import { soleSsh } from "./soleSsh.ts";
import { connectionFor } from "./sshConnection.ts";

/** BashOperator's own arguments that mean nothing to a command on another machine; `env` may hold what ssh needs. */
export const localArguments = ["append_env", "cwd", "output_encoding"];

/**
 * The fix that makes a remote job of a Bash task's ssh command, or of an SSHOperator's command. `background`: what its
 * text leaves in the background and the job runs in the foreground. Undefined where the project's versions have no such
 * operator, the text is more than that, or the task's output is used.
 */
export function remoteJobFix(
  file: DagFile,
  task: Task,
  script: TaskScript,
  background: readonly Detached[],
): Fix | undefined {
  const target = known(operators.sshRemoteJob);
  // A container or a managed host has ssh keys and networks of its own.
  if (!runsAs(task, operators.ssh) && script.script.place !== "worker") return undefined;
  if (script.handed || outputUsed(file, task) !== "no") return undefined;
  const source = runsAs(task, operators.ssh)
    ? fromOperator(file, task, script)
    : fromBash(file, script, background.length > 0);
  if (!source) return undefined;
  const inside = background.filter((one) => one.script !== script.script || runsAs(task, operators.ssh));
  const text = inside.length === 0 ? source.script.folded : foregroundText(source.script, inside, "take");
  const command =
    text && pythonText(file, noTemplateName(asRemoteJob(text), target), script.script.folded, script.value.span);
  if (command === undefined) return undefined;
  const limit = file.project.limits.remoteJobTimeout;
  // A wait that is given up leaves the job behind, and each retry would start another one.
  const retries = retriesOf(file, task);
  const retried = retries !== "unknown" && retries.count > 0;
  const edits = changeOperator(file, task, {
    to: target,
    from: script.argument,
    by: [
      ...(source.connection === undefined ? [] : [{ name: "ssh_conn_id", text: quoteString(file, source.connection) }]),
      { name: "command", text: command },
      { name: "remote_os", text: quoteString(file, "posix") },
      { name: "timeout", text: secondsText(limit.seconds) },
      { name: "cleanup", text: quoteString(file, "on_success") },
      ...(retried ? [{ name: "retries", text: "0" }] : []),
    ],
    drop: source.drop,
  });
  if (!edits) return undefined;
  const strict = command.includes("set -euo pipefail") ? "; any failing statement or unset variable now ends it" : "";
  const once = retried ? "; it is not retried, since each retry would start another job" : "";
  const number = limit.configured ? "" : ` (${shownSeconds(limit.seconds)} is Tether's proposal)`;
  return {
    title: "Run it as a remote job with SSHRemoteJobOperator",
    edits,
    safety: "unsafe",
    why: `a triggerer must run; the job outlives the worker, the task waits in the triggerer until it ends or its timeout passes${number}, and returns where the job's files are instead of its output; past that timeout, marked failed or cleared, the task leaves the job running${strict}${once}${source.note}`,
  };
}

type Source = {
  readonly script: Script;
  /** The new connection; undefined: the task has one. */
  readonly connection: string | undefined;
  readonly drop: readonly string[];
  readonly note: string;
};

function fromBash(file: DagFile, script: TaskScript, background: boolean): Source | undefined {
  const sole = soleSsh(script.script, background);
  const connection = sole && connectionFor(file.project, sole.call);
  if (!connection) return undefined;
  const note = connection.create === undefined ? "" : `; the connection ${connection.id} must exist`;
  return { script: sole.remote, connection: connection.id, drop: localArguments, note };
}

function fromOperator(file: DagFile, task: Task, script: TaskScript): Source | undefined {
  const connection = argument(file, task, "ssh_conn_id");
  // The operator has no ssh_hook, and no `timeout` of that old meaning.
  if (typeof connection === "string" || argument(file, task, "timeout") !== "absent") return undefined;
  return {
    script: script.script,
    connection: undefined,
    drop: ["get_pty", "cmd_timeout", "ssh_hook"],
    note: "",
  };
}
