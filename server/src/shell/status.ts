/** Which commands decide the exit status of a script, and where one is thrown away. */
import type { Span } from "../text/span.ts";
import { deciding } from "./deciding.ts";
import { waitsForOtherMachine } from "./pace.ts";
import { remoteInvocation } from "./remote.ts";
import type { AndOr, Script, ShellCommand, Statement } from "./script.ts";
import { strictness } from "./strict.ts";
import { submits } from "./submit.ts";
import { commands as inOrder, statements, touchesError, type Visit } from "./walk.ts";
import { doesWork, isCleanup, prepares } from "./weight.ts";

/** A failure that is turned into success. */
export type Masked = {
  /** `|| true`, `|| echo`, `; exit 0`, `trap EXIT` … */
  readonly how: string;
  /** The commands whose failure is lost. */
  readonly commands: readonly ShellCommand[];
  /** The script whose text `span` is an offset range of. */
  readonly script: Script;
  /** The mask: from `||` to the end of what follows it; the last statement; the `trap`. */
  readonly span: Span;
  readonly statement: Statement;
  readonly nestedIn: readonly ShellCommand[];
  /** Only commands that clean up or ask: `rm -f`, `kill`, `grep`, `docker rm` … */
  readonly cleanup: boolean;
  /** Without the mask the failure would be the script's own: it stands last, or `set -e` holds. */
  readonly decides: boolean;
  /** One of the commands runs elsewhere: ssh, docker exec … */
  readonly remote: boolean;
  /** One of the commands submits work. */
  readonly submit: boolean;
  /** The first of them that waits for work elsewhere or submits it, where clean-up follows. */
  readonly beforeCleanup: ShellCommand | undefined;
};

const masking = /\|\||\btrap\b/;
const succeeding = /\b(?:echo|printf|logger|true|exit|return)\b|[\s;]:(?:[\s;]|$)/;

/** Without `||`, a trap, or something behind another that always succeeds, no text turns a failure into success. */
function mayMask(text: string): boolean {
  const separator = text.search(/[;\n}]/);
  return masking.test(text) || (separator >= 0 && succeeding.test(text.slice(separator)));
}

/** The exit statuses that a script, or a text it hands on, throws away by `|| true`, `; exit 0` and their like. */
export function masked(script: Script): Masked[] {
  if (!mayMask(script.folded.text)) return [];
  const found: Masked[] = [];
  const seen = new Set<Script>();
  for (const visit of statements(script)) {
    if (!seen.has(visit.script)) {
      seen.add(visit.script);
      const tail = maskedByTail(visit.script, visit.nesting);
      if (tail) found.push(tail);
    }
    if (visit.conditional || visit.statement.background || touchesError(visit)) continue;
    const one = visit.statement.kind === "and-or" ? maskedByOr(visit, visit.statement) : maskedByTrap(visit);
    if (one) found.push(one);
  }
  return found;
}

function maskedByOr(visit: Visit, andOr: AndOr): Masked | undefined {
  if (andOr.operator !== "||") return undefined;
  const mask = endsInSuccess(andOr.right);
  if (mask === undefined) return undefined;
  const around = visit.parents.at(-1);
  // `a || echo failed && exit 1` goes on to `exit 1`, after success too; it is no mask.
  if (around?.kind === "and-or" && around.left === andOr && !endsInSuccess(around.right)) return undefined;
  const commands = deciding(andOr.left);
  if (commands.length === 0) return undefined;
  const { text } = visit.script.folded;
  const operator = text.lastIndexOf("||", andOr.right.span.start);
  const span = { start: operator < 0 ? andOr.right.span.start : operator, end: andOr.right.span.end };
  const held = strictness(visit.script).get(andOr);
  const own = !visit.substituted && (mask.startsWith("exit") || standsLast(visit));
  const decides = held?.errexit === true || own;
  return { how: `|| ${mask}`, ...describe(visit.script, visit.nesting, andOr, commands), span, decides };
}

function maskedByTrap(visit: Visit): Masked | undefined {
  const { statement, script, nesting } = visit;
  if (statement.kind !== "command" || statement.program !== "trap" || visit.substituted) return undefined;
  const [action = "", ...signals] = statement.words.slice(1).map((word) => word.text);
  if (!/(?:^|[;\s])exit\s+0\s*;?\s*$/.test(action)) return undefined;
  const signal = signals.find((one) => /^(?:EXIT|0|ERR)$/i.test(one));
  if (signal === undefined) return undefined;
  const commands = script.body.filter((one) => one.span.start > statement.span.end).flatMap((one) => deciding(one));
  return {
    how: `trap 'exit 0' ${signal.toUpperCase()}`,
    ...describe(script, nesting, statement, commands),
    span: statement.span,
    decides: true,
  };
}

/** `job; echo done`, `job; exit 0`: the last statement always succeeds. */
function maskedByTail(script: Script, nesting: readonly ShellCommand[]): Masked | undefined {
  const last = script.body.at(-1);
  if (!last || script.body.length < 2 || script.errors.length > 0) return undefined;
  const mask = last.kind === "command" && !last.background ? endsInSuccess(last) : undefined;
  if (mask === undefined) return undefined;
  const held = strictness(script);
  const before = script.body.slice(0, -1);
  const { text } = script.folded;
  const lost = before.filter((one, index) => {
    if (one.background || held.get(one)?.errexit || !isEffective(one)) return false;
    const soon = text.slice(one.span.end, (before[index + 2] ?? last).span.end);
    const rest = text.slice(one.span.end, last.span.start);
    // `job; rc=$?; …; exit $rc` and `job; if [ $? -ne 0 ]` look at it; `job; echo $?` only says it.
    return !(/\$\{?(?:\?|PIPESTATUS)/.test(soon) && /\b(?:exit|return|if|case|test)\b|\[/.test(rest));
  });
  const commands = lost.flatMap((one) => deciding(one));
  if (commands.length === 0) return undefined;
  const described = describe(script, nesting, last, commands);
  const at = commands.findIndex((one) => waitsElsewhere(one) || submits(one) !== undefined);
  const from = commands[at]?.span.end ?? text.length;
  const tidied = inOrder(script).some(
    (one) => one.script === script && one.statement.span.start >= from && tidiesUp(one.statement),
  );
  const beforeCleanup = tidied ? commands[at] : undefined;
  return { how: `; ${mask}`, ...described, beforeCleanup, span: last.span, decides: true };
}

function waitsElsewhere(command: ShellCommand): boolean {
  // A download is followed by more than tidying up.
  if (isCleanup(command) || /^(?:curl|wget)$/.test(command.program ?? "")) return false;
  if (waitsForOtherMachine(command)) return true;
  return (
    /^(?:kubectl|oc|aws|gcloud|az)$/.test(command.program ?? "") && command.words.some((one) => one.text === "wait")
  );
}

/** It takes away what the work has left: `kubectl delete`, `helm uninstall`, `rm`. */
function tidiesUp(command: ShellCommand): boolean {
  if (!isCleanup(command)) return false;
  return (
    /^(?:rm|rmdir|kill|umount)$/.test(command.program ?? "") ||
    command.words.some((one) => /^(?:delete|uninstall|rm|down|stop|terminate|kill)$/.test(one.text))
  );
}

/** Statements that do work and do not see to their own failure. */
function isEffective(statement: Statement): boolean {
  switch (statement.kind) {
    case "command":
      return !prepares(statement);
    case "pipeline":
    case "subshell":
    case "group":
      return true;
    case "loop":
      return !leaves(statement);
    case "and-or":
      return statement.operator === "&&" ? isEffective(statement.right) && !leaves(statement) : false;
    case "assignment":
      return statement.substitutions.length > 0;
    default:
      return false;
  }
}

/** It has an `exit` or `return` of its own somewhere. */
function leaves(statement: Statement): boolean {
  return deciding(statement).some(
    (one) => one.program === "exit" || one.program === "return" || one.program === "break",
  );
}

const saying = new Set(["echo", "printf", "logger"]);

/** How a statement that cannot fail is called (`true`, `echo`, `exit 0`); undefined when it can. */
export function endsInSuccess(statement: Statement): string | undefined {
  if (statement.background) return undefined;
  if (statement.kind === "group" || statement.kind === "subshell") {
    const last = statement.body.at(-1);
    const ends = statement.body.some((one) =>
      deciding(one).some((command) => command.program === "exit" && command !== last),
    );
    return last && !ends ? endsInSuccess(last) : undefined;
  }
  if (statement.kind !== "command" || statement.program === undefined) return undefined;
  const { program } = statement;
  const first = statement.words[1]?.text;
  if (program === "true" || program === ":") return program;
  if ((program === "exit" || program === "return") && first === "0") return `${program} 0`;
  return saying.has(program) ? program : undefined;
}

function describe(
  script: Script,
  nesting: readonly ShellCommand[],
  statement: Statement,
  commands: readonly ShellCommand[],
): Pick<Masked, "script" | "nestedIn" | "statement" | "commands" | "cleanup" | "remote" | "submit" | "beforeCleanup"> {
  return {
    beforeCleanup: undefined,
    script,
    nestedIn: nesting,
    statement,
    commands,
    // What signs in first, for the tidying up alone, counts with it.
    cleanup: commands.some((one) => isCleanup(one)) && commands.every((one) => isCleanup(one) || !doesWork(one)),
    remote: commands.some(runsElsewhere),
    submit: commands.some((one) => submits(one) !== undefined),
  };
}

function runsElsewhere(command: ShellCommand): boolean {
  const call = remoteInvocation(command);
  if (call) return call.destination !== undefined && !call.tunnelOnly;
  return command.nested !== undefined && command.nested.script.place !== "worker";
}

/** Nothing that does work follows in its script, and it is not inside a loop or function. */
function standsLast(visit: Visit): boolean {
  const chain: Statement[] = [...visit.parents, visit.statement];
  let body: readonly Statement[] = visit.script.body;
  for (const [index, one] of chain.entries()) {
    if (body.length > 0) {
      const at = body.indexOf(one);
      if (at >= 0 && body.slice(at + 1).some(isEffective)) return false;
    }
    if (one === visit.statement) return true;
    if (one.kind === "function" || one.kind === "loop" || one.kind === "negation") return false;
    body =
      "body" in one
        ? one.body
        : one.kind === "if"
          ? branchOf(
              one.branches.map((branch) => branch.body),
              chain[index + 1],
            )
          : [];
  }
  return true;
}

function branchOf(bodies: readonly (readonly Statement[])[], statement: Statement | undefined): readonly Statement[] {
  return bodies.find((one) => statement !== undefined && one.includes(statement)) ?? [];
}
