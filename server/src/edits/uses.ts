/** Where a name is used in a file, and which imports a rewrite leaves without a use. */
import { Kept } from "../syntax/kept.ts";
import type { Import, ImportedName, ImportFrom, Module } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import { contains, type Span } from "../text/span.ts";
import { lineEnd, lineStart, type SourceFile } from "./layout.ts";

/** One imported name that stands at the top level of the module. */
export type TopImport = { readonly statement: Import | ImportFrom; readonly imported: ImportedName };

/** The local name that an import binds: its alias, its name, or the root of `import a.b`. */
export function boundName({ statement, imported }: TopImport): string {
  if (imported.alias) return imported.alias;
  return statement.kind === "import" ? (imported.name.split(".")[0] ?? imported.name) : imported.name;
}

/** The imports that always run: those directly in the module's body. */
export function topImports(file: SourceFile): readonly TopImport[] {
  return file.module.body.flatMap((statement) =>
    statement.kind === "import" || statement.kind === "import-from"
      ? statement.names.map((imported) => ({ statement, imported }))
      : [],
  );
}

/**
 * Imported names whose uses all lie in `removed`, in text order. `written` is the text that the rewrite puts in,
 * which uses names too. Never answers a name that was unused before, nor one that others may want.
 */
export function orphanedBy(
  file: SourceFile & { readonly path?: string },
  removed: readonly Span[],
  written: string,
): readonly TopImport[] {
  if (removed.length === 0) return [];
  return ownImports(file).filter((one) => {
    if (occurrences(written, boundName(one)).length > 0) return false;
    const found = usesOf(file, one);
    return found.length > 0 && found.every((use) => removed.some((where) => contains(where, use)));
  });
}

/** Imported names that the file itself never uses, and that nobody else may want. */
export function unusedImports(file: SourceFile & { readonly path?: string }): readonly TopImport[] {
  return ownImports(file).filter((one) => usesOf(file, one).length === 0);
}

/** Imports for the file's own use: not a line with `# noqa`, `import x as x`, `import a.b`, `__future__`, or any of an `__init__.py`. */
function ownImports(file: SourceFile & { readonly path?: string }): readonly TopImport[] {
  if (file.path?.endsWith("__init__.py")) return [];
  const { text } = file.module;
  return topImports(file).filter((one) => {
    const { statement, imported } = one;
    const name = boundName(one);
    if (name === "*" || imported.alias === imported.name) return false;
    if (statement.kind === "import-from" && statement.module === "__future__") return false;
    if (file.names.module.bindings.get(name)?.length !== 1) return false;
    if (statement.kind === "import" && !imported.alias && imported.name.includes(".")) return false;
    const lines = text.slice(lineStart(text, statement.span.start), lineEnd(text, statement.span.end));
    return !/#\s*(noqa|nosec|pylint|type:)/i.test(lines);
  });
}

/** Where an imported name stands outside its import, also in strings that may be an annotation or an `__all__` entry. */
function usesOf(file: SourceFile, one: TopImport): readonly Span[] {
  return uses.of(one.imported, { file, one });
}

// Every fix of a file asks about the same imports.
const uses = new Kept(
  (_: ImportedName, { file, one }: { readonly file: SourceFile; readonly one: TopImport }): readonly Span[] => {
    const prose = proses.of(file.module);
    return occurrences(file.module.text, boundName(one)).filter(
      (use) => !contains(one.statement.span, use) && !prose.some((where) => contains(where, use)),
    );
  },
);

/** Every place where `name` stands as a word that is not an attribute, strings and comments included. */
export function occurrences(text: string, name: string): readonly Span[] {
  const escaped = name.replace(/[^\p{ID_Continue}]/gu, "\\$&");
  const word = new RegExp(`(?<![\\p{ID_Continue}.])${escaped}(?!\\p{ID_Continue})`, "gu");
  return [...text.matchAll(word)].map((found) => ({ start: found.index, end: found.index + name.length }));
}

/** Comments and strings that speak to people: a string without blanks may be an annotation or an `__all__` entry. */
const proses = new Kept(({ text, comments, body }: Module): readonly Span[] => {
  const spans = comments.filter((one) => !/^#\s*type:/.test(one.text)).map((one) => one.span);
  everyExpression(body, (expr) => {
    if (expr.kind !== "string") return;
    for (const literal of expr.literals) {
      if (!/\s/.test(text.slice(literal.contentSpan.start, literal.contentSpan.end))) continue;
      for (const part of literal.parts) if (part.kind === "text") spans.push(part.span);
    }
  });
  return spans;
});
