/** What evaluating a part of an expression may ask of the whole. */
import type { CallSites, Passing } from "./callSites.ts";
import type { Expr } from "./python.ts";
import type { Binding, Names, Scope } from "./scope.ts";
import type { Imports, Value } from "./value.ts";

/** What some bindings stand for in one run of the code: a function's parameters, a loop's variables. */
export type Run = ReadonlyMap<Binding, Value>;

/**
 * The same file in a run in which more is decided, one function call deeper than `nesting`; undefined when that is too
 * deep to go on.
 */
export type During = (run: Run, nesting: number) => Evaluation | undefined;

/** What an evaluator may know besides the file's own names. */
export type Surroundings = {
  /** The file's path, as its findings give it. */
  readonly path: string;
  readonly imports: Imports;
  readonly passing?: Passing;
};

/** An evaluator as its own parts see it. */
export type Evaluation = {
  readonly names: Names;
  readonly surroundings: Surroundings | undefined;
  readonly sitesOf: CallSites;
  readonly evaluate: (expr: Expr, scope: Scope) => Value;
  /** What a binding stands for in this run, when the run decides it. */
  readonly decided: (binding: Binding) => Value | undefined;
  /** How many function calls deep this run is. */
  readonly nesting: number;
  readonly during: During;
};
