/** Background processes whose end a text awaits without asking how they ended. */
import { type Detached, detached } from "./detach.ts";
import type { Script } from "./script.ts";
import { type CommandVisit, commands } from "./walk.ts";

/** A `wait` without a pid, and the processes whose status it throws away. */
export type BareWait = { readonly wait: CommandVisit; readonly jobs: readonly Detached[] };

/** The bare waits of a script and of the texts that it hands on. */
export function lostJobs(script: Script): BareWait[] {
  if (!/\bwait\b/.test(script.folded.text)) return [];
  const jobs = detached(script).filter((one) => one.waited === "status-lost" && isJob(one));
  const taken = new Set<Detached>();
  return commands(script).flatMap((wait) => {
    const { statement } = wait;
    if (statement.program !== "wait" || statement.words.length > 1 || wait.conditional || wait.background) return [];
    const inLoop = wait.parents.find((one) => one.kind === "loop");
    const lost = jobs.filter((one) => {
      const before = one.span.start < statement.span.start || inLoop?.span.start === one.statement.span.start;
      return one.script === wait.script && before && !taken.has(one);
    });
    for (const one of lost) taken.add(one);
    return lost.length > 0 ? [{ wait, jobs: lost }] : [];
  });
}

/** Something whose end matters: no service, no helper that writes its own status down. */
function isJob({ service, inUrl, recordsStatus, statement, how, program }: Detached): boolean {
  const started = statement.kind === "command" ? statement.program : program;
  if (service || inUrl || recordsStatus || /^(?:docker|podman|nerdctl)\b/.test(how)) return false;
  return !/^(?:sleep|echo|tail|rm|kill)$/.test(started ?? "");
}
