/** Names that come from other files of the project: what they stand for, and where they were first defined. */

import { bindNames } from "./bind.ts";
import { evaluator } from "./evaluator.ts";
import { qualifiedName } from "./names.ts";
import type { Module } from "./python.ts";
import { type Binding, type Found, lookup } from "./scope.ts";
import { changed, type Home, type Imported, type Imports, knownText, type Value } from "./value.ts";

/** Finds the file that importing a dotted name in the file at `path` loads, lowered; undefined: no file of the project. */
export type FindModule = (
  path: string,
  dotted: string,
) => { readonly path: string; readonly module: Module } | undefined;

/** All files that one file's imports lead to; each is bound once. */
export type Project = {
  readonly importsOf: (path: string) => Imports;
  /** The files that were read, by path. */
  readonly homes: ReadonlyMap<string, Home>;
};

const deepest = 12;

/** Opens other files as names lead to them. */
export function projectOf(findModule: FindModule): Project {
  const homes = new Map<string, Home>();
  const opening = new Set<string>();
  let depth = 0;

  const homeOf = (path: string, dotted: string): Home | undefined => {
    const found = findModule(path, dotted);
    if (!found) return undefined;
    const known = homes.get(found.path);
    if (known) return known;
    // Two modules that import all of each other: the inner one sees what Python would, nothing.
    if (opening.has(found.path)) return undefined;
    opening.add(found.path);
    const imports = importsOf(found.path);
    const names = bindNames(found.module, imports);
    opening.delete(found.path);
    const { evaluate, during } = evaluator(names, { path: found.path, imports });
    const home: Home = { path: found.path, module: found.module, names, evaluate, during };
    homes.set(found.path, home);
    return home;
  };

  /** The module that the longest part of a dotted name loads, and what is left of the name. */
  const split = (path: string, qualified: string): { home: Home; rest: readonly string[] } | undefined => {
    // Most names by far; no file of a project takes Airflow's place.
    if (qualified.startsWith("airflow.")) return undefined;
    let dots = 0;
    while (qualified.charAt(dots) === ".") dots++;
    // a.b.C: a.b, then a; ..lib.C: ..lib, then ..
    let end = qualified.lastIndexOf(".");
    while (end >= dots) {
      const home = homeOf(path, qualified.slice(0, end));
      if (home) return { home, rest: qualified.slice(end + 1).split(".") };
      end = qualified.lastIndexOf(".", end - 1);
    }
    const home = dots > 0 ? homeOf(path, qualified.slice(0, dots)) : undefined;
    return home && { home, rest: qualified.slice(dots).split(".") };
  };

  const inProject = (path: string, qualified: string): boolean => split(path, qualified) !== undefined;

  const known = new Map<string, Imports>();
  const importsOf = (path: string): Imports => {
    const before = known.get(path);
    if (before) return before;
    const made = importsFrom(path);
    known.set(path, made);
    return made;
  };
  const importsFrom = (path: string): Imports => {
    const canonicals = new Map<string, string>();
    const bindingIn = (home: Home, name: string): Found | undefined => {
      const found = lookup(home.names.module, name, home.module.text.length);
      return found === "unbound" ? undefined : found;
    };
    const outside = new Set<string>();
    const find = (qualified: string): Imported | undefined => {
      if (depth > deepest || outside.has(qualified)) return undefined;
      depth++;
      try {
        const at = split(path, qualified);
        if (!at) outside.add(qualified);
        const [name, ...members] = at?.rest ?? [];
        if (!at || name === undefined) return undefined;
        const found = bindingIn(at.home, name);
        return found && read(found, at.home, members);
      } finally {
        depth--;
      }
    };
    const read = ({ binding, scope }: Found, home: Home, members: readonly string[]): Imported | undefined => {
      if (binding.kind === "import") return importsOf(home.path).find([binding.qualified, ...members].join("."));
      let value = valueOfBinding(binding, home, scope);
      for (const member of members) {
        // class Settings: CMD = "…"
        if (value?.kind !== "class" || value.home) return undefined;
        const inside = home.names.scopeOf(value.definition);
        const only = inside.bindings.get(member);
        const [one] = only ?? [];
        value = only?.length === 1 && one ? valueOfBinding(one, home, inside) : undefined;
      }
      return value && { value, home };
    };
    const canonical = (qualified: string): string => {
      const before = canonicals.get(qualified);
      if (before !== undefined) return before;
      // A circle of imports ends at the name as written.
      canonicals.set(qualified, qualified);
      const at = depth > deepest ? undefined : split(path, qualified);
      const [name, ...members] = at?.rest ?? [];
      const found = at && name !== undefined ? bindingIn(at.home, name) : undefined;
      const first = at && found ? definedAs(found) : undefined;
      // What the project itself defines keeps the name that leads there from here.
      const outside = at && first !== undefined && !inProject(at.home.path, first);
      const followed = outside ? [first, ...members].join(".") : qualified;
      canonicals.set(qualified, followed);
      return followed;
    };
    const exported = (module: string): readonly string[] | undefined => {
      const home = homeOf(path, module);
      return home && exportedNames(home);
    };
    return { find, canonical, exported };
  };
  return { importsOf, homes };
}

function valueOfBinding(binding: Binding, home: Home, scope: Found["scope"]): Value | undefined {
  switch (binding.kind) {
    case "value":
      return changed(home.evaluate(binding.value, scope), binding.name, home.names);
    case "function": {
      const { definition } = binding;
      return { kind: "function", definition, expr: nameOf(definition.name, definition.nameSpan) };
    }
    case "class": {
      const { definition } = binding;
      return { kind: "class", definition, expr: nameOf(definition.name, definition.nameSpan) };
    }
    default:
      return undefined;
  }
}

/** `__all__`, or all names without a leading underscore. */
function exportedNames({ names, module, evaluate }: Home): string[] {
  const all = lookup(names.module, "__all__", module.text.length);
  if (all && all !== "unbound" && all.binding.kind === "value") {
    const value = evaluate(all.binding.value, all.scope);
    if (value.kind === "list") return value.items.flatMap((one) => knownText(one) ?? []);
  }
  return [...names.module.bindings.keys()].filter((name) => !name.startsWith("_"));
}

function nameOf(id: string, span: { start: number; end: number }): Value["expr"] {
  return { kind: "name", id, span };
}

/** What a module's name is an import or an alias of; undefined when the module defines it itself. */
function definedAs({ binding, scope }: Found): string | undefined {
  if (binding.kind === "import") return binding.qualified;
  if (binding.kind !== "value") return undefined;
  const { value } = binding;
  const alias = value.kind === "name" || value.kind === "attribute" ? qualifiedName(value, scope) : undefined;
  return alias?.startsWith("builtins.") ? undefined : alias;
}
