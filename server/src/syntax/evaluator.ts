/** Works out what an expression is known to be: names are followed, constants folded. */
import type { Span } from "../text/span.ts";
import { parameterValue } from "./applied.ts";
import { callValue } from "./builtins.ts";
import { type CallSites, callSites } from "./callSites.ts";
import { anyRun, type Evaluation, narrowed, type Run, type Surroundings } from "./evaluation.ts";
import type { Folded } from "./folded.ts";
import { seenFrom } from "./foreign.ts";
import { formatted, textOf } from "./formatting.ts";
import { qualifiedName } from "./names.ts";
import { joined, literalPieces, seenThrough, unknownPiece } from "./pieces.ts";
import type { Binary, Expr, Name } from "./python.ts";
import { alternatives, type Binding, lookup, type Names, type Scope, surelyRan } from "./scope.ts";
import { changed, type DictEntry, knownText, type Value } from "./value.ts";
import { variantsOf } from "./variants.ts";

/** Evaluates expressions of one file. */
export type Evaluator = {
  readonly evaluate: (expr: Expr, scope: Scope) => Value;
  /**
   * The values that an expression takes in turn, where a loop over known items, several calls of a function or branches
   * decide it; otherwise the one that {@link Evaluator.evaluate} gives. Each text once.
   */
  readonly variants: (expr: Expr, scope: Scope) => readonly Value[];
  readonly names: Names;
  /** Who calls a function of the file. */
  readonly sitesOf: CallSites;
};

const deepest = 40;
/** Functions that call functions: deeper ones are not followed. */
const mostNested = 6;

/** An evaluator for one file; it keeps what it has worked out. */
export function evaluator(names: Names, surroundings?: Surroundings): Evaluator & Evaluation {
  return inRun(names, surroundings, callSites(names, surroundings?.passing), anyRun, 0);
}

function inRun(
  names: Names,
  surroundings: Surroundings | undefined,
  sitesOf: CallSites,
  run: Run,
  nesting: number,
): Evaluator & Evaluation {
  const known = new Map<Expr, Value>();
  let depth = 0;
  const self: Evaluator & Evaluation = {
    names,
    surroundings,
    sitesOf,
    decided: (binding) => run.values.get(binding),
    takes: (path) => run.paths.get(path),
    nesting,
    during: (more, caller) =>
      caller < mostNested ? inRun(names, surroundings, sitesOf, narrowed(run, more), caller + 1) : undefined,
    evaluate: (expr, scope) => {
      const before = known.get(expr);
      if (before) return before;
      if (depth > deepest) return { kind: "unknown", expr };
      depth++;
      // A name that is defined by itself must not recurse for ever.
      known.set(expr, { kind: "unknown", expr });
      const value = evaluateOnce(expr, scope, self);
      known.set(expr, value);
      depth--;
      return value;
    },
    variants: (expr, scope) => variantsOf(expr, scope, self),
  };
  return self;
}

function evaluateOnce(expr: Expr, scope: Scope, self: Evaluation): Value {
  const evaluate = (one: Expr): Value => self.evaluate(one, scope);
  const unknown: Value = { kind: "unknown", expr };
  switch (expr.kind) {
    case "parenthesized":
      return evaluate(expr.inner);
    case "string": {
      const folded = literalPieces(expr, (hole) => textOf(evaluate(hole), hole.span));
      return { kind: "string", folded, expr };
    }
    case "number":
      return Number.isNaN(expr.value) ? unknown : { kind: "number", value: expr.value, expr };
    case "constant":
      if (expr.value === null) return { kind: "none", expr };
      return expr.value === "..." ? unknown : { kind: "boolean", value: expr.value, expr };
    case "list":
    case "tuple":
    case "set": {
      const items: Value[] = [];
      let complete = true;
      for (const item of expr.items) {
        const value = evaluate(item.kind === "starred" ? item.value : item);
        if (item.kind !== "starred") items.push(value);
        else if (value.kind === "list" && value.complete) items.push(...value.items);
        else {
          items.push({ kind: "unknown", expr: item });
          complete = false;
        }
      }
      return { kind: "list", items, complete, expr };
    }
    case "dict": {
      const entries: DictEntry[] = [];
      let complete = true;
      for (const entry of expr.entries) {
        const value = evaluate(entry.value);
        if (!entry.key) {
          if (value.kind === "dict") entries.push(...value.entries);
          if (value.kind !== "dict" || !value.complete) complete = false;
          continue;
        }
        const key = knownText(evaluate(entry.key));
        if (key === undefined) complete = false;
        else entries.push({ key, value, span: entry.span });
      }
      return { kind: "dict", entries, complete, expr };
    }
    case "unary": {
      const operand = evaluate(expr.operand);
      if (expr.operator === "-" && operand.kind === "number") return { kind: "number", value: -operand.value, expr };
      if (expr.operator === "not" && operand.kind === "boolean")
        return { kind: "boolean", value: !operand.value, expr };
      return unknown;
    }
    case "binary":
      return binaryValue(expr, evaluate(expr.left), evaluate(expr.right));
    case "lambda":
      return { kind: "function", definition: expr, expr };
    case "name":
      return nameValue(expr, scope, self);
    case "attribute": {
      const qualified = qualifiedName(expr, scope);
      if (qualified !== undefined) return imported(qualified, expr, self) ?? { kind: "reference", qualified, expr };
      // class Settings: CMD = "…"
      const owner = evaluate(expr.value);
      if (owner.kind !== "class") return unknown;
      const inside = self.names.scopeOf(owner.definition);
      const found = inside.bindings.get(expr.name);
      const only = found?.length === 1 ? found[0] : undefined;
      return only?.kind === "value" ? renamed(self.evaluate(only.value, inside), expr.span) : unknown;
    }
    case "conditional": {
      const first = self.takes(expr);
      return first === undefined ? unknown : evaluate(first ? expr.whenTrue : expr.whenFalse);
    }
    case "subscript":
      return subscriptValue(expr, evaluate);
    case "call":
      return callValue(expr, scope, self);
    case "await":
      return expr.value ? evaluate(expr.value) : unknown;
    default:
      return unknown;
  }
}

/** What a dotted name stands for in another file of the project, as this file sees it. */
function imported(qualified: string, expr: Expr, { surroundings }: Evaluation): Value | undefined {
  const found = surroundings?.imports.find(qualified);
  return found && surroundings && seenFrom(found.value, found.home, surroundings.path, expr);
}

function nameValue(expr: Name, scope: Scope, self: Evaluation): Value {
  const found = lookup(scope, expr.id, expr.span.start);
  if (found === "unbound") return { kind: "unknown", expr };
  const binding = found ? found.binding : reached(expr, scope, self);
  return binding ? bindingValue(binding, found?.scope ?? scope, expr, self) : { kind: "unknown", expr };
}

/** The binding that a run's branches lead to, where they are decided. */
function reached({ id, span }: Name, scope: Scope, self: Evaluation): Binding | undefined {
  let last: Binding | undefined;
  for (const one of alternatives(scope, id, span.start)) {
    const taken = surelyRan(one, span.start) || self.takes(one.branch);
    if (taken === undefined) return undefined;
    if (taken) last = one;
  }
  return last;
}

function bindingValue(binding: Binding, scope: Scope, expr: Name, self: Evaluation): Value {
  const taken = self.decided(binding);
  if (taken) return seenThroughParameter(taken, expr);
  switch (binding.kind) {
    case "import": {
      const { qualified } = binding;
      return imported(qualified, expr, self) ?? { kind: "reference", qualified, expr };
    }
    case "function":
      return { kind: "function", definition: binding.definition, expr };
    case "class":
      return { kind: "class", definition: binding.definition, expr };
    case "value": {
      return changed(renamed(self.evaluate(binding.value, scope), expr.span), expr.id, self.names);
    }
    default: {
      if (binding.reason === "parameter") return seenThroughParameter(parameterValue(binding, scope, expr, self), expr);
      // `with SSHHook(…).get_conn() as client`: the object that answers `__enter__` is nearly always itself.
      if (binding.reason !== "with" || !binding.value) return { kind: "unknown", expr };
      const value = self.evaluate(binding.value, scope);
      return value.kind === "call" ? value : { kind: "unknown", expr };
    }
  }
}

function seenThroughParameter(value: Value, name: Name): Value {
  return value.kind === "unknown" ? { kind: "unknown", expr: name } : renamed(value, name.span);
}

/** A value seen through a name: strings remember the name, so that a finding can be shown where it is used. */
function renamed(value: Value, via: Span): Value {
  return value.kind === "string" ? { ...value, folded: seenThrough(value.folded, via) } : value;
}

function subscriptValue(expr: Expr & { kind: "subscript" }, evaluate: (expr: Expr) => Value): Value {
  const unknown: Value = { kind: "unknown", expr };
  const [index, ...more] = expr.indices;
  if (!index || more.length > 0) return unknown;
  const owner = evaluate(expr.value);
  const key = evaluate(index);
  const name = knownText(key);
  if (owner.kind === "dict" && name !== undefined) {
    const entry = owner.entries.findLast((one) => one.key === name);
    return entry && owner.complete ? renamed(entry.value, expr.span) : unknown;
  }
  if (owner.kind === "list" && owner.complete && key.kind === "number") {
    const item = owner.items.at(key.value);
    return item ? renamed(item, expr.span) : unknown;
  }
  return unknown;
}

function binaryValue(expr: Binary, left: Value, right: Value): Value {
  const unknown: Value = { kind: "unknown", expr };
  if (expr.operator === "%" && left.kind === "string") return formatted(left.folded, right, expr);
  if (expr.operator === "+" && (left.kind === "string" || right.kind === "string")) {
    const piece = (value: Value, source: Expr): Folded =>
      value.kind === "string" ? value.folded : unknownPiece(source, source.span);
    return { kind: "string", folded: joined([piece(left, expr.left), piece(right, expr.right)], expr.span), expr };
  }
  if (expr.operator === "+" && left.kind === "list" && right.kind === "list") {
    return { kind: "list", items: [...left.items, ...right.items], complete: left.complete && right.complete, expr };
  }
  if (expr.operator === "+" && (left.kind === "list" || right.kind === "list")) {
    const items = (value: Value): readonly Value[] =>
      value.kind === "list" ? value.items : [{ kind: "unknown", expr: value.expr }];
    return { kind: "list", items: [...items(left), ...items(right)], complete: false, expr };
  }
  if (expr.operator === "|" && (left.kind === "dict" || right.kind === "dict")) {
    const entries = (value: Value): readonly DictEntry[] => (value.kind === "dict" ? value.entries : []);
    const complete = left.kind === "dict" && right.kind === "dict" && left.complete && right.complete;
    return { kind: "dict", entries: [...entries(left), ...entries(right)], complete, expr };
  }
  if (left.kind === "number" && right.kind === "number") {
    const value = arithmetic(expr.operator, left.value, right.value);
    return value === undefined ? unknown : { kind: "number", value, expr };
  }
  if (left.kind === "timedelta" || right.kind === "timedelta") {
    const seconds = (value: Value): number | undefined =>
      value.kind === "timedelta" ? value.seconds : value.kind === "number" ? value.value : undefined;
    const [a, b] = [seconds(left), seconds(right)];
    const value = a === undefined || b === undefined ? undefined : arithmetic(expr.operator, a, b);
    return { kind: "timedelta", seconds: value, expr };
  }
  return unknown;
}

function arithmetic(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? undefined : a / b;
    case "//":
      return b === 0 ? undefined : Math.floor(a / b);
    case "**":
      return a ** b;
    default:
      return undefined;
  }
}
