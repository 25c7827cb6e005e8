/** Generated code that makes a task fail when a remote command, or a program, did. */

import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { freeName } from "./freeNames.ts";
import { localName, withImports } from "./imports.ts";
import { layoutOf, type SourceFile, startsLine } from "./layout.ts";
import { insertAfter } from "./statements.ts";

/**
 * `if <status> != 0: raise AirflowException(…)`, put where `place` says: lines as `statements.ts` takes them. Undefined
 * when the exception's name is taken, or there is no place.
 */
export function raising(
  file: SourceFile,
  place: (lines: readonly string[]) => readonly Edit[] | undefined,
  status: string,
  what = "remote command",
): Fix | undefined {
  const layout = layoutOf(file.module);
  const needed = { module: "airflow.exceptions", name: "AirflowException" };
  const exception = localName(file, needed);
  if (exception === undefined) return undefined;
  const raise = `raise ${exception}(${layout.quote}the ${what} failed${layout.quote})`;
  const edits = withImports(file, place([`if ${status} != 0:`, `\t${raise}`]), [needed]);
  const why = `the task now waits for the ${what} and fails with it`;
  return edits && { title: "Raise when the exit status is not 0", edits, safety: "unsafe", why };
}

/** Raises behind the statement that takes, or drops, what `SubprocessHook.run_command` returns. */
export function raisingBehind(file: SourceFile & Pick<DagFile, "text">, { result }: RemoteCall): Fix | undefined {
  const { statement, discarded, names } = result;
  if (!statement || !startsLine(file.text, statement.span.start)) return undefined;
  const [first, second] = names;
  const name = discarded ? freeName(file, "result") : first;
  if (name === undefined || name === "_" || (!discarded && statement.kind !== "assign")) return undefined;
  const { start } = statement.span;
  const naming: Edit[] = discarded ? [{ span: { start, end: start }, text: `${name} = ` }] : [];
  return raising(
    file,
    (lines) => {
      const behind = insertAfter(file, statement, lines);
      return behind && [...naming, ...behind];
    },
    second === undefined ? `${name}.exit_code` : name,
    "program",
  );
}
