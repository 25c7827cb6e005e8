/** What a terminal's end does to the jobs that a remote shell leaves in the background. */
import { remoteInvocation } from "../shell/remote.ts";
import type { ShellCommand } from "../shell/script.ts";
import type { Background } from "./background.ts";
import type { DagFile } from "./dagfile.ts";
import { operators, runsAs } from "./kinds.ts";
import { asksForTerminal, hasTerminal } from "./survivors.ts";

/**
 * Through what a job that is only followed by `&` gets the hangup of its shell's own process group: `get_pty`, `sudo`
 * (SSHOperator then asks for a terminal by itself), `ssh -tt`. Undefined where it has no terminal, or is under nohup or
 * setsid.
 */
export function hungUpBy(file: DagFile, { task, call, job }: Background): "get_pty" | "sudo" | "ssh -tt" | undefined {
  if (!/^&(?: disown)?$/.test(job.how)) return undefined;
  const outside = job.nestedIn.findLastIndex((one) => remoteInvocation(one)?.tool === "ssh");
  if (!job.nestedIn.slice(outside + 1).every(isShell)) return undefined;
  const client = job.nestedIn[outside];
  if (client) return remoteInvocation(client)?.tty === 2 ? "ssh -tt" : undefined;
  if (call) return asksForTerminal(file, call) === true ? "get_pty" : undefined;
  if (!task || !runsAs(task, operators.ssh) || hasTerminal(file, task) !== true) return undefined;
  return task.scripts.some((one) => one.script.folded.text.startsWith("sudo")) ? "sudo" : "get_pty";
}

/** `bash -c 'job &'` runs in the same process group. */
function isShell({ program }: ShellCommand): boolean {
  return /^(?:ba|da|k|z)?sh$/.test(program ?? "");
}
