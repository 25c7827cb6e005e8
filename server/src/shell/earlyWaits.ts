/** Commands that wait for work to begin, where a job's end is what counts. */
import { kubernetesWait } from "./kubernetes.ts";
import type { Script, ShellCommand } from "./script.ts";
import { type CommandVisit, commands, touchesError } from "./walk.ts";

/** Such a command. */
export type EarlyWait = {
  readonly visit: CommandVisit;
  /** What it waits for, for a message: `the pod is ready`. */
  readonly until: string;
  /** What waits for the end. */
  readonly instead: string;
};

/** The commands that wait for a start and behind which nothing works with what was started. */
export function earlyWaits(script: Script): EarlyWait[] {
  if (!/\bwait\b/.test(script.folded.text)) return [];
  const all = commands(script);
  return all.flatMap((visit, index): EarlyWait[] => {
    const found = touchesError(visit) ? undefined : earlyWait(visit.statement);
    const used = all.slice(index + 1).some(({ statement }) => !speaks.test(statement.program ?? ""));
    return found && !used && !visit.conditional ? [{ visit, ...found }] : [];
  });
}

/** Programs that only say something, or end the text. */
const speaks = /^(?:echo|printf|date|true|exit|set|logger|sleep)$/;

function earlyWait(command: ShellCommand): Omit<EarlyWait, "visit"> | undefined {
  const [, ...rest] = command.words.map((one) => one.text);
  const text = rest.join(" ");
  switch (command.program) {
    case "kubectl":
    case "oc": {
      const wait = kubernetesWait(command);
      const begins = wait && /^(?:Ready|ContainersReady|Initialized|PodScheduled)$/i.test(wait.condition);
      // A deployment or a node is ready for good; a pod may be a job's.
      if (!begins || !/(?:^|\s)(?:po|pods?)(?:\/|\s|$)/.test(text)) return undefined;
      return { until: `the pod is ${wait.condition}`, instead: "--for=condition=complete of the job" };
    }
    case "docker":
    case "docker-compose":
    case "podman": {
      const compose = command.program !== "docker" || /(?:^|\s)compose\b/.test(text);
      if (!compose || !/(?:^|\s)up\b.*\s--wait\b/.test(text)) return undefined;
      return { until: "its containers are healthy", instead: "`up --exit-code-from SERVICE`, or `run --rm SERVICE`" };
    }
    case "aws":
      if (/\becs wait tasks-running\b/.test(text))
        return { until: "the task runs", instead: "`aws ecs wait tasks-stopped` and the exit code of describe-tasks" };
      if (/\bemr wait cluster-running\b/.test(text))
        return { until: "the cluster runs", instead: "`aws emr wait step-complete`" };
      return undefined;
    default:
      return undefined;
  }
}
