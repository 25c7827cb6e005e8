/** Hands a Bash task's ssh command to SSHOperator. */
import { hasParameter, providerVersion } from "../airflow/availability.ts";
import type { DagFile, Task, TaskScript } from "../airflow/dagfile.ts";
import { known, operators, runsAs } from "../airflow/kinds.ts";
import { outputUsed } from "../airflow/mentions.ts";
import type { Detached } from "../shell/detach.ts";
import { stripped } from "../syntax/pieces.ts";
import type { Fix } from "../text/edit.ts";
import { noTemplateName, pythonText } from "./commandText.ts";
import { secondsText } from "./durations.ts";
import { foregroundText } from "./foreground.ts";
import { quoteString } from "./layout.ts";
import { shownSeconds } from "./limits.ts";
import { changeOperator } from "./operatorChange.ts";
import { localArguments } from "./remoteJob.ts";
import { soleSsh } from "./soleSsh.ts";
import { connectionFor } from "./sshConnection.ts";

/**
 * The fix that runs the remote text of a Bash task's only ssh command with SSHOperator: a terminal on the other side,
 * which hangs up when the task dies, and a limit on its silence. `background`: what the text leaves in the background and
 * the operator runs in the foreground. Undefined where the text is more than that, or the task's output is used: this
 * operator returns it in base64.
 */
export function sshOperatorFix(
  file: DagFile,
  task: Task,
  script: TaskScript,
  background: readonly Detached[],
): Fix | undefined {
  const target = known(operators.ssh);
  if (!runsAs(task, operators.bash) || script.script.place !== "worker") return undefined;
  const sole = soleSsh(script.script, background.length > 0);
  const connection = sole && connectionFor(file.project, sole.call);
  if (script.handed || !connection || outputUsed(file, task) !== "no") return undefined;
  const inside = background.filter((one) => one.script !== script.script);
  const remote = inside.length === 0 ? sole.remote.folded : foregroundText(sole.remote, inside, "take");
  if (!remote) return undefined;
  const text = noTemplateName(stripped(remote, "both"), target);
  const command = pythonText(file, text, script.script.folded, script.value.span);
  if (command === undefined) return undefined;
  const limit = file.project.limits.commandTimeout;
  const silence = secondsText(limit.seconds);
  const has = (name: string): boolean => hasParameter(file.project, target, name);
  // Airflow 1.10 calls the limit `timeout`, and may lack get_pty.
  const old = providerVersion(file.project, target.provider) === undefined && has("timeout");
  const edits = changeOperator(file, task, {
    to: target,
    from: script.argument,
    by: [
      { name: "ssh_conn_id", text: quoteString(file, connection.id) },
      { name: "command", text: command },
      ...(has("cmd_timeout") ? [{ name: "cmd_timeout", text: silence }] : []),
      ...(old && !has("cmd_timeout") ? [{ name: "timeout", text: silence }] : []),
      ...(has("get_pty") ? [{ name: "get_pty", text: "True" }] : []),
    ],
    drop: localArguments,
  });
  if (!edits) return undefined;
  const exists = connection.create === undefined ? "" : `the connection ${connection.id} must exist; `;
  const number = limit.configured ? "" : " (Tether's proposal)";
  return {
    title: "Run it with SSHOperator",
    edits,
    safety: "unsafe",
    why: `${exists}${shownSeconds(limit.seconds)} without output${number} fails the task; ${has("get_pty") ? "the command gets a terminal, so that it is hung up when the task dies; " : ""}an exit status of 99 no longer skips`,
  };
}
