/** Statements whose failure a text forgets, because it goes on without `set -e`. */
import { Kept } from "../syntax/kept.ts";
import type { Span } from "../text/span.ts";
import { deciding } from "./deciding.ts";
import { isFilter } from "./pace.ts";
import { onlyPrints } from "./printing.ts";
import type { Script, ShellCommand, Statement } from "./script.ts";
import { endsInSuccess } from "./status.ts";
import { settingChange, strictness } from "./strict.ts";
import { commands, statements } from "./walk.ts";
import { doesWork, isCleanup, type Programs, prepares } from "./weight.ts";

/** The first statement of a text whose failure nobody learns of. */
export type Lost = {
  /** The script whose text the statement's span is an offset range of. */
  readonly script: Script;
  readonly statement: Statement;
  /** The program whose failure is lost. */
  readonly program: string;
  /** The program whose exit status the text has instead; undefined when that is not one known program. */
  readonly instead: string | undefined;
  /** It runs once a turn of this loop, and only the last turn's status is kept. */
  readonly loop: boolean;
  /** A transfer of which the text only asks whether a file is there, as it is when the transfer broke off half way. */
  readonly half: boolean;
  readonly nestedIn: readonly ShellCommand[];
  /** The `set +e` before it, by which somebody decided so. */
  readonly off: ShellCommand | undefined;
};

/** At most one for each text: the script and the texts that it hands on. A failure of a `harmless` program is none. */
export function lostFailures(script: Script, harmless?: Programs): readonly Lost[] {
  return harmless && harmless.size > 0 ? lostIn(script, harmless) : losses.of(script);
}

/** Transfers whose failure half way is lost, in texts that lose no other failure. */
export function halfTransfers(script: Script): readonly Lost[] {
  return found.of(script).filter((one) => one.half);
}

// Four rules ask about each text.
const losses = new Kept((script: Script) => lostIn(script));
const found = new Kept((script: Script) => findLost(script));

function lostIn(script: Script, harmless?: Programs): readonly Lost[] {
  const all = harmless ? findLost(script, harmless) : found.of(script);
  return all.filter((one) => !one.half);
}

function findLost(script: Script, harmless?: Programs): Lost[] {
  if (!/[;\n]|\bdo\b|\beval\b/.test(script.folded.text)) return [];
  const lostOnes: Lost[] = [];
  const seen = new Set<Script>();
  for (const { script: own, nesting, conditional, background } of statements(script)) {
    if (seen.has(own)) continue;
    seen.add(own);
    // `if bash -c '…'`, `bash -c '…' &`: whose status is asked for, or lost as a whole.
    const around = statements(script).find((one) => one.statement === nesting.at(-1));
    if (conditional || background || around?.conditional || around?.background || around?.substituted) continue;
    const lost = isReadable(own) ? firstLost(own, harmless) : undefined;
    if (!lost) continue;
    const { statement, loop, half = false } = lost;
    const off = switchedOff(own, statement);
    lostOnes.push({ script: own, statement, loop, half, ...namesOf(lost), nestedIn: nesting, off });
  }
  return lostOnes;
}

/** What a message calls the two; where that is the same, `python -m venv` and `python load.py`. */
function namesOf({ command, instead }: Place): Pick<Lost, "program" | "instead"> {
  const program = shown(command);
  const other = instead && shown(instead);
  if (!instead || program !== other) return { program, instead: other };
  const [one, two] = [withOperand(command), withOperand(instead)];
  return one === two ? { program, instead: other } : { program: one ?? program, instead: two };
}

/** With the first word that is no option, if that is short and known. */
function withOperand({ program = "", words }: ShellCommand): string | undefined {
  const at = words.findIndex((one, index) => index > 0 && !one.text.startsWith("-"));
  const operand = words[at];
  const name = operand?.text.split("/").at(-1) ?? "";
  if (!operand || operand.dynamic || !/^[\w.=-]{1,40}$/.test(name)) return undefined;
  // python -m venv, psql -f load.sql
  const option = at > 1 && /^-\w$/.test(words[at - 1]?.text ?? "") ? `${words[at - 1]?.text} ` : "";
  return `\`${program} ${option}${name}\``;
}

/** The last `set +e` before a statement. */
function switchedOff(script: Script, statement: Statement): ShellCommand | undefined {
  const before = commands(script).filter(
    (one) => one.script === script && one.statement.span.end <= statement.span.start,
  );
  return before.findLast((one) => settingChange(one.statement)?.errexit === false)?.statement;
}

/** `{% if a %} x {% else %} y {% endif %}`: what follows what is known only when Jinja has run. */
function isReadable(script: Script): boolean {
  const { folded, errors, dialect } = script;
  if (errors.length > 0 || dialect === "cmd" || dialect === "powershell") return false;
  const blocks = folded.holes.filter((one) => one.kind === "jinja-statement");
  const words = blocks.map(({ start, end }) => /^\{%[-+]?\s*(\w+)/.exec(folded.text.slice(start, end))?.[1]);
  return (
    !words.some((one) => /^(?:else|elif|macro|call|include|import|from|block|raw)$/.test(one ?? "")) &&
    words.filter((one) => one === "if").length < 2
  );
}

/** The text that is looked at, and the programs whose failure does not matter. */
type Judged = { readonly script: Script; readonly harmless: Programs | undefined };

type Place = {
  readonly statement: Statement;
  readonly command: ShellCommand;
  readonly instead: ShellCommand | undefined;
  readonly loop: boolean;
  readonly half?: boolean;
};

function firstLost(script: Script, harmless: Programs | undefined): Place | undefined {
  const last = script.body.at(-1);
  // `job; echo done`: exit-status-masked says so.
  if (!last || (script.body.length > 1 && endsInSuccess(last) !== undefined)) return undefined;
  if (statements(script).some(({ statement }) => handlesErrors(statement))) return undefined;
  const body = passesOn(last) ? script.body.slice(0, -1) : script.body;
  return inSequence({ script, harmless }, body, lastCommand(body)) ?? repeatedByJinja({ script, harmless }, body);
}

/** `exit`, `logout`: they leave with the status before them. */
function passesOn(last: Statement): boolean {
  return last.kind === "command" && (last.program === "exit" || last.program === "logout") && last.words.length === 1;
}

/** `{% for t in tables %} load {{ t }} {% endfor %}`: one statement as written, many when it runs. */
function repeatedByJinja({ script, harmless }: Judged, body: readonly Statement[]): Place | undefined {
  const [statement, ...more] = body;
  const command = statement && more.length === 0 ? worker(statement, harmless) : undefined;
  if (!statement || !command || strictness(script).get(statement)?.errexit) return undefined;
  const { text, holes } = script.folded;
  const word = /^\{%[-+]?\s*(for|endfor)\b/;
  const blocks = holes.flatMap(({ start, end }) => {
    const found = word.exec(text.slice(start, end))?.[1];
    return found ? [{ found, start }] : [];
  });
  const [opens, closes, ...others] = blocks;
  const inside = opens?.found === "for" && closes?.found === "endfor" && others.length === 0;
  if (!inside || opens.start > statement.span.start || closes.start < statement.span.end) return undefined;
  // Joined by `&&`, or on one line with nothing between the rounds.
  const between = text.slice(statement.span.end, closes.start);
  return /[\n;]/.test(between) ? { statement, command, instead: undefined, loop: true } : undefined;
}

/** `trap handler ERR` */
function handlesErrors(statement: Statement): boolean {
  return (
    statement.kind === "command" && statement.program === "trap" && statement.words.some((one) => one.text === "ERR")
  );
}

function lastCommand(body: readonly Statement[]): ShellCommand | undefined {
  const last = body.at(-1);
  const [only, ...more] = last ? deciding(last) : [];
  return more.length === 0 ? only : undefined;
}

/** What a message calls a command: the script that a shell is given, else its program. */
function shown({ program = "", words }: ShellCommand): string {
  const script = /^(?:ba|da|k|z)?sh$/.test(program)
    ? words.slice(1).find((one) => !one.text.startsWith("-"))
    : undefined;
  const name = script?.text.split("/").at(-1);
  return name && /^[\w.-]+$/.test(name) ? name : program;
}

/** `instead`: the command that decides the status of the whole. */
function inSequence(judged: Judged, body: readonly Statement[], instead: ShellCommand | undefined): Place | undefined {
  const { script, harmless } = judged;
  const held = strictness(script);
  let half: Place | undefined;
  for (const [index, statement] of body.entries()) {
    if (statement.background || held.get(statement)?.errexit) continue;
    const rest = body.slice(index + 1);
    if (rest.length > 0) {
      const command = worker(statement, harmless);
      const looked = isLookedAt(script, statement, rest);
      const known = looked || isMissedAtOnce(script, statement, rest);
      if (command && !isAllowed(script, statement)) {
        if (!known) return { statement, command, instead, loop: false };
        if (looked && isTransfer(command) && asksForPart(script, command, rest))
          half ??= { statement, command, instead, loop: false, half: true };
      }
    }
    const inner = inside(judged, statement, rest, instead);
    if (inner && !inner.half) return inner;
    half ??= inner;
  }
  return half;
}

/** What is lost in a part of a statement. */
function inside(
  judged: Judged,
  statement: Statement,
  rest: readonly Statement[],
  instead: ShellCommand | undefined,
): Place | undefined {
  const own = (body: readonly Statement[]): Place | undefined =>
    inSequence(judged, body, rest.length > 0 ? instead : lastCommand(body));
  switch (statement.kind) {
    case "subshell":
    case "group":
      return own(statement.body);
    case "and-or":
      return statement.operator === "&&" ? inside(judged, statement.right, rest, instead) : undefined;
    case "if":
      return first(statement.branches, (one) => own(one.body));
    case "case":
      return first(statement.branches, own);
    case "loop": {
      return own(statement.body) ?? ofLoop(judged, statement, rest);
    }
    default:
      return undefined;
  }
}

function first<From, To>(all: readonly From[], find: (one: From) => To | undefined): To | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `for f in a b; do load $f; done`: the status of the last turn. */
function ofLoop({ script, harmless }: Judged, loop: Statement, rest: readonly Statement[]): Place | undefined {
  if (loop.kind !== "loop" || loop.keyword !== "for" || rest.length > 0) return undefined;
  const statement = loop.body.at(-1);
  if (!statement || statement.background || strictness(script).get(statement)?.errexit) return undefined;
  const command = worker(statement, harmless);
  return command && { statement, command, instead: undefined, loop: true };
}

/** `set +e; stop_old; set -e`: for these alone somebody has said that they may fail. */
function isAllowed(script: Script, statement: Statement): boolean {
  const behind = (one: Statement): boolean => one.span.start >= statement.span.end;
  const restored = commands(script).some(
    (one) => one.script === script && behind(one.statement) && settingChange(one.statement)?.errexit === true,
  );
  return restored && switchedOff(script, statement) !== undefined;
}

/** The command of a statement whose failure would matter. */
function worker(statement: Statement, harmless: Programs | undefined): ShellCommand | undefined {
  if (statement.background) return undefined;
  const inner = (one: Statement): ShellCommand | undefined => worker(one, harmless);
  switch (statement.kind) {
    case "command":
      return doesWork(statement, harmless) && !onlyPrints(statement) ? statement : undefined;
    case "pipeline": {
      // `zcat a | ./load.py | tee log`
      const all = statement.stages.flatMap((one) =>
        one.kind === "command" ? (doesWork(one, harmless) ? [one] : []) : (inner(one) ?? []),
      );
      const working = all.find((one) => !isFilter(one) && !/^(?:zcat|gunzip|gzip)$/.test(one.program ?? ""));
      // `ssh app stat f | cut -c1-10` asks; a filter behind it is no work of its own.
      const [asking] = statement.stages;
      return working ?? (asking?.kind === "command" && asking.nested && asking !== all[0] ? undefined : all[0]);
    }
    case "and-or":
      // `[ -f x ] && mv x y`: a test that fails is no failure; behind `||` somebody sees to it.
      return statement.operator === "&&" && !asks(statement.left)
        ? (inner(statement.left) ?? inner(statement.right))
        : undefined;
    case "subshell":
    case "group":
      return first(statement.body.slice(-1), inner);
    case "loop":
      return statement.keyword === "for" ? first(statement.body, inner) : undefined;
    default:
      return undefined;
  }
}

function asks(statement: Statement): boolean {
  if (statement.kind === "and-or") return asks(statement.left);
  if (statement.kind === "command") return isCleanup(statement) && !prepares(statement);
  return statement.kind === "test" || statement.kind === "negation";
}

/** The script asks for the status right behind the statement, or leaves by itself when something is wrong. */
function isLookedAt(script: Script, statement: Statement, rest: readonly Statement[]): boolean {
  const { text } = script.folded;
  const soon = text.slice(statement.span.end, rest[1]?.span.end ?? rest[0]?.span.end);
  if (/\$\{?(?:\?|PIPESTATUS)/.test(soon)) return true;
  return rest.some(leaves) || judges(rest.at(-1));
}

const fileTest = /^(?:!\s*)?(?:\[\[?|test)\s+(?:!\s*)?-[efdrs]\s+(\S+?)(?:\s+\]\]?)?\s*;?$/;

/** `scp -r etl@depot:/out /in/; if [ ! -e /in/out/done.csv ]; then exit 1; fi`: all that is asked is whether one file is there. */
function asksForPart(script: Script, transfer: ShellCommand, rest: readonly Statement[]): boolean {
  const { text } = script.folded;
  const written = ({ span }: { readonly span: Span }): string => text.slice(span.start, span.end);
  if (/\$\{?(?:\?|PIPESTATUS)/.test(text.slice(transfer.span.end, rest.at(-1)?.span.end))) return false;
  const bare = (word: string): string => word.replaceAll(/["']/g, "").replace(/\/+$/, "");
  const places = transfer.words.slice(1).map((one) => bare(written(one)));
  const tested = (one: Statement): string | undefined => bare(fileTest.exec(written(one).trim())?.[1] ?? "");
  const asks = (one: Statement | undefined): boolean => {
    const path = one && tested(one);
    return path ? places.some((place) => place.length > 2 && path.startsWith(place)) : false;
  };
  return rest
    .filter((one, index) => leaves(one) || (index === rest.length - 1 && judges(one)))
    .every((one) => {
      if (one.kind === "and-or") return asks(one.left);
      if (one.kind !== "if") return asks(one);
      const [branch, ...more] = one.branches;
      return more.every(({ test }) => test === undefined) && branch?.test?.length === 1 && asks(branch.test[0]);
    });
}

/** What arrives in parts, and leaves those that arrived when it breaks off. */
function isTransfer({ program = "", words }: ShellCommand): boolean {
  const rest = words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
  return (
    /^(?:scp|rsync|sftp|wget)$/.test(program) ||
    (program === "aws" && /\bs3 (?:cp|sync)\b/.test(rest)) ||
    (program === "gsutil" && /\b(?:cp|rsync)\b/.test(rest)) ||
    (program === "hdfs" && /^dfs -(?:get|put|copy\w+)\b/.test(rest))
  );
}

/** `write-env /tmp/env; source /tmp/env && load`: without the file, `source` fails, and with it the whole. */
function isMissedAtOnce(script: Script, statement: Statement, rest: readonly Statement[]): boolean {
  const [next, ...more] = rest;
  let first = next;
  while (first?.kind === "and-or" && first.operator === "&&") first = first.left;
  if (first?.kind !== "command" || more.length > 0) return false;
  const file = first.program === "source" || first.program === "." ? first.words[1]?.text : undefined;
  const { start, end } = statement.span;
  return (
    file !== undefined &&
    script.folded.text
      .slice(start, end)
      .split(/[\s<>"']+/)
      .includes(file)
  );
}

/** It has an `exit 1`, `exit $rc`, `return 1`, `false` somewhere. */
function leaves(statement: Statement): boolean {
  switch (statement.kind) {
    case "command": {
      const { program, words } = statement;
      if (program === "exit" || program === "return") return words.length > 1 && words[1]?.text !== "0";
      return program === "false";
    }
    case "pipeline":
      return statement.stages.some(leaves);
    case "negation":
      return leaves(statement.operand);
    case "and-or":
      return leaves(statement.left) || leaves(statement.right);
    case "subshell":
    case "group":
    case "loop":
      return statement.body.some(leaves);
    case "if":
      return statement.branches.some((one) => one.body.some(leaves));
    case "case":
      return statement.branches.flat().some(leaves);
    default:
      return false;
  }
}

/** The last statement is a check of its own, or is not known. */
function judges(last: Statement | undefined): boolean {
  if (last?.kind === "command") return last.program === undefined || last.program === "[" || last.program === "test";
  return last?.kind === "test" || last?.kind === "negation" || last?.kind === "if" || last?.kind === "case";
}
