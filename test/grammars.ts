import { createRequire } from "node:module";
import { loadGrammars } from "../server/src/syntax/parser.ts";

const { resolve } = createRequire(import.meta.url);

/** Loads the parsers from the development dependencies; a test file awaits it once at its top. */
export function grammarsLoaded(): Promise<void> {
  return loadGrammars({
    runtime: resolve("web-tree-sitter/web-tree-sitter.wasm"),
    python: resolve("tree-sitter-python/tree-sitter-python.wasm"),
    bash: resolve("tree-sitter-bash/tree-sitter-bash.wasm"),
  });
}
