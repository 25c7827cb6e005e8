/** What task code does with the processes it starts. */
import type { Call } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";
import { remoteProgram } from "./remote.ts";

/** Programs that tidy up: their failure is often meant not to matter. */
const tidying = new Set([
  "rm",
  "rmdir",
  "mkdir",
  "kill",
  "killall",
  "pkill",
  "chmod",
  "touch",
  "umount",
  "sleep",
  "echo",
  "true",
  "clear",
  "date",
]);

/** The first program that a process call runs; undefined when its command is not known. */
export function programOf(call: RemoteCall): string | undefined {
  const script = scriptOf(call);
  const first = script?.body[0];
  return first?.kind === "command" ? first.program : undefined;
}

/** The command of a process call, however it is given. */
export function scriptOf(call: RemoteCall) {
  if (!call.command) return undefined;
  return "shell" in call.command ? call.command.shell : call.command.argv;
}

/** Whether the command only tidies up. */
export function onlyTidies(call: RemoteCall): boolean {
  const script = scriptOf(call);
  return (
    script !== undefined &&
    script.body.length > 0 &&
    script.body.every((one) => one.kind === "command" && tidying.has(one.program ?? ""))
  );
}

/** The program through which the call waits for another machine without a limit of its own. */
export function waitsThrough(call: RemoteCall): string | undefined {
  const script = scriptOf(call);
  return script && remoteProgram(script);
}

/** Calls that wait for a `Popen`'s end, with the call itself: `p.communicate()`, `p.wait()`. */
export function waitsOf(call: RemoteCall): { readonly use: Use; readonly wait: Call }[] {
  return call.result.uses.flatMap((use) => {
    const last = use.path.at(-1);
    return use.call && use.path.length === 1 && (last === "wait" || last === "communicate")
      ? [{ use, wait: use.call }]
      : [];
  });
}

/** Whether somebody looks at the exit status of a process object: `returncode`, `poll()`, `check_returncode()`, the value of `wait()`. */
export function statusIsRead(file: DagFile, call: RemoteCall): boolean {
  return call.result.uses.some((use) => {
    const last = use.path.at(-1);
    if (last === "returncode" || last === "poll" || last === "check_returncode") return true;
    if (last !== "wait" || !use.call) return false;
    const outcome = file.results.resultOf(use.call);
    return !outcome.discarded && (outcome.names.length === 0 || outcome.uses.length > 0 || outcome.escapes);
  });
}
