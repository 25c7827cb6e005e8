/** The words for programs that submit. */
import type { ShellCommand } from "./script.ts";
import type { Visit } from "./walk.ts";

/** What is handed on, which decides who speaks of it. */
export type SubmissionKind =
  /** A job of a scheduler, cluster or service. */
  | "job"
  /** Work that the program would wait for, but for an option that tells it not to. */
  | "told-not-to-wait"
  /** A job of a Kubernetes cluster. */
  | "kubernetes-job"
  /** Anything else that a Kubernetes cluster goes on with. */
  | "kubernetes"
  /** A request to a service's own HTTP interface. */
  | "http";

/** How a submitting command is made to wait where it stands. */
export type WaitChange =
  /** Words to write behind the program ("") or behind the first word of that text. */
  | { readonly behind: string; readonly add: string }
  /** Words to leave out. */
  | { readonly drop: RegExp };

/** One way to submit. The expressions are tried on the command's words after the program, joined by blanks. */
export type Submitter = {
  readonly kind: SubmissionKind;
  readonly programs: readonly string[];
  readonly submits: RegExp;
  /** What the words alone do not tell; `visit`: where the command stands, when that is known. */
  readonly only: ((command: ShellCommand, visit?: Visit) => boolean) | undefined;
  /** Options that make the same command wait. */
  readonly waits: RegExp | undefined;
  /** Later commands, whole, that wait for it or ask for its state. */
  readonly later: RegExp | undefined;
  /** What to write instead, for a message. */
  readonly instead: string;
  readonly change: WaitChange | undefined;
};

/** One {@link Submitter}; `programs` are parted by blanks. */
export function row(
  programs: string,
  submits: RegExp,
  waits: RegExp | undefined,
  later: RegExp | undefined,
  instead: string,
  more: { readonly kind?: SubmissionKind; readonly change?: WaitChange; readonly only?: Submitter["only"] } = {},
): Submitter {
  const { kind = "job", change, only } = more;
  return { kind, programs: programs.split(" "), submits, only, waits, later, instead, change };
}

/** What to do instead, as the start of a sentence: "Use `sbatch --wait`", "Poll `aws glue get-job-run`". */
export function howToWait({ instead }: Submitter): string {
  if (instead.startsWith("polling ")) return `Poll ${instead.slice("polling ".length)}`;
  if (instead.startsWith("dropping "))
    return `Drop ${instead.slice("dropping ".length).replace(", or `", ", or use `")}`;
  return `Use ${instead}`;
}
