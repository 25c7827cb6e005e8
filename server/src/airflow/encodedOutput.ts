/** Where the output of SSHOperator and WinRMOperator, which they push in base64, is read as if it were text. */
import { sourceSpan } from "../syntax/folded.ts";
import { type Call, type Expr, type FunctionDef, unwrap } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import type { Use } from "../syntax/uses.ts";
import { type SourceSpan, slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { pulledIds } from "./edges.ts";
import { operators, runsAs } from "./kinds.ts";

/** A place that takes the encoded output for text. */
export type EncodedRead = {
  /** The task whose output it is. */
  readonly from: Task;
  /** `command`: a template puts it into a shell text; `code`: a callable takes it apart or compares it. */
  readonly form: "command" | "code";
  readonly span: SourceSpan;
  /** The `xcom_pull(…)` that a callable reads it by. */
  readonly pull: Call | undefined;
};

const decodes = /b64|base64|decodebytes|a2b_/i;

/** All such places of a file; silent where anything near decodes, or where it cannot be told. */
export function encodedReads(file: DagFile): readonly EncodedRead[] {
  const producers = new Map<string, Task>();
  for (const task of file.tasks) {
    if (!runsAs(task, operators.ssh) && !runsAs(task, operators.winrm)) continue;
    // Two tasks of one id stand in two DAGs: which is meant cannot be told.
    if (task.id !== undefined) producers.set(task.id, task);
  }
  if (producers.size === 0) return [];
  const found: EncodedRead[] = [];
  for (const reader of file.tasks) {
    found.push(...inTexts(reader, producers));
    if (reader.callable) found.push(...inCallable(file, reader, reader.callable, producers));
  }
  return found;
}

type Producers = ReadonlyMap<string, Task>;

/** bash_command="load --rows {{ ti.xcom_pull(task_ids='count') }}" */
function* inTexts(reader: Task, producers: Producers): Generator<EncodedRead> {
  for (const { script, template } of reader.scripts) {
    const { folded } = script;
    if (template || decodes.test(folded.text)) continue;
    for (const hole of folded.holes) {
      if (hole.kind !== "jinja-expression") continue;
      const text = folded.text.slice(hole.start, hole.end);
      const from = soleProducer(text, reader, producers);
      if (from) yield { from, form: "command", span: sourceSpan(folded, hole), pull: undefined };
    }
  }
}

/** The one task whose own output an expression pulls; another key, a filter or an index makes it something else. */
function soleProducer(text: string, reader: Task, producers: Producers): Task | undefined {
  const ids = pulledIds(text);
  const [id] = ids;
  if (ids.length !== 1 || id === undefined || /\|/.test(text)) return undefined;
  const key = /\bkey\s*=\s*["']?(\w+)/.exec(text)?.[1];
  if (key !== undefined && key !== "return_value") return undefined;
  const from = producers.get(id);
  return from && from.dag === reader.dag ? from : undefined;
}

function* inCallable(file: DagFile, reader: Task, code: FunctionDef, producers: Producers): Generator<EncodedRead> {
  const text = slice(file.text, code.span);
  if (decodes.test(text)) return;
  const pulls: Call[] = [];
  if (text.includes("xcom_pull")) {
    everyExpression(code.body, (one) => {
      if (one.kind === "call" && one.func.kind === "attribute" && one.func.name === "xcom_pull") pulls.push(one);
    });
  }
  for (const pull of pulls) {
    const from = pulledFrom(file, pull, code, reader, producers);
    const use = from && file.results.resultOf(pull).uses.find((one) => readsText(file, one));
    if (use) yield { from, form: "code", span: pull.span, pull };
  }
  for (const { parameter, from, span } of given(file, reader, code, producers))
    if (takenForText(parameter).test(text)) yield { from, form: "code", span, pull: undefined };
}

function pulledFrom(
  file: DagFile,
  pull: Call,
  code: FunctionDef,
  reader: Task,
  producers: Producers,
): Task | undefined {
  const ids = pull.args.find((one) => one.name === "task_ids" || one.form === "positional");
  const key = pull.args.find((one) => one.name === "key");
  const scope = file.names.scopeOf(code);
  const keyed = key && file.values.evaluate(key.value, scope);
  if (keyed && !(keyed.kind === "string" && keyed.folded.text === "return_value")) return undefined;
  const value = ids && file.values.evaluate(ids.value, scope);
  const only = value?.kind === "list" && value.items.length === 1 ? undefined : value;
  const from = only?.kind === "string" ? producers.get(only.folded.text) : undefined;
  return from && from.dag === reader.dag ? from : undefined;
}

const textMethods =
  /^(?:split|rsplit|splitlines|strip|rstrip|lstrip|replace|startswith|endswith|lower|upper|find|index|partition|rpartition|isdigit|count|removeprefix|removesuffix)$/;

/** out.split(), out == "ok", "ok" in out, int(out), json.loads(out) */
function readsText(file: DagFile, use: Use): boolean {
  if (use.kind === "method") return use.path.length === 1 && textMethods.test(use.path[0] ?? "");
  const { start, end } = use.span;
  const before = file.text.slice(Math.max(0, start - 24), start);
  if (use.kind === "compared")
    return !/^\s*(?:is\b|[=!]=\s*None)/.test(file.text.slice(end, end + 16)) && use.path.length === 0;
  if (use.kind === "tested") return /\b(?:int|float)\(\s*$/.test(before);
  return use.kind === "argument" && /\b(?:float|Decimal|(?:json\.)?loads|literal_eval|safe_load)\(\s*$/.test(before);
}

function takenForText(name: string): RegExp {
  const methods = textMethods.source.slice(1, -1);
  return new RegExp(
    `\\b${name}\\.${methods}\\(|\\b(?:int|float|(?:json\\.)?loads|literal_eval)\\(\\s*${name}\\s*\\)|\\b${name}\\s*[=!]=\\s*["'\\d]|["']\\s+(?:not\\s+)?in\\s+${name}\\b`,
  );
}

type Given = { readonly parameter: string; readonly from: Task; readonly span: SourceSpan };

/** parse(count.output), op_args=[count.output], op_kwargs={"rows": count.output} */
function* given(file: DagFile, reader: Task, code: FunctionDef, producers: Producers): Generator<Given> {
  const positional = code.parameters.filter((one) => one.form !== "star" && one.form !== "double-star");
  const of = function* (name: string | undefined, value: Expr): Generator<Given> {
    const from = producerOf(file, reader, value, producers);
    if (from && name !== undefined) yield { parameter: name, from, span: value.span };
  };
  if (reader.form === "taskflow") {
    const args = reader.call?.args ?? [];
    for (const [at, one] of args.entries())
      yield* of(one.form === "keyword" ? one.name : positional[at]?.name, one.value);
    return;
  }
  const list = argument(file, reader, "op_args");
  const dict = argument(file, reader, "op_kwargs");
  if (typeof list === "object" && (list.value.kind === "list" || list.value.kind === "tuple"))
    for (const [at, one] of list.value.items.entries()) yield* of(positional[at]?.name, one);
  if (typeof dict === "object" && dict.value.kind === "dict")
    for (const { key, value } of dict.value.entries) {
      const name = key && file.values.evaluate(key, reader.scope);
      yield* of(name?.kind === "string" ? name.folded.text : undefined, value);
    }
}

/** `count.output`, or a template that pulls it. */
function producerOf(file: DagFile, reader: Task, value: Expr, producers: Producers): Task | undefined {
  const expr = unwrap(value);
  if (expr.kind === "attribute" && expr.name === "output" && expr.value.kind === "name") {
    const { id } = expr.value;
    return [...producers.values()].find((one) => one.variable === id && one.dag === reader.dag);
  }
  const text = expr.kind === "string" ? file.values.evaluate(expr, reader.scope) : undefined;
  return text?.kind === "string" ? soleProducer(text.folded.text, reader, producers) : undefined;
}
