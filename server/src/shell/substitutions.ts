/** Commands in `$(…)` whose exit status the command around them replaces by its own. */
import { deciding } from "./deciding.ts";
import type { Script, Statement } from "./script.ts";
import { statements, touchesError } from "./walk.ts";
import { doesWork } from "./weight.ts";

/** A `$(…)` whose status is lost. */
export type LostSubstitution = {
  /** The script whose text the span is an offset range of. */
  readonly script: Script;
  readonly statement: Statement;
  /** `export`, `local`, `echo` … */
  readonly keyword: string;
  /** The variable, for one that is declared. */
  readonly variable: string | undefined;
  /** The program whose failure is lost. */
  readonly program: string;
};

const declared = /^(export|local|declare|typeset|readonly)\s+(?:-\w+\s+)*([A-Za-z_]\w*)=/;

/** The substitutions of a script and of the texts that it hands on. */
export function lostSubstitutions(script: Script): LostSubstitution[] {
  if (!/\$\(|`/.test(script.folded.text)) return [];
  return statements(script).flatMap((visit): LostSubstitution[] => {
    const { statement, script: own, conditional, background, substituted } = visit;
    if (conditional || background || substituted || touchesError(visit)) return [];
    const text = own.folded.text.slice(statement.span.start, statement.span.end);
    if (statement.kind === "declaration") {
      const [, keyword = "", variable = ""] = declared.exec(text) ?? [];
      const program = lastWorker(statement.substitutions);
      if (keyword === "" || program === undefined || isChecked(own, statement, variable)) return [];
      return [{ script: own, statement, keyword, variable, program }];
    }
    // echo "rows: $(psql …)", as the last word of the text
    if (statement.kind !== "command" || statement.program !== "echo" || own.body.at(-1) !== statement) return [];
    const program = lastWorker(statement.words.flatMap((one) => one.substitutions));
    return program === undefined ? [] : [{ script: own, statement, keyword: "echo", variable: undefined, program }];
  });
}

function lastWorker(body: readonly Statement[]): string | undefined {
  const last = body.at(-1);
  return last && deciding(last).find((one) => doesWork(one))?.program;
}

/** The value is asked for later: `[ -z "$X" ]`, `${X:?}`, `test -n`. */
function isChecked(script: Script, statement: Statement, name: string): boolean {
  const rest = script.folded.text.slice(statement.span.end);
  return new RegExp(`(?:\\[|\\btest\\b|\\bcase\\b)[^\\n;]*\\$\\{?${name}\\b|\\$\\{${name}:?\\?`).test(rest);
}
