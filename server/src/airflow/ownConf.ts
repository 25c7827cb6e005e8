/** Keys of `dag_run.conf` that a file's own code sets: what a template finds there comes from the DAG. */
import { Kept } from "../syntax/kept.ts";
import { type Expr, unwrap } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import { slice } from "../text/span.ts";
import type { DagFile } from "./dagfile.ts";

const sets = /\bconf\b\s*(?:\[[^\]\n]*\]\s*=(?!=)|\.update\()/;
// dag_run.conf, context["dag_run"].conf, kwargs.get("dag_run").conf
const runConf = /\bdag_run\b["')\]]*\.conf(?:\s+or\s+(?:\{\}|dict\(\)))?$/;

/** Whether the file's own code sets that key of `dag_run.conf`, or one that is not known. */
export function setsOwnConf(file: DagFile, key: string): boolean {
  if (!sets.test(file.text)) return false;
  const { keys, any } = ownKeys.of(file);
  return any || keys.has(key);
}

const ownKeys = new Kept(({ text, module }: DagFile) => {
  const keys = new Set<string>();
  const names = new Set<string>();
  let any = false;
  const isConf = (expr: Expr): boolean =>
    (expr.kind === "name" && names.has(expr.id)) || runConf.test(slice(text, expr.span));
  const set = (index: Expr | undefined): void => {
    const one = index && unwrap(index);
    const [only, ...more] = one?.kind === "string" ? one.literals.flatMap((each) => each.parts) : [];
    if (only?.kind === "text" && more.length === 0) keys.add(only.value);
    else any = true;
  };
  walkStatements(module.body, (statement) => {
    if (statement.kind === "assign") {
      for (const one of statement.targets) {
        // conf = context["dag_run"].conf
        if (one.kind === "name" && statement.value && isConf(unwrap(statement.value))) names.add(one.id);
        if (one.kind === "subscript" && isConf(one.value)) set(one.indices[0]);
      }
    } else if (statement.kind === "expression" && statement.expr.kind === "call") {
      const { func } = statement.expr;
      any ||= func.kind === "attribute" && func.name === "update" && isConf(func.value);
    }
    return true;
  });
  return { keys, any };
});
