/** Which name means what, where: the bindings of a module, its functions and classes. */
import type { ClassDef, Expr, FunctionDef, Import, ImportFrom, Lambda, Module, Name, Stmt } from "./python.ts";

/** One place that gives a name its meaning. */
export type Binding =
  | {
      readonly kind: "import";
      readonly name: string /** `airflow.operators.bash.BashOperator` */;
      readonly qualified: string;
      readonly statement: Import | ImportFrom;
    }
  | {
      readonly kind: "value";
      readonly name: string;
      readonly value: Expr;
      readonly statement: Stmt /** Runs only on some paths, or many times. */;
      readonly conditional: boolean;
    }
  | { readonly kind: "function"; readonly name: string; readonly definition: FunctionDef }
  | { readonly kind: "class"; readonly name: string; readonly definition: ClassDef }
  /** Parameters, loop targets, tuple targets, `except as`, `+=`, `del`, `global` writes: bound, but not to one known value. */
  | {
      readonly kind: "other";
      readonly name: string;
      readonly reason: "parameter" | "loop" | "unpacked" | "augmented" | "with" | "except" | "star-import" | "other";
      readonly value: Expr | undefined;
    };

/** A module, function, lambda or class body. */
export type Scope = {
  readonly kind: "module" | "function" | "lambda" | "class";
  readonly parent: Scope | undefined;
  readonly owner: Module | FunctionDef | ClassDef | Lambda;
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
};

/** All scopes of one file. */
export type Names = {
  readonly module: Scope;
  /** The scope that a function, class or lambda opens. */
  readonly scopeOf: (owner: FunctionDef | ClassDef | Lambda) => Scope;
  /** Modules whose names came in by `from m import *`. */
  readonly starImports: readonly string[];
};

// The builder and the lookups follow.
export type { Name };
