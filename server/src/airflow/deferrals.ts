/** Operators of the file that defer themselves. */
import type { Call, ClassDef, Expr, Stmt } from "../syntax/python.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import { slice } from "../text/span.ts";
import type { DagFile } from "./dagfile.ts";

/** `self.defer(trigger=…)` in a class of the file. */
export type Deferral = { readonly call: Call; readonly operator: string };

/** What in a trigger's arguments says that it ends by itself. */
const ending = /immediate|timeout|deadline|end_time|end_date|attempt|expir|moment|delta|until|max_/i;

/** The deferrals of the file's classes for which neither the call nor, by its arguments, the trigger has an end. */
export function unboundedDeferrals(file: DagFile): readonly Deferral[] {
  if (!file.text.includes(".defer(")) return [];
  const found: Deferral[] = [];
  const visit = (body: readonly Stmt[], owner: ClassDef | undefined): void => {
    walkStatements(body, (statement) => {
      if (statement.kind === "class") {
        visit(statement.body, statement);
        return false;
      }
      for (const expr of owner ? expressionsOf(statement) : []) {
        walkExpr(expr, (one) => {
          if (owner && isUnbounded(file, one)) found.push({ call: one, operator: owner.name });
          return true;
        });
      }
      if (statement.kind !== "function" || !owner) return true;
      visit(statement.body, owner);
      return false;
    });
  };
  visit(file.module.body, undefined);
  return found;
}

function isUnbounded(file: DagFile, one: Expr): one is Call {
  if (one.kind !== "call" || one.func.kind !== "attribute" || one.func.name !== "defer") return false;
  if (one.func.value.kind !== "name" || one.func.value.id !== "self") return false;
  if (one.args.length === 0 || one.args.some((arg) => arg.form !== "keyword" || arg.name === "timeout")) return false;
  const trigger = one.args.find((arg) => arg.name === "trigger")?.value;
  // The trigger's arguments must be in sight.
  return trigger?.kind === "call" && !ending.test(slice(file.text, trigger.span)) && trigger.args.every(isNamed);
}

function isNamed(one: Call["args"][number]): boolean {
  return one.form === "keyword" || one.form === "positional";
}
