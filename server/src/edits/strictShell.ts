/** `set -e` and `set -o pipefail` put into a shell text. */

import type { JudgedText } from "../airflow/judged.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { laxPipelines } from "../shell/pipelines.ts";
import type { Script, ShellCommand, Statement } from "../shell/script.ts";
import { strictness } from "../shell/strict.ts";
import { type CommandVisit, commands, statements } from "../shell/walk.ts";
import { doesWork, isCleanup, type Programs } from "../shell/weight.ts";
import { editFolded, type Segment, segmentsAt, sourceSpan } from "../syntax/folded.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { lineIndent, type SourceFile, startsLine } from "./layout.ts";

/** What is switched on: `set -e`, `set -o pipefail`, `set -eo pipefail`. */
export type Strict = { readonly errexit: boolean; readonly pipefail: boolean };

/** A text that is to become strict at this statement at the latest. */
export type Lax = { readonly script: Script; readonly statement: Statement };

/** The statement that switches it on. */
function setStatement({ errexit, pipefail }: Strict): string {
  return pipefail ? `set -${errexit ? "e" : ""}o pipefail` : "set -e";
}

/**
 * The edit that makes a text strict: in its own `set -u`, or as a statement in front of the first one that stands in the
 * text itself and not in a constant that other texts may share. Undefined where there is none.
 */
export function strictEdit(
  file: Pick<SourceFile, "module">,
  { script, statement }: Lax,
  strict: Strict,
): Edit | undefined {
  const { folded } = script;
  const flags = ownFlags(script.body[0]);
  // set -eu → set -euo pipefail
  if (flags && !segmentAt(script, flags.span.start)?.via) {
    const letters = `${flags.text}${strict.errexit && !flags.text.includes("e") ? "e" : ""}`;
    return editFolded(folded, flags.span, strict.pipefail ? `${letters}o pipefail` : letters);
  }
  const name = folded.segments[0]?.via;
  const whole = folded.segments.every((one) => one.via?.start === name?.start);
  for (const { span } of script.body) {
    if (span.start > statement.span.start) return undefined;
    const segment = segmentAt(script, span.start);
    if (!segment?.exact || (segment.via && !whole)) continue;
    const place = sourceSpan(folded, { start: span.start, end: span.start + 1 }).start;
    // On a line of its own where the statements have lines of their own.
    const own = folded.text.slice(span.start).includes("\n") && startsLine(file.module.text, place);
    const behind = own ? `\n${lineIndent(file.module.text, place)}` : "; ";
    return insertBefore(script, span.start, `${setStatement(strict)}${behind}`);
  }
  return undefined;
}

/** An insertion into the literal of the character behind it: one at a border would go to the literal on its left. */
function insertBefore({ folded }: Script, at: number, text: string): Edit | undefined {
  const character = folded.text.slice(at, at + 1);
  const edit = editFolded(folded, { start: at, end: at + 1 }, text + character);
  if (!edit?.text.endsWith(character)) return undefined;
  return { span: { start: edit.span.start, end: edit.span.start }, text: edit.text.slice(0, -1) };
}

/** The segment that holds the character. */
function segmentAt(script: Script, start: number): Segment | undefined {
  return segmentsAt(script.folded, { start, end: start + 1 })[0];
}

/** The `-eu` of a first statement `set -eu`. */
function ownFlags(first: Statement | undefined): ShellCommand["words"][number] | undefined {
  if (first?.kind !== "command" || first.program !== "set" || first.words.length !== 2) return undefined;
  const flags = first.words[1];
  return flags && !flags.quoted && !flags.dynamic && /^-[a-np-z]+$/i.test(flags.text) ? flags : undefined;
}

/**
 * The fix that lets a text end at its first failure, and look at every stage of the pipelines that would then matter.
 * With it a failure of the `harmless` programs matters, too.
 */
export function errexitFix(
  file: Pick<SourceFile, "module">,
  lax: Lax,
  text: JudgedText,
  harmless?: Programs,
): Fix | undefined {
  return strictFix(file, lax, errexitFor(lax), text, harmless);
}

/** The statement with which a text would end at its first failure: `set -e`, `set -eo pipefail`. */
export function errexitStatement(lax: Lax): string {
  return setStatement(errexitFor(lax));
}

function errexitFor({ script, statement }: Lax): Strict {
  const piped =
    (script.dialect !== "sh" && laxPipelines(script, { errexit: true }).some((one) => one.script === script)) ||
    (script.dialect === "bash" && startsWithFile(statement) && strictness(script).get(statement)?.pipefail !== true);
  return { errexit: true, pipefail: piped };
}

/** `cat day.csv | sed s/a/b/`: what is most likely missing is the file. */
function startsWithFile(statement: Statement): boolean {
  const first = statement.kind === "pipeline" ? statement.stages[0] : undefined;
  return first?.kind === "command" && first.program === "cat" && first.words.length > 1;
}

/** The fix that lets a pipeline fail with any of its stages; none where the shell may not know how. */
export function pipefailFix(file: Pick<SourceFile, "module">, lax: Lax, text: JudgedText): Fix | undefined {
  return lax.script.dialect === "sh" ? undefined : strictFix(file, lax, { errexit: false, pipefail: true }, text);
}

function strictFix(
  file: Pick<SourceFile, "module">,
  lax: Lax,
  strict: Strict,
  text: JudgedText,
  harmless?: Programs,
): Fix | undefined {
  const edit = strictEdit(file, lax, strict);
  if (!edit) return undefined;
  const title = `Add \`${setStatement(strict)}\``;
  const reasons = [
    strict.pipefail ? pipesFail(lax) : undefined,
    strict.errexit ? endsEarly(lax, strict, harmless) : undefined,
    losesTerminal(lax, text),
  ].filter((one) => one !== undefined);
  if (reasons.length === 0) return { title, edits: [edit], safety: "safe" };
  return { title, edits: [edit], safety: "unsafe", why: reasons.join("; ") };
}

/** SSHOperator asks for a terminal when its command starts with "sudo". */
function losesTerminal({ script }: Lax, { script: own, task }: JudgedText): string | undefined {
  if (script !== own || !task || !runsAs(task, operators.ssh) || !script.folded.text.startsWith("sudo"))
    return undefined;
  return "SSHOperator asks for a terminal only when the command starts with sudo: set get_pty=True if sudo needs one";
}

/** What changes besides the fault with pipefail. */
function pipesFail({ script }: Lax): string | undefined {
  if (script.dialect === "unknown") return "the remote login shell must know pipefail, as bash, zsh and ksh do";
  const piped = commands(script).flatMap(({ script: own, statement, parents }) =>
    own === script && parents.some((one) => one.kind === "pipeline") ? [statement.program ?? ""] : [],
  );
  if (piped.some((one) => one === "head" || one === "yes" || one === "grep"))
    return "a `grep` that finds nothing, or a stage that is cut off by `head` (status 141), now fails its pipeline";
  const question = piped.find((one) => /^(?:[ef]grep|zgrep|rg|diff|cmp|test|expr)$/.test(one));
  return question === undefined ? undefined : `\`${question}\` with status 1 now fails its pipeline`;
}

/** What changes besides the fault when a text ends at its first failure; undefined when only work and preparation stand there. */
function endsEarly({ script, statement }: Lax, { pipefail }: Strict, harmless?: Programs): string | undefined {
  const behind = script.body.filter((one) => one.span.start >= statement.span.end);
  const tidying = behind.find(
    (one) => one.kind === "command" && isCleanup(one, harmless) && !alwaysWell.has(one.program ?? ""),
  );
  if (tidying?.kind === "command") return `${tidying.program} behind it no longer runs after a failure`;
  const others = "any other statement that fails now ends the text, too";
  if (statements(script).some((one) => one.script === script && /^(?:function|other|test)$/.test(one.statement.kind)))
    return others;
  for (const visit of commands(script)) {
    const { statement: command, script: own, conditional } = visit;
    if (own !== script || conditional || isHarmless(command) || doesWork(command, harmless)) continue;
    if (!pipefail && isOverheard(visit)) continue;
    return command.program ? `a failure of ${command.program} now ends the text, too` : others;
  }
  return undefined;
}

/** A stage of a pipeline whose status nobody asks for. */
function isOverheard({ script, statement, parents }: CommandVisit): boolean {
  const held = strictness(script);
  return parents.some((one, index) => {
    if (one.kind !== "pipeline" || held.get(one)?.pipefail) return false;
    return one.stages.at(-1) !== (parents[index + 1] ?? statement);
  });
}

const alwaysWell = new Set("cd echo printf export set sleep date true : umask pwd exec module".split(" "));

/** It cannot fail, or only when something is wrong: `mkdir -p`, `rm -f`. */
function isHarmless(command: ShellCommand): boolean {
  const { program = "" } = command;
  if (alwaysWell.has(program)) return true;
  const flags = command.words.slice(1).map((one) => one.text);
  return (
    (program === "mkdir" && flags.some((one) => /^-\w*p|^--parents/.test(one))) ||
    (program === "rm" && flags.some((one) => /^-\w*f|^--force/.test(one)))
  );
}
