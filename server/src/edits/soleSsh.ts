/** A shell text that does nothing but run one command over ssh. */
import { type RemoteInvocation, remoteInvocation } from "../shell/remote.ts";
import type { Redirect, Script, ShellCommand, Wrapper } from "../shell/script.ts";

/** The ssh command, what it asks for, and the text that it runs on the other side. */
export type SoleSsh = { readonly command: ShellCommand; readonly call: RemoteInvocation; readonly remote: Script };

/** Options that a connection, or the hook's own defaults, take over: `-p -i -l`, terminals, verbosity. */
const takenOver = new Set(["p", "i", "l", "t", "T", "q", "n", "f", "x", "a", "4", "6", "C", "v", "k", "o"]);
/** Settings that an operator cannot follow. */
const foreign = /^(?:proxy|localforward|remoteforward|dynamicforward|sendenv|setenv|remotecommand|forward|tunnel|bind)/;

/** The one ssh command of a text, when an operator could run its remote text instead. `background`: it may be one. */
export function soleSsh(script: Script, background: boolean): SoleSsh | undefined {
  const work = script.body.filter((one) => one.kind !== "command" || one.program !== "set");
  const [command, ...more] = work;
  if (more.length > 0 || command?.kind !== "command" || command.program !== "ssh" || script.errors.length > 0)
    return undefined;
  if (command.background && !background) return undefined;
  const call = remoteInvocation(command);
  const remote = call?.script;
  if (!call || !remote || call.tunnelOnly || call.unknownOptions || (call.background && !background)) return undefined;
  if (!command.wrappers.every((one) => isHarmless(one, background)) || command.assignments.length > 0) return undefined;
  if (![...call.flags.keys()].every((one) => takenOver.has(one))) return undefined;
  if ([...call.settings.keys()].some((one) => foreign.test(one))) return undefined;
  if (!command.redirects.every((one) => one.body !== undefined || isIrrelevant(one, background))) return undefined;
  // `ssh h "echo $HOME"` sends what the shell here makes of it.
  if (remote.folded.holes.some((one) => one.kind === "python" && !one.expr)) return undefined;
  if (!sendsAsWritten(script, command, call)) return undefined;
  if (remote.errors.length > 0 || remote.folded.text.trim() === "") return undefined;
  if (isWindows(remote)) return undefined;
  return { command, call, remote };
}

function isWindows(remote: Script): boolean {
  const [first] = remote.body;
  if (remote.dialect === "powershell" || remote.dialect === "cmd") return true;
  return first?.kind === "command" && /^(?:powershell|pwsh|cmd)$|\.(?:ps1|bat|exe)$/i.test(first.words[0]?.text ?? "");
}

function isHarmless(wrapper: Wrapper, background: boolean): boolean {
  return /^(?:sshpass|exec)$/.test(wrapper.name) || (background && /^(?:nohup|setsid)$/.test(wrapper.name));
}

/** `2>&1`, `</dev/null`; in the background the output went to a log that the operator keeps itself. */
function isIrrelevant({ operator, descriptor, target }: Redirect, background: boolean): boolean {
  if (operator === "<") return target?.text === "/dev/null";
  if (operator === ">&") return /^[12]$/.test(target?.text ?? "") && (background || descriptor === 2);
  return background && />/.test(operator);
}

/** Nothing of the remote command is decided by the shell on this side, and none of it comes from elsewhere. */
function sendsAsWritten(script: Script, command: ShellCommand, call: RemoteInvocation): boolean {
  const here = command.redirects.some((one) => one.body !== undefined);
  const words = call.command.map((one) => one.text).join(" ");
  if (here && !/^(?:(?:ba)?sh(?: -s)?)?$/.test(words)) return false;
  return call.command.every((one) => {
    const written = script.folded.text.slice(one.span.start, one.span.end).replace(/\{\{[\s\S]*?\}\}/g, "");
    // `ssh h ls *.csv`: the shell here looks for the files first.
    return one.quoted || !/[*?[]|^~/.test(written);
  });
}
