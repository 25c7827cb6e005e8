/** Makes a submitting command wait where it stands. */

import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile } from "../airflow/dagfile.ts";
import { known, operators, runsAs } from "../airflow/kinds.ts";
import type { Submitted } from "../airflow/submissions.ts";
import type { ShellCommand, Word } from "../shell/script.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Edit, Fix } from "../text/edit.ts";

/** The fix that makes the program wait for what it submits; undefined where it has no such option, or it cannot be written. */
export function waitingProgramFix(file: DagFile, submitted: Submitted): Fix | undefined {
  const { submission, call } = submitted;
  const { change } = submission.submitter;
  const { statement, script } = submission.visit;
  // An argument vector is a list of strings, not a text.
  if (!change || (call?.command && "argv" in call.command)) return undefined;
  const edits: Edit[] = [];
  let title: string;
  if ("drop" in change) {
    const dropped = statement.words.filter((one, index) => index > 0 && change.drop.test(one.text));
    for (const word of dropped) {
      const edit = editFolded(script.folded, withBlanks(script.folded.text, word), "");
      if (!edit) return undefined;
      edits.push(edit);
    }
    title = `Remove ${dropped.map((one) => one.text).join(" ")}`;
  } else {
    const at = placeFor(statement, change.behind);
    const edit = at && editFolded(script.folded, { start: at.span.end, end: at.span.end }, ` ${change.add}`);
    if (!edit) return undefined;
    edits.push(edit);
    title = `Add ${change.add}`;
  }
  return edits.length === 0 ? undefined : { title, edits, safety: "unsafe", why: consequence(file, submitted) };
}

/** {@link waitingProgramFix} for submissions of one text, which belong together. */
export function waitingProgramsFix(file: DagFile, all: readonly Submitted[]): Fix | undefined {
  const fixes = all.map((one) => waitingProgramFix(file, one));
  const [first] = fixes;
  if (!first || fixes.some((one) => one === undefined)) return undefined;
  return { ...first, edits: fixes.flatMap((one) => one?.edits ?? []) };
}

function placeFor({ words }: ShellCommand, behind: string): Word | undefined {
  return behind === "" ? words[0] : words.find((one, index) => index > 0 && one.text === behind);
}

function withBlanks(text: string, { span }: Word): { readonly start: number; readonly end: number } {
  let { start } = span;
  while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start--;
  return { start, end: span.end };
}

function consequence(file: DagFile, { task, submission }: Submitted): string {
  const held = `the task holds its worker slot until the work has ended, fails when it fails, and a retry submits it again`;
  const limited =
    task && runsAs(task, operators.ssh) && hasParameter(file.project, known(operators.ssh), "cmd_timeout");
  const quiet = limited && argument(file, task, "cmd_timeout") === "absent";
  return quiet && submission.visit.nesting.length === 0
    ? `${held}; cmd_timeout must allow for the silence meanwhile`
    : held;
}
