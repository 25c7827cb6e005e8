/** Names for variables that generated code binds. */

import { Kept } from "../syntax/kept.ts";
import type { Module } from "../syntax/python.ts";
import { everyExpression, walkStatements } from "../syntax/traverse.ts";
import type { SourceFile } from "./layout.ts";

/** Python's keywords: no names. */
export const reservedWords: ReadonlySet<string> = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** `wanted`, or `wanted_2` … `wanted_9`: the first that no code of the file uses or binds. */
export function freeName(file: SourceFile, wanted: string): string | undefined {
  const used = usedIn.of(file.module, file);
  const candidates = [wanted, ...[2, 3, 4, 5, 6, 7, 8, 9].map((count) => `${wanted}_${count}`)];
  return candidates.find((one) => !used.has(one));
}

const usedIn = new Kept(readUsed);

function readUsed(module: Module, file: SourceFile): ReadonlySet<string> {
  const used = new Set<string>(reservedWords);
  everyExpression(module.body, (expr) => {
    if (expr.kind === "name") used.add(expr.id);
  });
  for (const name of file.names.module.bindings.keys()) used.add(name);
  walkStatements(module.body, (statement) => {
    if (statement.kind === "function" || statement.kind === "class") {
      for (const name of file.names.scopeOf(statement).bindings.keys()) used.add(name);
    }
    return true;
  });
  return used;
}
