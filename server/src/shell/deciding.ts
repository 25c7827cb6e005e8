/** Which commands an exit status comes from. */
import type { Script, ShellCommand, Statement } from "./script.ts";

/**
 * The commands whose exit status becomes the script's when `set -e` does not end it before: the last statement's. A
 * command that hands on a text stands for that text. Empty when the last statement runs none or is in the background.
 */
export function lastStatus(script: Script): ShellCommand[] {
  return endOf(script.body, script.pipefail);
}

function endOf(body: readonly Statement[], pipefail: boolean): ShellCommand[] {
  const last = body.at(-1);
  if (!last) return [];
  // `exit` and `exit $?` pass on the status before them.
  const passesOn =
    last.kind === "command" && last.program === "exit" && last.words.slice(1).every((one) => /^\$\{?\?/.test(one.text));
  return passesOn ? endOf(body.slice(0, -1), pipefail) : deciding(last, pipefail);
}

/** The commands whose exit status the statement has; with `strict` (pipefail), those of every stage of a pipeline. */
export function deciding(statement: Statement, strict = false): ShellCommand[] {
  if (statement.background) return [];
  switch (statement.kind) {
    case "command":
      return [statement];
    case "pipeline":
      return statement.stages.slice(strict ? 0 : -1).flatMap((one) => deciding(one, strict));
    case "negation":
      return deciding(statement.operand, strict);
    case "and-or":
      return [...deciding(statement.left, strict), ...deciding(statement.right, strict)];
    case "subshell":
    case "group":
    case "loop":
      return endOf(statement.body, strict);
    case "if":
      return statement.branches.flatMap((one) => endOf(one.body, strict));
    case "case":
      return statement.branches.flatMap((one) => endOf(one, strict));
    case "assignment":
      return endOf(statement.substitutions.slice(-1), strict);
    default:
      return [];
  }
}
