/** Calls whose result is known before anything runs: string methods, `dedent`, `join`, `timedelta`, `dict` … */
import { applied } from "./applied.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Folded } from "./folded.ts";
import { braceFormatted, textOf } from "./formatting.ts";
import { qualifiedName } from "./names.ts";
import { dedented, joined, nothing, produced, replaced, stripped, unknownPiece } from "./pieces.ts";
import type { Call, Expr } from "./python.ts";
import type { Scope } from "./scope.ts";
import { type DictEntry, knownText, type Value } from "./value.ts";

const secondsIn: Readonly<Record<string, number>> = {
  weeks: 604_800,
  days: 86_400,
  hours: 3600,
  minutes: 60,
  seconds: 1,
  milliseconds: 1e-3,
  microseconds: 1e-6,
};
// timedelta's positional order, https://docs.python.org/3/library/datetime.html#datetime.timedelta
const timedeltaOrder = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];

const durations = new Set([
  "datetime.timedelta",
  "pendulum.duration",
  "pendulum.Duration",
  "pendulum.interval",
  "airflow.utils.timezone.timedelta",
]);
const dedents = new Set(["textwrap.dedent", "inspect.cleandoc"]);

/** The value of a call. */
export function callValue(call: Call, scope: Scope, context: Evaluation): Value {
  const evaluate = (expr: Expr): Value => context.evaluate(expr, scope);
  const callee = qualifiedName(call.func, scope);
  const positional = call.args.filter((one) => one.form === "positional").map((one) => one.value);
  const named = () =>
    new Map(call.args.flatMap((one) => (one.name === undefined ? [] : [[one.name, one.value] as const])));
  const plain = call.args.every((one) => one.form === "positional" || one.form === "keyword");
  const [first, second] = positional;

  if (callee !== undefined) {
    if (durations.has(callee))
      return { kind: "timedelta", seconds: plain ? duration(positional, named(), evaluate) : undefined, expr: call };
    if (dedents.has(callee) && first) {
      const text = evaluate(first);
      if (text.kind !== "string") return { kind: "unknown", expr: call };
      const cut = dedented(text.folded);
      return {
        kind: "string",
        folded: spanned(callee === "inspect.cleandoc" ? stripped(cut, "both") : cut, call),
        expr: call,
      };
    }
    if (callee === "builtins.dict") return dictCall(call, positional, evaluate);
    if ((callee === "builtins.list" || callee === "builtins.tuple") && first && plain) {
      const value = evaluate(first);
      return value.kind === "list" ? { ...value, expr: call } : { kind: "unknown", expr: call };
    }
    if (callee === "builtins.str" && first && positional.length === 1) {
      const folded = textOf(evaluate(first), call.span);
      if (folded) return { kind: "string", folded: spanned(folded, call), expr: call };
    }
    if (callee === "builtins.int" && first && positional.length === 1) {
      const value = evaluate(first);
      if (value.kind === "number") return { kind: "number", value: Math.trunc(value.value), expr: call };
    }
    if (callee === "shlex.join" && first) return joinedList(produced(" ", call.span), evaluate(first), call);
    if (callee === "shlex.quote" && first) {
      const value = evaluate(first);
      if (/^[\w@%+=:,./-]+$/.test(knownText(value) ?? "")) return { ...value, expr: call };
      return { kind: "string", folded: unknownPiece(call, call.span), expr: call };
    }
    if (callee === "os.path.join" && plain) return pathJoined(positional.map(evaluate), call);
    const helper = evaluate(call.func);
    if (helper.kind === "function") return applied(call, helper, scope, context);
    return { kind: "call", callee, call, expr: call };
  }

  if (call.func.kind === "name") {
    const helper = evaluate(call.func);
    return helper.kind === "function" ? applied(call, helper, scope, context) : { kind: "unknown", expr: call };
  }
  if (call.func.kind !== "attribute") return { kind: "unknown", expr: call };
  const owner = evaluate(call.func.value);
  const method = call.func.name;
  if (owner.kind === "string") {
    const folded = stringMethod(owner.folded, method, call, positional, named(), evaluate);
    return folded ? { kind: "string", folded: spanned(folded, call), expr: call } : { kind: "unknown", expr: call };
  }
  if (owner.kind === "dict" && method === "copy") return { ...owner, expr: call };
  if (owner.kind === "dict" && method === "get" && first) {
    const key = knownText(evaluate(first));
    if (key === undefined || !owner.complete) return { kind: "unknown", expr: call };
    const entry = owner.entries.findLast((one) => one.key === key);
    if (entry) return entry.value;
    return second ? evaluate(second) : { kind: "none", expr: call };
  }
  if (owner.kind === "timedelta" && method === "total_seconds") {
    return owner.seconds === undefined
      ? { kind: "unknown", expr: call }
      : { kind: "number", value: owner.seconds, expr: call };
  }
  // hook = SSHHook(…); hook.get_conn()
  if (owner.kind === "call") return { kind: "call", callee: `${owner.callee}.${method}`, call, expr: call };
  return { kind: "unknown", expr: call };
}

function spanned(folded: Folded, call: Call): Folded {
  return { ...folded, span: call.span };
}

function duration(
  positional: readonly Expr[],
  named: ReadonlyMap<string, Expr>,
  evaluate: (expr: Expr) => Value,
): number | undefined {
  let total = 0;
  const parts = [...positional.map((value, index) => [timedeltaOrder[index] ?? "", value] as const), ...named];
  for (const [unit, expr] of parts) {
    const factor = secondsIn[unit];
    const value = evaluate(expr);
    if (factor === undefined || value.kind !== "number") return undefined;
    total += factor * value.value;
  }
  return total;
}

function dictCall(call: Call, positional: readonly Expr[], evaluate: (expr: Expr) => Value): Value {
  const entries: DictEntry[] = [];
  let complete = true;
  const [first, ...more] = positional;
  if (first) {
    const base = evaluate(first);
    if (base.kind === "dict") entries.push(...base.entries);
    if (base.kind !== "dict" || !base.complete || more.length > 0) complete = false;
  }
  for (const argument of call.args) {
    if (argument.form === "keyword" && argument.name !== undefined) {
      entries.push({ key: argument.name, value: evaluate(argument.value), span: argument.span });
    } else if (argument.form === "double-star") {
      const base = evaluate(argument.value);
      if (base.kind === "dict") entries.push(...base.entries);
      if (base.kind !== "dict" || !base.complete) complete = false;
    } else if (argument.form === "star") complete = false;
  }
  return { kind: "dict", entries, complete, expr: call };
}

function stringMethod(
  folded: Folded,
  method: string,
  call: Call,
  positional: readonly Expr[],
  named: ReadonlyMap<string, Expr>,
  evaluate: (expr: Expr) => Value,
): Folded | undefined {
  const [first, second] = positional;
  switch (method) {
    case "strip":
      return first ? undefined : stripped(folded, "both");
    case "lstrip":
      return first ? undefined : stripped(folded, "left");
    case "rstrip":
      return first ? undefined : stripped(folded, "right");
    case "encode":
    case "expandtabs":
      return folded;
    case "format": {
      const value = braceFormatted(
        folded,
        positional.map(evaluate),
        new Map([...named].map(([name, expr]) => [name, evaluate(expr)])),
        call,
      );
      return value.kind === "string" ? value.folded : undefined;
    }
    case "join": {
      const value = first ? joinedList(folded, evaluate(first), call) : undefined;
      return value?.kind === "string" ? value.folded : undefined;
    }
    case "replace": {
      if (!first || !second) return undefined;
      const [old, by] = [knownText(evaluate(first)), evaluate(second)];
      if (old === undefined) return undefined;
      return replaced(folded, old, textOf(by, second.span) ?? unknownPiece(second, second.span));
    }
    default:
      return undefined;
  }
}

function joinedList(separator: Folded, list: Value, call: Call): Value {
  if (list.kind !== "list") return { kind: "unknown", expr: call };
  const pieces: Folded[] = [];
  list.items.forEach((item, index) => {
    if (index > 0) pieces.push(separator);
    pieces.push(textOf(item, item.expr.span) ?? unknownPiece(item.expr, item.expr.span));
  });
  return { kind: "string", folded: pieces.length === 0 ? nothing(call.span) : joined(pieces, call.span), expr: call };
}

function pathJoined(parts: readonly Value[], call: Call): Value {
  const pieces: Folded[] = [];
  parts.forEach((item, index) => {
    if (index > 0) pieces.push(produced("/", call.span));
    pieces.push(textOf(item, item.expr.span) ?? unknownPiece(item.expr, item.expr.span));
  });
  return { kind: "string", folded: joined(pieces, call.span), expr: call };
}
