import type { SourceFile } from "../../server/src/edits/layout.ts";
import { bindNames } from "../../server/src/syntax/bind.ts";
import { lowerModule } from "../../server/src/syntax/lower.ts";
import type { Call } from "../../server/src/syntax/python.ts";
import { dottedName } from "../../server/src/syntax/python.ts";
import { everyExpression } from "../../server/src/syntax/traverse.ts";
import { applyEdits, type Edit } from "../../server/src/text/edit.ts";

/** A source text as the edit builders see it. */
export function source(text: string): SourceFile {
  const module = lowerModule(text);
  return { module, names: bindNames(module) };
}

/** The first call whose callee is written so. */
export function callOf(file: SourceFile, callee: string): Call {
  const found: Call[] = [];
  everyExpression(file.module.body, (expr) => {
    if (expr.kind === "call" && dottedName(expr.func) === callee) found.push(expr);
  });
  const [first] = found;
  if (!first) throw new Error(`no call of ${callee}`);
  return first;
}

/** The text after the edits; the result must parse. */
export function applied(file: SourceFile, edits: readonly Edit[] | undefined): string {
  if (!edits) throw new Error("refused");
  const result = applyEdits(file.module.text, edits);
  if (result === undefined) throw new Error(`edits overlap: ${JSON.stringify(edits)}`);
  const errors = lowerModule(result).errors;
  if (errors.length > 0) throw new Error(`does not parse:\n${result}`);
  return result;
}
