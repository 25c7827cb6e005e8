/** The commands of a script that only submit work. */
import type { Span } from "../text/span.ts";
import type { Script, ShellCommand } from "./script.ts";
import { submitters } from "./submissions.ts";
import type { Submitter } from "./submitter.ts";
import { type CommandVisit, commands, statements, touchesError, type Visit } from "./walk.ts";

/** A command that hands work on and returns before its end. */
export type Submission = {
  readonly visit: CommandVisit;
  readonly submitter: Submitter;
  /** The program with its subcommand: `sbatch`, `aws emr add-steps`. */
  readonly name: string;
  /** That name's words, in the text of `visit.script`. */
  readonly span: Span;
  /** A later command of the script waits for the work or asks for its state. */
  readonly followed: boolean;
};

/** The submitting commands of a script and of the texts it hands on, in order; those told to wait are left out. */
export function submissions(script: Script): Submission[] {
  if (!programNames.test(script.folded.text)) return [];
  const all = commands(script);
  return all.flatMap((visit, index): Submission[] => {
    const submitter = touchesError(visit) ? undefined : submits(visit.statement, visit);
    if (!submitter) return [];
    const rest = all.filter(
      (one, at) => at > index || (at < index && one.parents.some(({ kind }) => kind === "function" || kind === "loop")),
    );
    const followed = rest.some(({ statement }) => asksFor(statement, submitter)) || loopsLater(visit, script);
    return [{ visit, submitter, ...shown(visit.statement, submitter), followed }];
  });
}

/** How a command submits; undefined when it does not, waits itself, or may (an unquoted variable among its words could be `--wait`). */
export function submits(command: ShellCommand, visit?: Visit): Submitter | undefined {
  const { program } = command;
  if (program === undefined) return undefined;
  const text = argumentsText(command);
  const found = submitters.find(
    (one) => one.programs.includes(program) && one.submits.test(text) && (one.only?.(command, visit) ?? true),
  );
  if (!found || /(?:^|\s)--(?:help|version|dry-run|test-only)\b/.test(text)) return undefined;
  if (found.waits?.test(text) || found.waits?.test(directives(command))) return undefined;
  const mayWait = found.waits && command.words.some((one) => one.dynamic && !one.quoted && options.test(one.text));
  return mayWait ? undefined : found;
}

/** `$SBATCH_OPTS`, `{{ params.extra_args }}` */
const options = /(?:\$\{?|\{\{)[^}/]*(?:opt|arg|flag|extra|wait|sync)/i;

const programNames = new RegExp(
  `(?:^|[^\\w-])(?:${[...new Set(submitters.flatMap((one) => one.programs))].join("|")})(?![\\w-])`,
);

/** `sbatch <<EOF` with `#SBATCH --wait` in it: a script that brings its own options. */
function directives(command: ShellCommand): string {
  const bodies = command.redirects.map((one) => one.body?.text ?? "").join("\n");
  return [...bodies.matchAll(/^#(?:SBATCH|PBS|BSUB|\$)\s+(.*)$/gm)].map((one) => one[1]).join(" ");
}

/** Commands that only print or keep what they are given. */
const mute = /^(?:echo|printf|logger|export|mkdir|touch|rm|cp|mv|cat|tee)$/;

function asksFor(command: ShellCommand, submitter: Submitter): boolean {
  const { program } = command;
  const text = `${program ?? ""} ${argumentsText(command)}`;
  if (submitter.later?.test(text)) return true;
  // ./wait_for_job.sh $ID
  return program !== undefined && !mute.test(program) && /(?:^|[\W_])(?:wait|poll|monitor|watch)(?![a-z])/i.test(text);
}

/** `while [ ! -f done ]; do sleep 10; done` behind it */
function loopsLater({ statement, script: own }: CommandVisit, script: Script): boolean {
  return statements(script).some(
    (one) =>
      one.statement.kind === "loop" &&
      /^(?:while|until)$/.test(one.statement.keyword) &&
      one.script === own &&
      one.statement.span.start > statement.span.start &&
      /\bsleep\b/.test(own.folded.text.slice(one.statement.span.start, one.statement.span.end)),
  );
}

function shown(command: ShellCommand, submitter: Submitter): { readonly name: string; readonly span: Span } {
  const [first] = command.words;
  const program = command.program ?? "";
  const start = first?.span.start ?? command.span.start;
  const alone = { name: program, span: { start, end: first?.span.end ?? command.span.end } };
  const match = submitter.submits.exec(argumentsText(command));
  if (!match || match[0].trim() === "" || match[0].length > 45) return alone;
  const end = match.index + match[0].length;
  let length = -1;
  for (const word of command.words.slice(1)) {
    length += 1 + word.text.length;
    if (length >= end) return { name: `${program} ${match[0].trim()}`, span: { start, end: word.span.end } };
  }
  return alone;
}

function argumentsText(command: ShellCommand): string {
  return command.words
    .slice(1)
    .map((one) => one.text)
    .join(" ")
    .replace(/\s+/g, " ");
}
