/** Options that let an ssh client give up by itself, added in place. */
import { remoteInvocation } from "../shell/remote.ts";
import type { Script, ShellCommand } from "../shell/script.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Edit } from "../text/edit.ts";

/** What a call over ssh lacks to end by itself when the other side does not answer. */
export type Lacking = {
  /** `-o BatchMode=yes`: nobody answers a prompt. Not lacking where sshpass answers it. */
  readonly batchMode: boolean;
  /** `-o ConnectTimeout=…` */
  readonly connectTimeout: boolean;
  /** `-o ServerAliveInterval=…` */
  readonly keepalive: boolean;
};

/** What this ssh command lacks; all false when options that are not seen may hold it. */
export function lacking(command: ShellCommand): Lacking {
  const call = remoteInvocation(command);
  if (!call || call.unknownOptions) return { batchMode: false, connectTimeout: false, keepalive: false };
  const { settings } = call;
  const answered = command.wrappers.some((one) => one.name === "sshpass");
  return {
    batchMode: !call.batchMode && !settings.has("batchmode") && !answered,
    connectTimeout: !call.connectTimeout,
    keepalive: !call.serverAliveInterval,
  };
}

/** The edit that adds what an ssh command of this script lacks; undefined when nothing is lacking or it cannot be written. */
export function sshOptionsEdit(script: Script, command: ShellCommand): Edit | undefined {
  const call = remoteInvocation(command);
  if (!call?.optionsSpan || call.tool !== "ssh") return undefined;
  const missing = lacking(command);
  const options = [
    missing.batchMode && "BatchMode=yes",
    missing.connectTimeout && "ConnectTimeout=10",
    missing.keepalive && "ServerAliveInterval=30",
    missing.keepalive && !call.settings.has("serveralivecountmax") && "ServerAliveCountMax=4",
  ].filter((one) => one !== false);
  if (options.length === 0) return undefined;
  return editFolded(script.folded, call.optionsSpan, options.map((one) => ` -o ${one}`).join(""));
}
