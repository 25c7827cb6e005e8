/** Which name to write for something that must be imported. */
import type { Import, ImportFrom, Stmt } from "../syntax/python.ts";
import { walkStatements } from "../syntax/traverse.ts";
import type { SourceFile } from "./layout.ts";
import { occurrences } from "./uses.ts";

/** Something that generated code refers to. */
export type Needed = {
  readonly module: string;
  /** Absent: the module itself, `import module`. */
  readonly name?: string;
  /** Other qualified spellings of the same thing that the file may have imported: `airflow.operators.bash.BashOperator`. */
  readonly also?: readonly string[];
};

/** How generated code reaches a needed thing. */
export type Local = {
  /** What to write: `timedelta`, `dt.timedelta`. */
  readonly text: string;
  /** The import that gives it already; undefined: one must be added, under `alias` when that is set. */
  readonly by: Import | ImportFrom | "star" | undefined;
  readonly alias: string | undefined;
};

/** The qualified name of a needed thing. */
function qualifiedName(needed: Needed): string {
  return needed.name === undefined ? needed.module : `${needed.module}.${needed.name}`;
}

/** The name under which a needed thing is, or can be, imported; undefined when its name and `name_` mean something else here. */
export function localOf(file: SourceFile, needed: Needed): Local | undefined {
  const wanted = [qualifiedName(needed), ...(needed.also ?? [])];
  const direct: Local[] = [];
  const through: Local[] = [];
  for (const statement of importStatements(file)) {
    for (const { name, alias } of statement.names) {
      const qualified = statement.kind === "import" ? name : `${statement.module}.${name}`;
      const root = statement.kind === "import" ? (name.split(".")[0] ?? name) : name;
      if (!means(file, alias ?? root, statement.kind === "import" && !alias ? root : qualified)) continue;
      const text = alias ?? name;
      for (const one of wanted) {
        const attribute = one.startsWith(`${qualified}.`) ? one.slice(qualified.length + 1) : undefined;
        if (one === qualified) direct.push({ text, by: statement, alias: undefined });
        else if (attribute && !attribute.includes("."))
          through.push({ text: `${text}.${attribute}`, by: statement, alias: undefined });
      }
    }
  }
  const known = direct[0] ?? through[0];
  if (known) return known;

  const own = needed.name ?? needed.module;
  const [root = own] = own.split(".");
  const bound = file.names.module.bindings.has(root);
  const { starImports } = file.names;
  if (!bound && needed.name && starImports.includes(needed.module)) return { text: own, by: "star", alias: undefined };
  // Used but bound nowhere: it may come from one of the star imports.
  const starred = starImports.length > 0 && occurrences(file.module.text, root).length > 0;
  if (!bound && !starred) return { text: own, by: undefined, alias: undefined };
  if (needed.name === undefined && own !== root && means(file, root, root))
    return { text: own, by: undefined, alias: undefined };
  const alias = `${own.split(".").at(-1)}_`;
  if (file.names.module.bindings.has(alias) || occurrences(file.module.text, alias).length > 0) return undefined;
  return { text: alias, by: undefined, alias };
}

/** Whether a module-level name has this import as its only meaning. */
function means(file: SourceFile, name: string, qualified: string): boolean {
  const bindings = file.names.module.bindings.get(name) ?? [];
  return bindings.length > 0 && bindings.every((one) => one.kind === "import" && one.qualified === qualified);
}

/** The imports that bind module-level names at run time: top level and `try`, but no `if TYPE_CHECKING:`. */
function importStatements(file: SourceFile): readonly (Import | ImportFrom)[] {
  const found: (Import | ImportFrom)[] = [];
  const into = (body: readonly Stmt[]): void => {
    for (const statement of body) {
      if (statement.kind === "import" || statement.kind === "import-from") found.push(statement);
      if (statement.kind !== "try") continue;
      into(statement.body);
      for (const handler of statement.handlers) into(handler.body);
    }
  };
  into(file.module.body);
  return found;
}

/** Whether a function around the offset gives this name a meaning of its own. */
export function shadowed(file: SourceFile, name: string, offset: number): boolean {
  let found = false;
  walkStatements(file.module.body, (statement) => {
    if (offset < statement.span.start || offset > statement.span.end) return false;
    if (statement.kind !== "function" && statement.kind !== "class") return true;
    const inner = file.names.scopeOf(statement).bindings.get(name) ?? [];
    const outer = file.names.module.bindings.get(name) ?? [];
    const meaning = (one: (typeof inner)[number]): string | undefined =>
      one.kind === "import" ? one.qualified : undefined;
    const [first] = outer;
    if (inner.some((one) => !first || meaning(one) === undefined || meaning(one) !== meaning(first))) found = true;
    return true;
  });
  return found;
}
