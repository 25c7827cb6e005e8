/** Generated code that makes a task fail when a remote command did. */

import type { Stmt } from "../syntax/python.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { localName, withImports } from "./imports.ts";
import { layoutOf, lineIndent, type SourceFile, withNewlines } from "./layout.ts";

const why = "the task now waits for the remote command and fails with it";

/**
 * `if <status> != 0: raise AirflowException(…)`, indented as `statement` is and put where `place` says. Undefined when
 * the exception's name is taken.
 */
export function raising(
  file: SourceFile,
  statement: Stmt,
  place: (lines: string) => readonly Edit[],
  status: string,
): Fix | undefined {
  const layout = layoutOf(file.module);
  const needed = { module: "airflow.exceptions", name: "AirflowException" };
  const exception = localName(file, needed);
  if (exception === undefined) return undefined;
  const inner = lineIndent(file.module.text, statement.span.start) + layout.indent;
  const text = `if ${status} != 0:\n${inner}raise ${exception}(${layout.quote}the remote command failed${layout.quote})`;
  const edits = withImports(
    file,
    place(text).map((one) => ({ ...one, text: withNewlines(layout, one.text) })),
    [needed],
  );
  return edits && { title: "Raise when the exit status is not 0", edits, safety: "unsafe", why };
}
