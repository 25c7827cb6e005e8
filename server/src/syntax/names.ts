/** Qualified names: what `bash.BashOperator` stands for after imports, aliases and assignments. */
import type { Expr } from "./python.ts";
import { lookup, type Scope } from "./scope.ts";

const deepest = 20;

/**
 * The dotted name of what an expression refers to: `airflow.operators.bash.BashOperator`, `subprocess.run`.
 * A name that this file does not bind keeps its own spelling behind `builtins.`; a local definition has none.
 */
export function qualifiedName(expr: Expr, scope: Scope, depth = 0): string | undefined {
  if (depth > deepest) return undefined;
  switch (expr.kind) {
    case "parenthesized":
      return qualifiedName(expr.inner, scope, depth + 1);
    case "attribute": {
      const owner = qualifiedName(expr.value, scope, depth + 1);
      return owner === undefined || owner.startsWith("builtins.") ? undefined : `${owner}.${expr.name}`;
    }
    case "name": {
      const found = lookup(scope, expr.id, expr.span.start);
      if (found === "unbound") return `builtins.${expr.id}`;
      if (!found) return undefined;
      if (found.binding.kind === "import") return found.binding.qualified;
      // Remote = SSHOperator
      if (found.binding.kind === "value") return aliasOf(found.binding.value, found.scope, depth + 1);
      return undefined;
    }
    default:
      return undefined;
  }
}

function aliasOf(value: Expr, scope: Scope, depth: number): string | undefined {
  return value.kind === "name" || value.kind === "attribute" ? qualifiedName(value, scope, depth) : undefined;
}
