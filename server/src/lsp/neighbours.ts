import type { Around } from "../engine/lint.ts";
import type { Settings } from "../engine/settings.ts";
import { SourceFiles, type SourceOptions } from "../engine/sources.ts";
import { Uses } from "../engine/uses.ts";

/** What the files of the workspace have to do with one another, as far as it is known. */
export class Neighbours {
  readonly files: SourceFiles;
  readonly uses = new Uses();
  /** File → the others that were read when it was last looked at. */
  readonly #dependencies = new Map<string, readonly string[]>();
  readonly #dependents = new Map<string, Set<string>>();

  constructor(options: SourceOptions) {
    this.files = new SourceFiles(options);
  }

  around(path: string, settings: Settings): Around {
    return { sources: this.files.around(path, settings), users: this.uses.of(path) };
  }

  /** Takes which other files were read for one. */
  depends(path: string, dependencies: readonly string[]): void {
    for (const other of this.#dependencies.get(path) ?? []) this.#dependents.get(other)?.delete(path);
    if (dependencies.length > 0) this.#dependencies.set(path, dependencies);
    else this.#dependencies.delete(path);
    for (const other of dependencies) {
      const dependents = this.#dependents.get(other) ?? new Set();
      this.#dependents.set(other, dependents.add(path));
    }
  }

  /** The files that were read for one. */
  dependencies(path: string): readonly string[] {
    return this.#dependencies.get(path) ?? [];
  }

  /** The files for which one was read, sorted. */
  dependents(path: string): string[] {
    return [...(this.#dependents.get(path) ?? [])].sort();
  }

  /** A file is gone, and what it asked of others with it. */
  remove(path: string): void {
    this.depends(path, []);
    this.uses.take(path, []);
  }
}
