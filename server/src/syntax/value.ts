/** What an expression is known to be before anything runs. */
import type { Span } from "../text/span.ts";
import type { During } from "./evaluation.ts";
import type { Folded } from "./folded.ts";
import type { Call, ClassDef, Expr, FunctionDef, Lambda, Module } from "./python.ts";
import type { Names, Scope } from "./scope.ts";

/** A value, or how much of it is known. `expr` is the expression that gives it, after names were followed. */
export type Value =
  | { readonly kind: "string"; readonly folded: Folded; readonly expr: Expr }
  | { readonly kind: "number"; readonly value: number; readonly expr: Expr }
  | { readonly kind: "boolean"; readonly value: boolean; readonly expr: Expr }
  | { readonly kind: "none"; readonly expr: Expr }
  /** `timedelta(…)`, `datetime.timedelta(…)`, `pendulum.duration(…)`; undefined seconds: not constant. */
  | { readonly kind: "timedelta"; readonly seconds: number | undefined; readonly expr: Expr }
  /** `complete` is false when a `*rest` or an unknown part is in it. */
  | { readonly kind: "list"; readonly items: readonly Value[]; readonly complete: boolean; readonly expr: Expr }
  | { readonly kind: "dict"; readonly entries: readonly DictEntry[]; readonly complete: boolean; readonly expr: Expr }
  /** `home`: the file that defines it, when that is another one. */
  | {
      readonly kind: "function";
      readonly definition: FunctionDef | Lambda;
      readonly home?: Home | undefined;
      readonly expr: Expr;
    }
  | { readonly kind: "class"; readonly definition: ClassDef; readonly home?: Home | undefined; readonly expr: Expr }
  /** The result of calling something imported or built in; a method's callee is `module.Class.method`. */
  | { readonly kind: "call"; readonly callee: string; readonly call: Call; readonly expr: Expr }
  /** An imported thing itself: `airflow.utils.trigger_rule.TriggerRule.ALL_DONE`. */
  | { readonly kind: "reference"; readonly qualified: string; readonly expr: Expr }
  | { readonly kind: "unknown"; readonly expr: Expr };

/** A file of the project, as far as values are read from it. Its nodes may only be read with its own names. */
export type Home = {
  readonly path: string;
  readonly module: Module;
  readonly names: Names;
  readonly evaluate: (expr: Expr, scope: Scope) => Value;
  readonly during: During;
};

/** What importing from one file leads to. */
export type Imports = {
  /** What a dotted name stands for in another file of the project, in that file's own terms. */
  readonly find: (qualified: string) => Imported | undefined;
  /** The name under which the thing was first defined: `common.Remote` → `airflow.providers.ssh.operators.ssh.SSHOperator`. */
  readonly canonical: (qualified: string) => string;
  /** The names that `from module import *` brings; undefined for a module that is no file of the project. */
  readonly exported: (module: string) => readonly string[] | undefined;
};

/** A value of another file; its nodes and spans are that file's. */
export type Imported = { readonly value: Value; readonly home: Home };

/** The value of a string that is known to its last character; undefined for any other value. */
export function knownText(value: Value): string | undefined {
  return value.kind === "string" && value.folded.holes.length === 0 ? value.folded.text : undefined;
}

/** What a name's value may have become through changes in place. */
export function changed(value: Value, name: string, { mutated, keysSet }: Names): Value {
  if (value.kind !== "dict" && value.kind !== "list") return value;
  if (mutated.has(name)) return { ...value, complete: false };
  const keys = keysSet.get(name);
  if (!keys) return value;
  if (value.kind === "list") return { ...value, complete: false };
  const { expr } = value;
  const set = [...keys].map((key): DictEntry => ({ key, value: { kind: "unknown", expr }, span: expr.span }));
  return { ...value, entries: [...value.entries, ...set] };
}

/** One entry of a known dict; later entries win. */
export type DictEntry = { readonly key: string; readonly value: Value; readonly span: Span };
