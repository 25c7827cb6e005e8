/** The commands of a script that only submit work. */
import type { Script, ShellCommand } from "./script.ts";
import { type Submitter, submitters } from "./submissions.ts";
import { type CommandVisit, commands } from "./walk.ts";

/** A command that hands work on and returns before its end. */
export type Submission = {
  readonly visit: CommandVisit;
  readonly submitter: Submitter;
  /** A later command of the script waits for the work or asks for its state. */
  readonly followed: boolean;
};

/** The submitting commands of a script and of the texts it hands on, in order; those told to wait are left out. */
export function submissions(script: Script): Submission[] {
  const all = [...commands(script)];
  return all.flatMap((visit, index) => {
    const submitter = submits(visit.statement);
    if (!submitter) return [];
    const rest = all.slice(index + 1);
    const followed = rest.some(({ statement }) =>
      submitter.later?.test(`${statement.program ?? ""} ${argumentsText(statement)}`),
    );
    return [{ visit, submitter, followed }];
  });
}

/** How a command submits; undefined when it does not, waits itself, or may (an unquoted variable among its words could be `--wait`). */
export function submits(command: ShellCommand): Submitter | undefined {
  const { program } = command;
  if (program === undefined) return undefined;
  const text = argumentsText(command);
  const found = submitters.find((one) => one.programs.includes(program) && one.submits.test(text));
  if (!found || found.waits?.test(text)) return undefined;
  const mayWait =
    found.waits && command.words.some((one) => one.dynamic && !one.quoted && /opt|arg|flag/i.test(one.text));
  return mayWait ? undefined : found;
}

function argumentsText(command: ShellCommand): string {
  return command.words
    .slice(1)
    .map((one) => one.text)
    .join(" ")
    .replace(/\s+/g, " ");
}
