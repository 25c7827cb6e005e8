/** What a user decides and a task hands on by its XCom: read from `dag_run.conf` in a callable, returned, pulled by a template. */
import type { Script } from "../shell/script.ts";
import type { Hole } from "../syntax/folded.ts";
import { printed } from "../syntax/jinja.ts";
import { type Expr, type FunctionDef, keyword, unwrap } from "../syntax/python.ts";
import { lookup, type Scope } from "../syntax/scope.ts";
import { everyExpression, walkStatements } from "../syntax/traverse.ts";
import { knownText } from "../syntax/value.ts";
import { type Span, slice } from "../text/span.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { pulledIds } from "./edges.ts";
import { codeInput, inComment, isOpen, keepsSigns, type UserInput } from "./userInput.ts";

/** A value that a user decides, at a hole that pulls it. */
export type PulledInput = {
  readonly input: UserInput;
  readonly hole: Hole;
  readonly from: Task;
  /** Where that task's callable hands it on. */
  readonly handed: Span;
};

/** The Jinja expressions of a task's text that print such a value; none that passes one of the `safe` filters. */
export function pulledInputs(file: DagFile, reader: Task, script: Script, safe: readonly string[]): PulledInput[] {
  const { text, holes } = script.folded;
  if (!text.includes("xcom_pull")) return [];
  return holes.flatMap((hole): PulledInput[] => {
    if (hole.kind !== "jinja-expression" || inComment(text, hole.start)) return [];
    for (const { value, filters } of printed(text.slice(hole.start, hole.end))) {
      const pull = keepsSigns(filters, safe) ? pullOf(value) : undefined;
      const found = pull && inputBehind(file, reader, pull);
      if (found) return [{ ...found, hole }];
    }
    return [];
  });
}

/** `ti.xcom_pull(task_ids="read", key="table")`, `ti.xcom_pull("read")["table"]` */
type Pull = { readonly id: string; readonly key: string | undefined; readonly item: string | undefined };

function pullOf(value: string): Pull | undefined {
  const [, inside = "", rest = ""] =
    /^\(?(?:ti|task_instance)\.xcom_pull\(([^()]*)\)([\s\S]*)$/.exec(value.trim()) ?? [];
  const ids = pulledIds(`xcom_pull(${inside})`);
  const [id] = ids;
  const [, a, b, c] =
    /^(?:\[\s*['"](\w+)['"]\s*\]|\.get\(\s*['"](\w+)['"]\s*\)|\.(?!get\b)(\w+)(?!\w*\())?$/.exec(rest.trim()) ?? [];
  const item = a ?? b ?? c;
  if (id === undefined || ids.length > 1 || (item === undefined && rest.trim() !== "")) return undefined;
  const key = /\bkey\s*=\s*['"]([^'"]*)['"]/.exec(inside)?.[1];
  return { id, key: key === "return_value" ? undefined : key, item };
}

function inputBehind(file: DagFile, reader: Task, { id, key, item }: Pull): Omit<PulledInput, "hole"> | undefined {
  const named = file.tasks.filter((one) => one.id === id && one.dag === reader.dag);
  const [from] = named;
  if (!from?.callable || named.length > 1) return undefined;
  const { callable } = from;
  const scope = file.names.scopeOf(callable);
  const wanted = key !== undefined && splitsResult(file, from) ? key : item;
  const handed = [
    ...(key === undefined ? [] : pushed(file, callable, scope, key).map((one) => entryOf(one, item, scope))),
    ...(key === undefined || wanted === key ? returned(callable).map((one) => entryOf(one, wanted, scope)) : []),
  ];
  for (const expr of handed) {
    if (!expr) continue;
    const input = codeInput(file, expr, scope);
    if (input?.key !== undefined && isOpen(file, from, input)) return { input, from, handed: expr.span };
  }
  return undefined;
}

/** `@task(multiple_outputs=True)`, `-> dict[str, str]`: each entry of the result is an XCom of its own. */
function splitsResult(file: DagFile, { callable, decorator, call, scope }: Task): boolean {
  const given = [decorator, call].map((one) => one && keyword(one, "multiple_outputs")).find((one) => one);
  if (given) {
    const value = file.values.evaluate(given.value, scope);
    return value.kind === "boolean" && value.value;
  }
  const [first] = callable?.body ?? [];
  if (!callable || !first) return false;
  const signature = slice(file.text, { start: callable.nameSpan.end, end: first.span.start });
  return /->\s*(?:typing\.)?(?:dict|Dict|Mapping)\b/.test(signature);
}

/** What `ti.xcom_push(key="table", value=…)` pushes under a key. */
function pushed(file: DagFile, callable: FunctionDef, scope: Scope, key: string): Expr[] {
  const found: Expr[] = [];
  everyExpression(callable.body, (one) => {
    if (one.kind !== "call" || one.func.kind !== "attribute" || one.func.name !== "xcom_push") return;
    const [first, second] = one.args.filter((arg) => arg.form === "positional");
    const name = keyword(one, "key") ?? first;
    const value = keyword(one, "value") ?? second;
    if (name && value && knownText(file.values.evaluate(name.value, scope)) === key) found.push(value.value);
  });
  return found;
}

function returned({ body }: FunctionDef): Expr[] {
  const found: Expr[] = [];
  walkStatements(body, (one) => {
    if (one.kind === "return" && one.value) found.push(one.value);
    return one.kind !== "function" && one.kind !== "class";
  });
  return found;
}

/** What stands under a key of a dict, as it is written; the expression itself where no key is asked for. */
function entryOf(expr: Expr, item: string | undefined, scope: Scope, depth = 0): Expr | undefined {
  if (item === undefined) return expr;
  const value = unwrap(expr);
  if (value.kind === "dict") return value.entries.findLast((one) => one.key && plainText(one.key) === item)?.value;
  if (value.kind !== "name" || depth > 4) return undefined;
  const found = lookup(scope, value.id, value.span.start);
  if (!found || found === "unbound" || found.binding.kind !== "value") return undefined;
  return entryOf(found.binding.value, item, found.scope, depth + 1);
}

function plainText(expr: Expr): string | undefined {
  const [only, ...more] = expr.kind === "string" ? expr.literals.flatMap((one) => one.parts) : [];
  return only?.kind === "text" && more.length === 0 ? only.value : undefined;
}
