/** Edits of a call's arguments and of dict and list literals, in whatever layout they are written. */
import type { Call, CallArgument, Dict, Expr, Sequence } from "../syntax/python.ts";
import type { Edit } from "../text/edit.ts";
import { overlaps, type Span, slice } from "../text/span.ts";
import { commentsIn, editItems } from "./items.ts";
import { layoutOf, lineIndent, quoteString, type SourceFile, startsLine, withNewlines } from "./layout.ts";

/** `name=text`, or `"name": text` in a dict; `text` is Python. */
export type Named = { readonly name: string; readonly text: string };

/** An argument of the call by its keyword, or one of `call.args` itself. */
export type Which = string | CallArgument;

/** All that happens to one call's arguments, together. A name may stand in one of the lists only, but for `rename` with `replace`. */
export type ArgumentChanges = {
  /** New keywords; one that is already there refuses the whole change. */
  readonly add?: readonly Named[];
  /** New value where the keyword is there, else a new keyword. */
  readonly set?: readonly Named[];
  readonly remove?: readonly Which[];
  /** Other value, same keyword. */
  readonly replace?: readonly { readonly argument: Which; readonly text: string }[];
  /** Other keyword, same value. */
  readonly rename?: readonly { readonly from: string; readonly to: string }[];
  /** Keywords that take the place of an argument. */
  readonly substitute?: readonly { readonly argument: Which; readonly by: readonly Named[] }[];
};

type Source = Pick<SourceFile, "module">;

/**
 * The edits that change a call's arguments; they never overlap one another and leave everything else alone.
 * New keywords go behind the last argument, but before `**mapping`. No edits when all is as asked already;
 * undefined when an argument is missing, there already, or the call could not be read.
 */
export function editArguments(file: Source, call: Call, changes: ArgumentChanges): readonly Edit[] | undefined {
  const { module } = file;
  if (unreadable(file, call.span)) return undefined;
  const find = (which: Which): number =>
    call.args.findIndex((one) =>
      typeof which === "string" ? one.form === "keyword" && one.name === which : one === which,
    );
  const written = ({ name, text }: Named): string => `${name}=${text}`;

  const edits: Edit[] = [];
  const replace = new Map<number, readonly string[]>();
  const valued = new Set<number>();
  const renamed = new Set<number>();
  const insert: string[] = [];
  const added: string[] = [];

  const value = (index: number, text: string): boolean => {
    const argument = call.args[index];
    if (!argument || replace.has(index) || valued.has(index)) return false;
    valued.add(index);
    const valueEdits = newValue(file, argument, text);
    edits.push(...(valueEdits ?? []));
    return valueEdits !== undefined;
  };

  for (const which of changes.remove ?? []) {
    const index = find(which);
    if (index < 0 || replace.has(index)) return undefined;
    replace.set(index, []);
  }
  for (const { argument, by } of changes.substitute ?? []) {
    const index = find(argument);
    if (index < 0 || replace.has(index)) return undefined;
    replace.set(index, by.map(written));
    added.push(...by.map((one) => one.name));
  }
  for (const { argument, text } of changes.replace ?? []) {
    if (!value(find(argument), text)) return undefined;
  }
  for (const { from, to } of changes.rename ?? []) {
    const index = find(from);
    const nameSpan = call.args[index]?.nameSpan;
    if (!nameSpan || replace.has(index) || renamed.has(index)) return undefined;
    renamed.add(index);
    edits.push({ span: nameSpan, text: to });
    added.push(to);
  }
  for (const one of changes.set ?? []) {
    const index = find(one.name);
    if (index >= 0 && !renamed.has(index) && !replace.has(index)) {
      if (!value(index, one.text)) return undefined;
    } else {
      insert.push(written(one));
      added.push(one.name);
    }
  }
  for (const one of changes.add ?? []) {
    insert.push(written(one));
    added.push(one.name);
  }

  // f(a=1, a=2) does not compile.
  const staying = call.args.flatMap((one, index) =>
    one.name && !replace.has(index) && !renamed.has(index) ? [one.name] : [],
  );
  if (new Set([...staying, ...added]).size !== staying.length + added.length) return undefined;

  const [only] = call.args;
  if (only && isGenerator(only, call))
    return replace.size > 0 ? undefined : [...edits, ...besideGenerator(call, insert, edits)];
  const mapping = call.args.findIndex((one) => one.form === "double-star");
  const items = call.args.map((one) => one.span);
  const list = { open: call.argumentsSpan.start + 1, close: call.argumentsSpan.end - 1, items };
  return joined(edits, editItems(module, list, { replace, insert, at: mapping < 0 ? items.length : mapping }));
}

/** `f(x for x in y)`: the generator shares the call's parentheses. */
function isGenerator(argument: CallArgument, call: Call): boolean {
  return argument.value.kind === "comprehension" && argument.value.span.start === call.argumentsSpan.start;
}

function besideGenerator(call: Call, insert: readonly string[], edits: readonly Edit[]): readonly Edit[] {
  if (insert.length === 0 || edits.length > 0) return [];
  const { start, end } = call.argumentsSpan;
  return [
    { span: { start, end: start }, text: "(" },
    { span: { start: end, end }, text: `, ${insert.join(", ")})` },
  ];
}

/** Sets entries of a dict literal: new value where the key is there, else a new entry at the end, where no `**mapping` overrides it. */
export function setEntries(file: Source, dict: Dict, entries: readonly Named[]): readonly Edit[] | undefined {
  const { module } = file;
  if (unreadable(file, dict.span)) return undefined;
  const edits: Edit[] = [];
  const insert: string[] = [];
  for (const { name, text } of entries) {
    const index = dict.entries.findLastIndex((one) => keyOf(one.key) === name);
    const entry = dict.entries[index];
    if (!entry) insert.push(`${quoteString(file, name)}: ${text}`);
    else if (dict.entries.slice(index).some((one) => !one.key)) return undefined;
    else {
      const valueEdits = newValue(file, entry, text);
      if (!valueEdits) return undefined;
      edits.push(...valueEdits);
    }
  }
  const items = dict.entries.map((one) => one.span);
  return joined(edits, editItems(module, { open: dict.span.start + 1, close: dict.span.end - 1, items }, { insert }));
}

/** Removes entries of a dict literal by their keys; undefined when one is missing. */
export function removeEntries(file: Source, dict: Dict, keys: readonly string[]): readonly Edit[] | undefined {
  if (unreadable(file, dict.span)) return undefined;
  const replace = new Map<number, readonly string[]>();
  for (const key of keys) {
    const found = dict.entries.flatMap((one, index) => (keyOf(one.key) === key ? [index] : []));
    if (found.length === 0) return undefined;
    for (const index of found) replace.set(index, []);
  }
  const items = dict.entries.map((one) => one.span);
  return editItems(file.module, { open: dict.span.start + 1, close: dict.span.end - 1, items }, { replace });
}

/** Inserts items before the one at `index` of a bracketed list, tuple or set literal (`["ssh", host]`), or behind the last. */
export function insertItems(
  file: Source,
  sequence: Sequence,
  index: number,
  texts: readonly string[],
): readonly Edit[] | undefined {
  return changeItems(file, sequence, { insert: texts, at: index });
}

/** Replaces items of a bracketed literal; an index that maps to no texts is removed. */
export function replaceItems(
  file: Source,
  sequence: Sequence,
  replace: ReadonlyMap<number, readonly string[]>,
): readonly Edit[] | undefined {
  return changeItems(file, sequence, { replace });
}

function changeItems(
  file: Source,
  sequence: Sequence,
  changes: Parameters<typeof editItems>[2],
): readonly Edit[] | undefined {
  const { text } = file.module;
  const { start, end } = sequence.span;
  if (unreadable(file, sequence.span) || !/[[({]/.test(text[start] ?? "")) return undefined;
  // (a,) without its comma is no tuple any more.
  if (sequence.kind === "tuple" && sequence.items.length < 2) return undefined;
  const items = sequence.items.map((one) => one.span);
  return editItems(file.module, { open: start + 1, close: end - 1, items }, changes);
}

/**
 * Puts a default for all tasks into a DAG's or task group's `default_args`: into the literal, the one module-level dict
 * that it names, or a new literal. Undefined when it is anything else.
 */
export function setDefaultArguments(
  file: SourceFile,
  call: Call,
  entries: readonly Named[],
): readonly Edit[] | undefined {
  const present = call.args.find((one) => one.name === "default_args")?.value;
  if (!present) {
    if (call.args.some((one) => one.form === "double-star")) return undefined;
    const body = entries.map(({ name, text }) => `${quoteString(file, name)}: ${text}`).join(", ");
    return editArguments(file, call, { add: [{ name: "default_args", text: `{${body}}` }] });
  }
  let value = present;
  if (value.kind === "name") {
    const bindings = file.names.module.bindings.get(value.id) ?? [];
    const [binding] = bindings;
    if (bindings.length !== 1 || binding?.kind !== "value") return undefined;
    value = binding.value;
  }
  if (value.kind === "dict") return setEntries(file, value, entries);
  // default_args = dict(retries=2)
  const isDict = value.kind === "call" && value.func.kind === "name" && value.func.id === "dict";
  return isDict && value.kind === "call" ? editArguments(file, value, { set: entries }) : undefined;
}

/** Another value for `name=value` or `key: value`; comments inside the old one move above it, undefined where they cannot. */
function newValue(file: Source, item: { readonly value: Expr; readonly span: Span }, text: string): Edit[] | undefined {
  const { module } = file;
  const { span } = item.value;
  const written = withNewlines(layoutOf(module), text);
  if (slice(module.text, span) === written) return [];
  const comments = commentsIn(module, span);
  if (comments.length === 0) return [{ span, text: written }];
  const { start } = item.span;
  if (start === span.start || !startsLine(module.text, start)) return undefined;
  const indent = `\n${lineIndent(module.text, start)}`;
  const above = withNewlines(layoutOf(module), comments.map((one) => one.text + indent).join(""));
  return [
    { span: { start, end: start }, text: above },
    { span, text: written },
  ];
}

function keyOf(key: Dict["entries"][number]["key"]): string | undefined {
  if (key?.kind !== "string" || key.bytes) return undefined;
  let value = "";
  for (const literal of key.literals) {
    for (const part of literal.parts) {
      if (part.kind === "hole") return undefined;
      value += part.value;
    }
  }
  return value;
}

function joined(edits: readonly Edit[], more: readonly Edit[] | undefined): readonly Edit[] | undefined {
  return more && [...edits, ...more];
}

function unreadable(file: Source, where: Span): boolean {
  return file.module.errors.some((one) => overlaps(one, where));
}
