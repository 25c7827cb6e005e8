/** Where a file makes hooks of the ssh provider, and what it asks of them. */
import { findClass } from "../catalog/index.ts";
import { qualifiedName } from "../syntax/names.ts";
import type { Call, Expr } from "../syntax/python.ts";
import type { Scope } from "../syntax/scope.ts";
import { expressionsOf, walkExpr, walkScoped } from "../syntax/traverse.ts";
import type { Span } from "../text/span.ts";
import type { DagFile } from "./dagfile.ts";
import { known } from "./kinds.ts";

/** SSHHook by its newest spelling. */
export const sshHook = "airflow.providers.ssh.hooks.ssh.SSHHook";

/** A use of SSHHook. */
export type HookUse =
  /** `SSHHook(…)` */
  | { readonly kind: "made"; readonly call: Call }
  /** `hook.create_tunnel(…)` */
  | { readonly kind: "method"; readonly name: string; readonly call: Call; readonly span: Span }
  /** `with SSHHook(…) as client:`, `with hook:` */
  | { readonly kind: "entered"; readonly expr: Expr };

/** All uses of SSHHook in a file, in the order of the text. */
export function sshHookUses(file: DagFile): readonly HookUse[] {
  if (!file.text.includes("SSHHook")) return [];
  const found: HookUse[] = [];
  walkScoped(file.module.body, file.names.module, file.names, (statement, scope) => {
    if (statement.kind === "with")
      for (const { value } of statement.items)
        if (isHook(file, value, scope)) found.push({ kind: "entered", expr: value });
    for (const expr of expressionsOf(statement)) {
      walkExpr(expr, (one) => {
        if (one.kind === "call") found.push(...usesIn(file, one, scope));
        return true;
      });
    }
    return true;
  });
  return found;
}

function usesIn(file: DagFile, call: Call, scope: Scope): HookUse[] {
  if (isSshHook(qualifiedName(call.func, scope))) return [{ kind: "made", call }];
  const { func } = call;
  if (func.kind !== "attribute" || !isHook(file, func.value, scope)) return [];
  return [{ kind: "method", name: func.name, call, span: func.span }];
}

/** `hook`, `SSHHook(…)` */
function isHook(file: DagFile, expr: Expr, scope: Scope): boolean {
  if (expr.kind !== "name" && expr.kind !== "call") return false;
  const value = file.values.evaluate(expr, scope);
  return value.kind === "call" && isSshHook(value.callee);
}

function isSshHook(callee: string | undefined): boolean {
  return callee !== undefined && /SSHHook$/.test(callee) && findClass(callee) === known(sshHook);
}
