/** What evaluating a part of an expression may ask of the whole. */
import type { CallSites, Passing } from "./callSites.ts";
import type { Conditional, Expr } from "./python.ts";
import type { Binding, Branch, Names, Scope } from "./scope.ts";
import type { Imports, Value } from "./value.ts";

/** One run of the code, as far as it is decided. */
export type Run = {
  /** What bindings stand for: a function's parameters, a loop's variables. */
  readonly values: ReadonlyMap<Binding, Value>;
  /** Which branches are run, and which conditional expressions take their first value. */
  readonly paths: ReadonlyMap<Branch | Conditional, boolean>;
};

/** A run of which nothing is decided. */
export const anyRun: Run = { values: new Map(), paths: new Map() };

/** A run in which more is decided. */
export function narrowed(run: Run, more: Run): Run {
  if (run === anyRun) return more;
  return {
    values: new Map([...run.values, ...more.values]),
    paths: new Map([...run.paths, ...more.paths]),
  };
}

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
  /** Whether this run takes a branch, or the first value of `a if test else b`; undefined when that is open. */
  readonly takes: (path: Branch | Conditional) => boolean | undefined;
  /** How many function calls deep this run is. */
  readonly nesting: number;
  readonly during: During;
};
