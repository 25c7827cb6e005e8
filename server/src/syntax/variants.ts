/** The values that an expression takes in turn: one for each item of a loop, each call of the function around it, each branch. */
import { runOf } from "./applied.ts";
import type { CallSite } from "./callSites.ts";
import { anyRun, type Evaluation, narrowed, type Run } from "./evaluation.ts";
import { produced } from "./pieces.ts";
import { type Conditional, type Expr, type FunctionDef, type Name, unwrap } from "./python.ts";
import { alternatives, type Binding, type Branch, type LoopItem, lookup, type Scope, surelyRan } from "./scope.ts";
import { eachPart } from "./traverse.ts";
import { type DictEntry, knownText, type Value } from "./value.ts";

/** What is tried before the rest is left out: a text in the 33rd round of a loop is as the others are. */
const most = 32;
const deepest = 4;

/** A loop, a function with several callers, or branches, that decide names of an expression. */
type Choice =
  | { readonly kind: "loop"; readonly item: LoopItem; readonly scope: Scope; readonly at: number }
  | { readonly kind: "function"; readonly definition: FunctionDef; readonly at: number }
  | { readonly kind: "conditional"; readonly expr: Conditional; readonly at: number }
  /** One of the branches is taken, or none of them. */
  | { readonly kind: "branches"; readonly branches: Set<Branch>; none: boolean; readonly at: number };

/** See {@link Evaluator.variants}. */
export function variantsOf(expr: Expr, scope: Scope, self: Evaluation): readonly Value[] {
  const plain = self.evaluate(expr, scope);
  // A text without unknown parts is the same in every run.
  if (knownText(plain) !== undefined) return [plain];
  const runs = runsFor([expr], scope, self, 0);
  if (runs.length === 0) return [plain];
  const seen = new Set<string>();
  const values: Value[] = [];
  for (const run of runs) {
    const value = self.during(run, self.nesting)?.evaluate(expr, scope);
    if (!value) continue;
    if (value.kind === "string") {
      if (seen.has(value.folded.text)) continue;
      seen.add(value.folded.text);
    }
    values.push(value);
  }
  return values.length > 0 ? values : [plain];
}

/** Every run that the loops and callers around these expressions make, outermost first; none when nothing varies. */
function runsFor(exprs: readonly Expr[], scope: Scope, self: Evaluation, depth: number): Run[] {
  if (depth > deepest) return [];
  const choices = choicesOf(exprs, scope, self);
  if (choices.length === 0) return [];
  let runs: Run[] = [anyRun];
  for (const choice of choices.toSorted((a, b) => a.at - b.at)) {
    const wider: Run[] = [];
    for (const run of runs) {
      const options = optionsOf(choice, run, self, depth);
      if (options.length === 0) wider.push(run);
      for (const option of options.slice(0, most)) wider.push(narrowed(run, option));
    }
    runs = wider.slice(0, most);
  }
  return runs.some((run) => run !== anyRun) ? runs : [];
}

function optionsOf(choice: Choice, run: Run, self: Evaluation, depth: number): Run[] {
  switch (choice.kind) {
    case "loop":
      return rounds(choice, run, self);
    case "function":
      return callsOf(choice.definition, self, depth);
    case "conditional":
      return [true, false].map((first) => ({ ...anyRun, paths: new Map([[choice.expr, first]]) }));
    case "branches": {
      const all = [...choice.branches];
      const options: (Branch | undefined)[] = choice.none ? [undefined, ...all] : all;
      return options.map((taken) => ({ ...anyRun, paths: new Map(all.map((one) => [one, one === taken])) }));
    }
  }
}

function choicesOf(exprs: readonly Expr[], scope: Scope, self: Evaluation): Choice[] {
  const found = new Map<Expr | FunctionDef | Branch, Choice>();
  const followed = new Set<Binding>();
  // A text that is put together in thousands of steps is no reason to nest as deep.
  const waiting = exprs.map((expr) => ({ expr, where: scope })).reverse();
  const read = (expr: Expr, where: Scope): unknown => waiting.push({ expr, where });
  const branchesFor = ({ id, span }: Name, where: Scope): void => {
    const open = alternatives(where, id, span.start).filter(
      (one) => !followed.has(one) && self.takes(one.branch) === undefined,
    );
    const branches = new Set<Branch>();
    let none = false;
    for (const one of open) {
      followed.add(one);
      if (one.kind === "value") read(one.value, where);
      if (surelyRan(one, span.start)) none = true;
      else branches.add(one.branch);
    }
    const [first] = branches;
    if (!first) return;
    // Names that the same branches bind go together.
    const known = [...branches].map((one) => found.get(one)).find((one) => one !== undefined);
    const choice: Choice =
      known?.kind === "branches" ? known : { kind: "branches", branches, none, at: first.region.start };
    if (choice.kind !== "branches") return;
    choice.none ||= none;
    for (const one of branches) {
      choice.branches.add(one);
      found.set(one, choice);
    }
  };
  const readOne = (expr: Expr, where: Scope): void => {
    if (expr.kind === "lambda") return;
    if (expr.kind === "name") {
      const bound = lookup(where, expr.id, expr.span.start);
      if (!bound) {
        branchesFor(expr, where);
        return;
      }
      if (bound === "unbound" || followed.has(bound.binding) || self.decided(bound.binding)) return;
      const { binding } = bound;
      followed.add(binding);
      if (binding.kind === "value") read(binding.value, bound.scope);
      if (binding.kind !== "other") return;
      if (binding.item) {
        const { item } = binding;
        found.set(item.source, { kind: "loop", item, scope: bound.scope, at: item.source.span.start });
        read(item.source, bound.scope);
      } else if (
        binding.reason === "parameter" &&
        "kind" in bound.scope.owner &&
        bound.scope.owner.kind === "function"
      ) {
        const definition = bound.scope.owner;
        if (bound.scope.parent?.kind !== "class" && (self.sitesOf(definition)?.length ?? 0) > 0)
          found.set(definition, { kind: "function", definition, at: definition.span.start });
      }
      return;
    }
    if (expr.kind === "conditional" && self.takes(expr) === undefined) {
      found.set(expr, { kind: "conditional", expr, at: expr.span.start });
    }
    const parts: Expr[] = [];
    eachPart(expr, (part) => parts.push(part));
    for (const part of parts.reverse()) read(part, where);
  };
  for (let next = waiting.pop(); next; next = waiting.pop()) readOne(next.expr, next.where);
  return [...new Set(found.values())];
}

function callsOf(definition: FunctionDef, self: Evaluation, depth: number): Run[] {
  return (self.sitesOf(definition) ?? []).slice(0, most).flatMap((site: CallSite): Run[] => {
    const given = [...site.positional, ...site.named.values()];
    const outer = runsFor(given, site.scope, self, depth + 1);
    if (outer.length === 0) return [runOf(definition, site, self)];
    return outer.flatMap((run) => {
      const caller = self.during(run, self.nesting);
      return caller ? [runOf(definition, site, caller)] : [];
    });
  });
}

/** What the loop's names stand for in each round; none when its items are not known. */
function rounds(choice: Choice & { kind: "loop" }, run: Run, self: Evaluation): Run[] {
  const inner = run === anyRun ? self : self.during(run, self.nesting);
  const items = inner && itemsOf(choice.item.source, choice.scope, inner);
  if (!items) return [];
  const { bindings: own, comprehended } = choice.scope;
  const bindings = [...own.values(), ...(comprehended?.values() ?? [])]
    .flat()
    .filter((one) => one.kind === "other" && one.item?.source === choice.item.source);
  return items.map((item) => {
    const values = new Map<Binding, Value>();
    for (const binding of bindings) {
      const parts = binding.kind === "other" ? (binding.item?.part ?? []) : [];
      const value = parts.reduce<Value | undefined>(
        (whole, index) => (whole?.kind === "list" && whole.complete ? whole.items[index] : undefined),
        item,
      );
      if (value) values.set(binding, value);
    }
    return { ...anyRun, values };
  });
}

/** The items that a loop goes through: of a list, a dict, `d.items()`, `enumerate(…)`, `zip(…)`, `sorted(…)`. */
function itemsOf(source: Expr, scope: Scope, self: Evaluation): readonly Value[] | undefined {
  const whole = unwrap(source);
  const list = (value: Value): readonly Value[] | undefined => {
    if (value.kind === "list") return value.complete ? value.items : undefined;
    if (value.kind === "dict") return value.complete ? value.entries.map(keyOf) : undefined;
    return undefined;
  };
  if (whole.kind !== "call") return list(self.evaluate(whole, scope));
  const [first, second] = whole.args;
  if (whole.func.kind === "attribute" && whole.args.length === 0) {
    const owner = self.evaluate(whole.func.value, scope);
    if (owner.kind !== "dict" || !owner.complete) return undefined;
    if (whole.func.name === "keys") return owner.entries.map(keyOf);
    if (whole.func.name === "values") return owner.entries.map((one) => one.value);
    if (whole.func.name !== "items") return undefined;
    return owner.entries.map((one) => tuple([keyOf(one), one.value], source));
  }
  if (whole.func.kind !== "name" || !first || first.form !== "positional") return list(self.evaluate(whole, scope));
  const items = itemsOf(first.value, scope, self);
  switch (whole.func.id) {
    case "sorted":
    case "reversed":
    case "list":
    case "tuple":
    case "set":
      return items;
    case "enumerate":
      return items?.map((one, index) => tuple([{ kind: "number", value: index, expr: source }, one], source));
    case "zip": {
      const others = second && whole.args.length === 2 ? itemsOf(second.value, scope, self) : undefined;
      if (!items || !others) return undefined;
      return items
        .slice(0, others.length)
        .map((one, index) => tuple(others[index] ? [one, others[index]] : [one], source));
    }
    default:
      return list(self.evaluate(whole, scope));
  }
}

function keyOf(entry: DictEntry): Value {
  return { kind: "string", folded: produced(entry.key, entry.span), expr: entry.value.expr };
}

function tuple(items: readonly Value[], expr: Expr): Value {
  return { kind: "list", items, complete: true, expr };
}
