/** Commands that leave the process group that a kill is sent to. */
import type { Span } from "../text/span.ts";
import type { Script, ShellCommand, Wrapper } from "./script.ts";
import { type CommandVisit, commands, touchesError } from "./walk.ts";

/** A `timeout` that makes a process group of its own for itself and its command. */
export type Escape = {
  /** The script whose text the spans are offset ranges of. */
  readonly script: Script;
  readonly wrapper: Wrapper;
  readonly command: ShellCommand;
  /** The word `timeout`. */
  readonly name: Span;
  /** Its limit in seconds; undefined when it is not a number. */
  readonly seconds: number | undefined;
};

/**
 * The timeouts of a text that a kill of its process group does not reach. `execs`: the shell turns into its last command,
 * which then stays the leader of the group. Measured with bash 5.2 and coreutils 9.1: a last command is exec'ed unless it
 * has a redirection or stands in a pipeline, a subshell, a branch or a loop.
 */
export function escapes(script: Script, execs: boolean): Escape[] {
  if (!/\btimeout\b/.test(script.folded.text)) return [];
  return commands(script).flatMap((visit): Escape[] => {
    const { statement, script: own, background } = visit;
    const wrapper = statement.wrappers.find((one) => one.name === "timeout");
    // On another machine or in a container the kill reaches nothing at all.
    if (!wrapper || own.place !== script.place || touchesError(visit) || background) return [];
    if (wrapper.words.some((one) => /^(?:--foreground|-[a-zA-Z]*f)/.test(one.text))) return [];
    if (execs && isExeced(visit, script)) return [];
    const name = wrapper.words[0]?.span ?? wrapper.span;
    return [{ script: own, wrapper, command: statement, name, seconds: limitOf(wrapper) }];
  });
}

function isExeced({ statement, script, substituted, nesting }: CommandVisit, root: Script): boolean {
  let last = script.body.at(-1);
  while (last?.kind === "and-or") last = last.right;
  if (last !== statement || substituted || statement.redirects.length > 0) return false;
  // `exec bash -c '…'` and a last `bash -c '…'` are exec'ed themselves.
  const outer = nesting.at(-1);
  return outer === undefined || root.body.at(-1) === outer;
}

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** The duration stands last: `timeout -k 30s 1h`. */
function limitOf({ words }: Wrapper): number | undefined {
  const found = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(words.at(-1)?.text ?? "");
  return found ? Number(found[1]) * (units[found[2] ?? ""] ?? 1) : undefined;
}
