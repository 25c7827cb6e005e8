import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { loadGrammars } from "../syntax/parser.ts";

let loaded: Promise<void> | undefined;

/** Loads the parsers of this thread, once; must settle before {@link lint}. Rejects when a `.wasm` file is missing. */
export function ensureGrammars(): Promise<void> {
  loaded ??= loadGrammars({
    runtime: wasm("web-tree-sitter"),
    python: wasm("tree-sitter-python"),
    bash: wasm("tree-sitter-bash"),
  });
  return loaded;
}

// The bundle has the files beside it; the source tree has the packages.
function wasm(name: string): string {
  const beside = fileURLToPath(new URL(`./${name}.wasm`, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`${name}/${name}.wasm`);
}
