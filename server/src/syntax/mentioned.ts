/** Where a file speaks of a name, an attribute or a function of its own. */
import { Kept } from "./kept.ts";
import type { Attribute, Call, Expr, FunctionDef, Module, Name, Stmt } from "./python.ts";
import { everyExpression, walkExpr, walkStatements } from "./traverse.ts";

type Index = {
  readonly functions: ReadonlyMap<string, readonly FunctionDef[]>;
  readonly methods: ReadonlySet<FunctionDef>;
  readonly attributes: ReadonlyMap<string, readonly Attribute[]>;
  /** Calls by the last name of what is called. */
  readonly calls: ReadonlyMap<string, readonly Call[]>;
  /** How often a name stands anywhere but as a called one. */
  readonly otherwise: ReadonlySet<string>;
};

const indexes = new Kept(readIndex);

function readIndex(module: Module): Index {
  const functions = new Map<string, FunctionDef[]>();
  const methods = new Set<FunctionDef>();
  const attributes = new Map<string, Attribute[]>();
  const calls = new Map<string, Call[]>();
  const otherwise = new Set<string>();
  const add = <T>(map: Map<string, T[]>, key: string, value: T): void => {
    const before = map.get(key);
    if (before) before.push(value);
    else map.set(key, [value]);
  };
  walkStatements(module.body, (one) => {
    if (one.kind === "function") add(functions, one.name, one);
    if (one.kind === "class") for (const inner of one.body) if (inner.kind === "function") methods.add(inner);
    return true;
  });
  const called = new Set<Expr>();
  const written = new Set<Expr>();
  walkStatements(module.body, (one) => {
    if (one.kind === "assign") for (const target of one.targets) written.add(changedBy(target));
    return true;
  });
  everyExpression(module.body, (one) => {
    if (one.kind === "call") {
      called.add(one.func);
      if (one.func.kind === "name") add(calls, one.func.id, one);
      if (one.func.kind === "attribute") add(calls, one.func.name, one);
    } else if (one.kind === "attribute") {
      if (!written.has(one)) add(attributes, one.name, one);
      if (!called.has(one)) otherwise.add(one.name);
    } else if (one.kind === "name" && !called.has(one)) otherwise.add(one.id);
  });
  return { functions, methods, attributes, calls, otherwise };
}

/** What an assignment changes: the target, or the collection of `jobs["a"] = …`. */
function changedBy(target: Expr): Expr {
  return target.kind === "subscript" ? target.value : target;
}

/** The function of the file that `f(…)` or `self.f(…)` calls, when only one has that name. */
export function calledFunction(module: Module, callee: Expr): FunctionDef | undefined {
  const { functions, methods } = indexes.of(module);
  const name = callee.kind === "name" ? callee.id : callee.kind === "attribute" ? callee.name : "";
  const found = functions.get(name);
  const only = found?.length === 1 ? found[0] : undefined;
  if (!only) return undefined;
  return methods.has(only) === (callee.kind === "attribute") ? only : undefined;
}

/** All calls of a function of the file; undefined when it is also spoken of otherwise, or is not the only one of its name. */
export function callsOf(module: Module, definition: FunctionDef): readonly Call[] | undefined {
  const { calls, otherwise } = indexes.of(module);
  const found = calls.get(definition.name) ?? [];
  if (otherwise.has(definition.name)) return undefined;
  return found.every((one) => calledFunction(module, one.func) === definition) ? found : undefined;
}

/** Every `x.name` of the file that is read. */
export function attributeReads(module: Module, name: string): readonly Attribute[] {
  return indexes.of(module).attributes.get(name) ?? [];
}

/** Every mention of a name in some code, definitions inside included; where it is written is left out. */
export function readsIn(body: readonly Stmt[], name: string): readonly Name[] {
  const written = new Set<Expr>();
  walkStatements(body, (one) => {
    if (one.kind === "assign") for (const target of one.targets) written.add(changedBy(target));
    if (one.kind === "for") written.add(one.target);
    return true;
  });
  const found: Name[] = [];
  everyExpression(body, (one) => {
    if (one.kind === "name" && one.id === name && !written.has(one)) found.push(one);
  });
  return found;
}

/** Every mention of a name in one expression. */
export function namesOf(expr: Expr, name: string): readonly Name[] {
  const found: Name[] = [];
  walkExpr(expr, (one) => {
    if (one.kind === "name" && one.id === name) found.push(one);
    return true;
  });
  return found;
}

/** Whether some code binds a name itself, by `=` or `with`, and not for somebody else. */
export function isBoundIn(body: readonly Stmt[], name: string): boolean {
  let bound = false;
  let shared = false;
  walkStatements(body, (one) => {
    const targets =
      one.kind === "assign"
        ? one.targets
        : one.kind === "with"
          ? one.items.flatMap((item) => (item.target ? [item.target] : []))
          : [];
    bound ||= targets.some((target) => namesOf(target, name).length > 0 && target.kind !== "subscript");
    shared ||= one.kind === "global" && one.names.includes(name);
    return one.kind !== "function" && one.kind !== "class";
  });
  return bound && !shared;
}
