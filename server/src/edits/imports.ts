/** Adds the imports that generated code needs and removes those that it no longer needs. */
import type { ImportedName, ImportFrom, Stmt } from "../syntax/python.ts";
import { type Edit, ordered } from "../text/edit.ts";
import { type Local, localOf, type Needed, shadowed } from "./bindings.ts";
import { importPlace } from "./importPlace.ts";
import { commentsIn, editItems } from "./items.ts";
import { afterBreak, layoutOf, lineEnd, type SourceFile, withNewlines } from "./layout.ts";
import { lineAfter } from "./paths.ts";
import { boundName, orphanedBy, type TopImport } from "./uses.ts";

/** The edits that take imported names out of their import statements; undefined when a comment would be lost. */
export function withoutImports(file: SourceFile, which: readonly TopImport[]): readonly Edit[] | undefined {
  return rewriteImports(file, [], new Set(which.map((one) => one.imported)), 0);
}

/** What to write for a needed thing; use it with `withImports`, which brings the import. Undefined: its names are taken. */
export function localName(file: SourceFile, needed: Needed): string | undefined {
  return localOf(file, needed)?.text;
}

/**
 * `edits` with the imports that their texts need, and without those whose last use they remove.
 * Equal needs give equal import edits, so that two fixes of one file can be merged.
 * Undefined: `edits` is, or they overlap, or a needed name would mean something else where it is used.
 */
export function withImports(
  file: SourceFile & { readonly path?: string },
  edits: readonly Edit[] | undefined,
  needs: readonly Needed[],
): readonly Edit[] | undefined {
  if (!edits) return undefined;
  if (edits.length === 0) return [];
  const start = Math.min(...edits.map((one) => one.span.start));
  const added: { readonly needed: Needed; readonly local: Local }[] = [];
  const kept = new Set<unknown>();
  for (const needed of needs) {
    const local = localOf(file, needed);
    if (!local) return undefined;
    const root = local.text.split(".")[0] ?? local.text;
    if (edits.some((one) => one.text.includes(root) && shadowed(file, root, one.span.start))) return undefined;
    if (typeof local.by === "object") {
      // The name does not exist yet where it would be used.
      if (local.by.span.start > start) return undefined;
      kept.add(root);
    }
    if (!local.by && !added.some((one) => one.local.text === local.text)) added.push({ needed, local });
  }

  const removed = edits.filter((one) => one.span.end > one.span.start).map((one) => one.span);
  const orphans = orphanedBy(file, removed, edits.map((one) => one.text).join("\n")).filter(
    (one) => !kept.has(boundName(one)),
  );
  const importEdits = rewriteImports(file, added, new Set(orphans.map((one) => one.imported)), start);
  if (!importEdits) return undefined;
  return ordered([...importEdits, ...edits]);
}

/** The edits that only make sure of these imports, for code that `start` precedes. */
function rewriteImports(
  file: SourceFile,
  added: readonly { readonly needed: Needed; readonly local: Local }[],
  orphans: ReadonlySet<ImportedName>,
  start: number,
): readonly Edit[] | undefined {
  const { module } = file;
  const edits: Edit[] = [];
  const additions = new Map<Stmt, string[]>();
  const lines: { module: string; from: boolean; names: string[] }[] = [];
  for (const { needed, local } of added) {
    const imported = needed.name ?? needed.module;
    const written = local.alias ? `${imported} as ${local.alias}` : imported;
    const extended = needed.name === undefined ? undefined : extendable(file, needed.module, start);
    const line = lines.find((one) => one.module === needed.module && one.from && needed.name !== undefined);
    if (extended) additions.set(extended, [...(additions.get(extended) ?? []), written]);
    else if (line) line.names.push(written);
    else lines.push({ module: needed.module, from: needed.name !== undefined, names: [written] });
  }

  const gone = new Set<Stmt>();
  for (const statement of module.body) {
    if (statement.kind !== "import" && statement.kind !== "import-from") continue;
    const insert = additions.get(statement) ?? [];
    const leaving = statement.names.filter((one) => orphans.has(one));
    if (leaving.length === 0 && insert.length === 0) continue;
    if (leaving.length === statement.names.length && insert.length === 0) {
      if (lineAfter(module, statement) !== undefined) gone.add(statement);
    } else {
      const nameEdits = editNames(file, statement.names, statement, leaving, insert);
      if (!nameEdits) return undefined;
      edits.push(...nameEdits);
    }
  }

  // Several new lines at one place are one edit, in the order of their modules.
  const places = new Map<string, { readonly place: NonNullable<ReturnType<typeof importPlace>>; texts: string[] }>();
  lines.sort((a, b) => Number(a.from) - Number(b.from) || (a.module < b.module ? -1 : 1));
  for (const line of lines) {
    const text = line.from
      ? `from ${line.module} import ${line.names.sort().join(", ")}`
      : `import ${line.names.join(", ")}`;
    const place = importPlace(file, line.module, line.from, start);
    if (!place) return undefined;
    const key = `${place.offset} ${place.side}`;
    const known = places.get(key);
    if (known) known.texts.push(text);
    else places.set(key, { place, texts: [text] });
  }
  const layout = layoutOf(module);
  for (const { place, texts } of places.values()) {
    const { offset, side, anchor, blank } = place;
    const body = texts.join("\n");
    const space = blank ? "\n\n" : "\n";
    if (anchor && gone.has(anchor)) {
      // The new import takes the line of one that nobody needs any more.
      gone.delete(anchor);
      edits.push({ span: anchor.span, text: withNewlines(layout, comments(file, anchor) + body) });
    } else {
      const text = side === "after" ? space + body : body + space;
      edits.push({ span: { start: offset, end: offset }, text: withNewlines(layout, text) });
    }
  }
  for (const statement of gone) edits.push(removal(file, statement));
  return edits;
}

/** A `from module import …` that one more name can join. */
function extendable(file: SourceFile, module: string, start: number): ImportFrom | undefined {
  for (const statement of file.module.body) {
    if (statement.kind !== "import-from" || statement.module !== module || statement.span.start > start) continue;
    if (statement.names.length > 0 && statement.names.every((one) => one.name !== "*")) return statement;
  }
  return undefined;
}

function editNames(
  file: SourceFile,
  names: readonly ImportedName[],
  statement: Stmt,
  leaving: readonly ImportedName[],
  insert: readonly string[],
): readonly Edit[] | undefined {
  const { module } = file;
  const { text } = module;
  const first = names[0];
  const last = names.at(-1);
  if (!first || !last) return [];
  const staying = names.filter((one) => !leaving.includes(one));
  const isSorted = names.every((one, index) => index === 0 || (names[index - 1]?.name ?? "") <= one.name);
  const [earliest = ""] = insert;
  const before = isSorted && insert.length > 0 ? names.findIndex((one) => one.name > earliest) : -1;
  const at = before < 0 ? names.length : before;
  if (statement.kind === "import-from" && statement.parenthesized) {
    const list = {
      open: text.indexOf("(", statement.span.start) + 1,
      close: statement.span.end - 1,
      items: names.map((one) => one.span),
    };
    return editItems(module, list, { insert, at, replace: new Map(leaving.map((one) => [names.indexOf(one), []])) });
  }
  const written = (one: ImportedName): string => text.slice(one.span.start, one.span.end);
  if (leaving.length > 0) {
    const whole = { start: first.span.start, end: last.span.end };
    return [{ span: whole, text: [...staying.map(written), ...insert].join(", ") }];
  }
  const target = names[at];
  if (target) return [{ span: { start: target.span.start, end: target.span.start }, text: `${insert.join(", ")}, ` }];
  return [{ span: { start: last.span.end, end: last.span.end }, text: `, ${insert.join(", ")}` }];
}

/** What stays in the place of an import that goes: its comments, each on a line of its own. */
function comments(file: SourceFile, { span }: Stmt): string {
  return commentsIn(file.module, span)
    .map((one) => `${one.text}\n`)
    .join("");
}

function removal(file: SourceFile, statement: Stmt): Edit {
  const { text } = file.module;
  const { start, end } = statement.span;
  const comment = text.indexOf("#", end);
  const close = lineEnd(text, end);
  const kept = withNewlines(layoutOf(file.module), comments(file, statement));
  if (comment >= 0 && comment < close) return { span: { start, end: comment }, text: kept };
  return { span: { start, end: afterBreak(text, close) }, text: kept };
}
