/** Operators that a file defines itself. */
import { qualifiedName } from "../syntax/names.ts";
import { type ClassDef, dottedName, type FunctionDef } from "../syntax/python.ts";
import { lookup } from "../syntax/scope.ts";
import { contains } from "../text/span.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";

/** A class of the file whose chain of bases leads to BaseOperator through classes of the file only. */
export type OwnOperator = {
  readonly definition: ClassDef;
  /** The class and its bases of the file, nearest first. */
  readonly chain: readonly ClassDef[];
};

/** Operators that stand directly on Airflow's BaseOperator; sensors, and classes on other operators, are not among them. */
export function ownOperators(file: DagFile): readonly OwnOperator[] {
  const found: OwnOperator[] = [];
  for (const definition of file.module.body) {
    if (definition.kind !== "class") continue;
    const chain = chainOf(file, definition);
    if (chain) found.push({ definition, chain });
  }
  return found;
}

function chainOf(file: DagFile, definition: ClassDef, deep = 0): readonly ClassDef[] | undefined {
  if (deep > 8) return undefined;
  const scope = file.names.module;
  let chain: readonly ClassDef[] | undefined;
  for (const base of definition.bases) {
    if (base.form === "keyword") continue;
    const name = dottedName(base.value);
    const qualified = qualifiedName(base.value, scope);
    if (qualified !== undefined && /^airflow\..*\bBaseOperator$/.test(qualified)) chain ??= [definition];
    else if (qualified !== undefined && /^airflow\..*(Mixin|SkipMixin)$/.test(qualified)) continue;
    else {
      const local = name === undefined ? undefined : lookup(scope, name, base.span.start);
      const inner =
        local && local !== "unbound" && local.binding.kind === "class"
          ? chainOf(file, local.binding.definition, deep + 1)
          : undefined;
      // A base that cannot be read may do anything.
      if (!inner) return undefined;
      chain = [definition, ...inner];
    }
  }
  return chain;
}

/** The method that such an operator has, its own or a base's of the file. */
export function methodOf({ chain }: OwnOperator, name: string): FunctionDef | undefined {
  for (const one of chain) {
    for (const inner of one.body) if (inner.kind === "function" && inner.name === name) return inner;
  }
  return undefined;
}

/** The calls in its methods. */
export function callsIn(file: DagFile, { chain }: OwnOperator): readonly RemoteCall[] {
  return file.calls.filter((call) => chain.some((one) => contains(one.span, call.span)));
}
