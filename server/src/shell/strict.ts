/** `set -e`, `set -o pipefail` and their like: in force for which statement. */
import { Kept } from "../syntax/kept.ts";
import type { Script, ShellCommand, Statement } from "./script.ts";

/** What holds when a statement runs. */
export type Strictness = { readonly errexit: boolean; readonly pipefail: boolean };

/** What `set …` or `shopt …` changes; undefined when the command is neither. */
export function settingChange(command: ShellCommand): Partial<Strictness> | undefined {
  const [program, ...rest] = command.words.map((word) => word.text);
  const change: { errexit?: boolean; pipefail?: boolean } = {};
  if (program === "shopt") {
    if (!rest.some((one) => /^-[a-z]*o/.test(one))) return {};
    const on = rest.some((one) => /^-[a-z]*s/.test(one));
    if (rest.includes("errexit")) change.errexit = on;
    if (rest.includes("pipefail")) change.pipefail = on;
    return change;
  }
  if (program !== "set") return undefined;
  for (let at = 0; at < rest.length; at++) {
    const flags = /^([-+])([a-zA-Z]+)$/.exec(rest[at] ?? "");
    if (!flags) break;
    const on = flags[1] === "-";
    if (flags[2]?.includes("e")) change.errexit = on;
    // `-euo pipefail`: the `o` of a cluster takes the next word.
    if (flags[2]?.includes("o")) {
      const name = rest[++at];
      if (name === "errexit") change.errexit = on;
      if (name === "pipefail") change.pipefail = on;
    }
  }
  return change;
}

/** What holds at the first statement that could fail. */
export function startsStrict(body: readonly Statement[], given: Strictness): Strictness {
  let state = given;
  for (const statement of body) {
    if (!isTrivial(statement)) break;
    state = after(statement, state);
  }
  // `set -e && cmd` and `set -e; cmd` come to the same.
  const next = body.find((statement) => !isTrivial(statement));
  return next ? after(leftmost(next), state) : state;
}

function leftmost(statement: Statement): Statement {
  return statement.kind === "and-or" ? leftmost(statement.left) : statement;
}

const trivialPrograms = new Set(["set", "shopt", "trap", "echo", "printf", "umask", "ulimit", ":", "true"]);

function isTrivial(statement: Statement): boolean {
  if (statement.kind === "function") return true;
  if (statement.kind === "assignment" || statement.kind === "declaration") return statement.substitutions.length === 0;
  return (
    statement.kind === "command" &&
    !statement.background &&
    statement.program !== undefined &&
    trivialPrograms.has(statement.program)
  );
}

function after(statement: Statement, state: Strictness): Strictness {
  if (statement.background) return state;
  switch (statement.kind) {
    case "command": {
      const change = settingChange(statement);
      return change ? { ...state, ...change } : state;
    }
    case "and-or":
      return after(statement.right, after(statement.left, state));
    case "group":
      return statement.body.reduce((held, one) => after(one, held), state);
    default:
      return state;
  }
}

/**
 * What holds at each statement of this script, nested ones of groups, branches, loops and substitutions too, but not
 * of texts for other shells. A change inside `if` or a loop is taken to hold only there; functions are read as if run where written.
 */
export function strictness(script: Script): ReadonlyMap<Statement, Strictness> {
  return found.of(script);
}

// Each statement of a text is asked about.
const found = new Kept(read);

function read(script: Script): ReadonlyMap<Statement, Strictness> {
  const held = new Map<Statement, Strictness>();
  const sequence = (body: readonly Statement[], from: Strictness): Strictness => {
    let state = from;
    for (const statement of body) {
      visit(statement, state);
      state = after(statement, state);
    }
    return state;
  };
  const visit = (statement: Statement, state: Strictness): void => {
    held.set(statement, state);
    switch (statement.kind) {
      case "command":
        for (const word of statement.words) sequence(word.substitutions, state);
        break;
      case "pipeline":
        for (const stage of statement.stages) visit(stage, state);
        break;
      case "negation":
        visit(statement.operand, state);
        break;
      case "and-or":
        visit(statement.left, state);
        visit(statement.right, after(statement.left, state));
        break;
      case "subshell":
      case "group":
      case "function":
        sequence(statement.body, state);
        break;
      case "if":
        for (const branch of statement.branches) sequence(branch.body, sequence(branch.test ?? [], state));
        break;
      case "loop":
        sequence(statement.body, sequence(statement.test, state));
        break;
      case "case":
        for (const branch of statement.branches) sequence(branch, state);
        break;
      default:
        sequence(statement.substitutions, state);
    }
  };
  // A script whose own `set -e` comes first starts without it, but only for statements that cannot fail.
  sequence(script.body, { errexit: script.errexit, pipefail: script.pipefail });
  return held;
}
