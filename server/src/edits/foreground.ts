/** Runs in the foreground what a script leaves in the background. */
import type { Detached } from "../shell/detach.ts";
import { lowerScript } from "../shell/lower.ts";
import { remoteInvocation } from "../shell/remote.ts";
import type { Redirect, Script, ShellCommand, Statement } from "../shell/script.ts";
import { editFolded, type Folded } from "../syntax/folded.ts";
import type { Edit } from "../text/edit.ts";
import { contains, type Span } from "../text/span.ts";
import { type Cut, withCuts } from "./commandText.ts";

/** What becomes of the output that went to a log file: `keep` it there, or let the new operator `take` it. */
export type Output = "keep" | "take";

/** The script's own text with all of these in the foreground; undefined when one of them cannot be brought there. */
export function foregroundText(script: Script, all: readonly Detached[], output: Output): Folded | undefined {
  const cuts: Cut[] = [];
  for (const one of all) {
    const found = one.script === script ? foregroundCuts(one, output) : undefined;
    if (!found) return undefined;
    cuts.push(...found);
  }
  const merged = merge(cuts);
  if (!merged) return undefined;
  const text = withCuts(script.folded, merged);
  return lowerScript(text, script).errors.length > script.errors.length ? undefined : text;
}

/** The edits of the source that bring one process to the foreground; undefined where they cannot be written. */
export function foregroundEdits(one: Detached): readonly Edit[] | undefined {
  const cuts = merge(foregroundCuts(one, "keep") ?? []);
  const result = foregroundText(one.script, [one], "keep");
  if (!cuts || cuts.length === 0 || !result) return undefined;
  const edits: Edit[] = [];
  for (const { span, text } of cuts) {
    // "/opt/job.sh &": without a blank the rest would be a template's name.
    const bare = span.end === one.script.folded.text.length && /\.\w+$/.test(result.text);
    const edit = editFolded(one.script.folded, span, bare ? `${text} ` : text);
    if (!edit) return undefined;
    edits.push(edit);
  }
  return edits;
}

/** Sorted; one that lies in another is part of it. Undefined when two cross. */
function merge(cuts: readonly Cut[]): Cut[] | undefined {
  const sorted = cuts.toSorted((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  const merged: Cut[] = [];
  for (const one of sorted) {
    const last = merged.at(-1);
    if (!last || one.span.start >= last.span.end) merged.push(one);
    else if (!contains(last.span, one.span)) return undefined;
  }
  return merged;
}

function foregroundCuts(one: Detached, output: Output): Cut[] | undefined {
  const { statement, script } = one;
  const { text } = script.folded;
  const cuts: Cut[] = [];
  for (const command of commandsOf(statement)) {
    for (const wrapper of command.wrappers) {
      if (wrapper.name !== "nohup" && wrapper.name !== "setsid") continue;
      const next = /[\s\\]*/y;
      next.lastIndex = wrapper.span.end;
      const blanks = next.exec(text)?.[0].length ?? 0;
      cuts.push({ span: { start: wrapper.span.start, end: wrapper.span.end + blanks }, text: "" });
    }
  }
  for (const redirects of redirectsOf(statement))
    for (const redirect of leaving(redirects, output)) cuts.push(withBlanks(text, redirect.span, ""));
  if (one.how === "ssh -f") {
    const flag = statement.kind === "command" ? withoutF(statement, text) : undefined;
    return flag && [...cuts, flag];
  }
  if (!/^(?:&|nohup &|& disown|setsid|setsid -f)$/.test(one.how)) return undefined;
  if (!one.ampersand) return cuts;
  const rest = afterwards(one, one.ampersand);
  return rest && [...cuts, ...rest];
}

/** The cut, with the blanks in front of it. */
function withBlanks(text: string, span: Span, by: string): Cut {
  let { start } = span;
  while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start--;
  return { span: { start, end: span.end }, text: by };
}

function commandsOf(statement: Statement): ShellCommand[] {
  switch (statement.kind) {
    case "command":
      return [statement];
    case "pipeline":
      return statement.stages.flatMap(commandsOf);
    case "and-or":
      return [statement.left, statement.right].flatMap(commandsOf);
    case "subshell":
    case "group":
    case "loop":
      return statement.body.flatMap(commandsOf);
    default:
      return [];
  }
}

function redirectsOf(statement: Statement): (readonly Redirect[])[] {
  switch (statement.kind) {
    case "command":
      return [statement.redirects];
    case "and-or":
      return [statement.left, statement.right].flatMap(redirectsOf);
    case "pipeline":
      return statement.stages.slice(-1).flatMap(redirectsOf);
    case "subshell":
    case "group":
    case "loop":
      return [statement.redirects];
    default:
      return [];
  }
}

const toFile = /^(?:>|>>|>\||&>|&>>)$/;

/** `</dev/null`, and the outputs that nobody reads, or that another reads from now on. */
function leaving(redirects: readonly Redirect[], output: Output): Redirect[] {
  const nothing = (one: Redirect): boolean => one.target?.text === "/dev/null";
  const isOutput = (one: Redirect): boolean => toFile.test(one.operator) || one.operator === ">&";
  const standard = redirects.filter((one) => isOutput(one) && (one.descriptor ?? 1) === 1 && one.target?.text !== "2");
  const all = standard.length > 0 && standard.every((one) => output === "take" || nothing(one));
  return redirects.filter((one) => (one.operator === "<" && nothing(one)) || (all && isOutput(one)));
}

/** `ssh -f host`, `ssh -fn host` */
function withoutF(command: ShellCommand, text: string): Cut | undefined {
  const call = remoteInvocation(command);
  const own = command.words.slice(1).filter((one) => !call?.command.includes(one));
  const word = own.find((one) => /^-[fnqTtxACvk46]*f[fnqTtxACvk46]*$/.test(one.text));
  if (!word) return undefined;
  const others = word.text.replaceAll("f", "");
  return others === "-" ? withBlanks(text, word.span, "") : { span: word.span, text: others };
}

/** What becomes of the `&` and of what follows it: `echo $!` and `disown` go, anything else runs after a success. */
function afterwards(one: Detached, ampersand: Span): Cut[] | undefined {
  const { text } = one.script.folded;
  const list = listOf(one.script.body, one.statement) ?? [];
  const later = list.slice(list.indexOf(one.statement) + 1);
  const own = (statement: Statement): string => text.slice(statement.span.start, statement.span.end);
  const about = later.filter((statement) => /^(?:disown\b|echo\b[^;&|]*\$!)/.test(own(statement)));
  const kept = later.filter((statement) => !about.includes(statement));
  if (kept.some((statement) => /\$!|^\s*(?:wait|fg|jobs)\b/.test(own(statement)))) return undefined;
  if (about.some((statement) => statement.background)) return undefined;
  if (kept.length === 0) {
    const last = about.at(-1);
    const close = last ? (/^[ \t]*;?/.exec(text.slice(last.span.end))?.[0].length ?? 0) : 0;
    const end = last ? last.span.end + close : ampersand.end;
    const follows = /^[ \t]*(.?)/.exec(text.slice(end))?.[1] ?? "";
    const separator = follows === "" || follows === ")" ? "" : ";";
    // A loop has the status of its last round.
    const leaving = isLooped(one.script.body, one.statement) && !one.script.errexit ? " || exit" : "";
    return [withBlanks(text, { start: ampersand.start, end }, leaving + separator)];
  }
  const cuts = about.map((statement) => {
    const next = later[later.indexOf(statement) + 1];
    const before = /[;\s]*$/.exec(text.slice(ampersand.end, statement.span.start))?.[0].length ?? 0;
    return next
      ? { span: { start: statement.span.start, end: next.span.start }, text: "" }
      : { span: { start: statement.span.start - before, end: statement.span.end }, text: "" };
  });
  return [{ span: { start: ampersand.start, end: ampersand.end }, text: "&&" }, ...cuts];
}

/** Whether a loop, not a function or subshell in it, runs this statement as one of its own. */
function isLooped(body: readonly Statement[], wanted: Statement): boolean {
  return body.some((one) =>
    one.kind === "loop"
      ? listOf(one.body, wanted) !== undefined
      : innerLists(one).some((list) => isLooped(list, wanted)),
  );
}

/** The list of statements that holds this one. */
function listOf(body: readonly Statement[], wanted: Statement): readonly Statement[] | undefined {
  if (body.includes(wanted)) return body;
  for (const one of body) {
    const found = innerLists(one)
      .map((list) => listOf(list, wanted))
      .find((list) => list !== undefined);
    if (found) return found;
  }
  return undefined;
}

function innerLists(statement: Statement): (readonly Statement[])[] {
  switch (statement.kind) {
    case "pipeline":
      return [statement.stages];
    case "and-or":
      return [[statement.left], [statement.right]];
    case "negation":
      return [[statement.operand]];
    case "if":
      return statement.branches.flatMap((one) => [one.test ?? [], one.body]);
    case "case":
      return [...statement.branches];
    case "subshell":
    case "group":
    case "function":
    case "loop":
      return [statement.body];
    default:
      return [];
  }
}
