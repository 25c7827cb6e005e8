/**
 * Bundles the product into `dist/`: the command line and the language server (ESM), the worker of the
 * workspace lint, and the VS Code client (CommonJS, as its extension host loads it). The WebAssembly
 * parsers travel beside the bundles, so the packed artefacts need no `node_modules`.
 *
 * `tsx build.ts [--debug] [FOLDER]`; `--debug` keeps names and adds source maps.
 */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BuildOptions, build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({ options: { debug: { type: "boolean" } }, allowPositionals: true });
const dist = positionals[0] ?? join(root, "dist");
const debug = values.debug === true;
const resolve = createRequire(import.meta.url).resolve;

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  sourcemap: debug,
  minify: !debug,
  legalComments: "none",
  logLevel: "warning",
};

// Bundled CommonJS libraries call `require` for Node's own modules; ESM output has none by itself.
const requireBanner =
  'import { createRequire as __tetherRequire } from "node:module"; const require = __tetherRequire(import.meta.url);';

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([
  build({
    ...common,
    entryPoints: {
      cli: "server/src/cli/main.ts",
      server: "server/src/lsp/main.ts",
      worker: "server/src/engine/worker.ts",
    },
    format: "esm",
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    banner: { js: requireBanner },
  }),
  build({
    ...common,
    entryPoints: { extension: "client/src/extension.ts" },
    format: "cjs",
    outdir: dist,
    outExtension: { ".js": ".cjs" },
    external: ["vscode"],
  }),
  copyFile(resolve("web-tree-sitter/web-tree-sitter.wasm"), join(dist, "web-tree-sitter.wasm")),
  copyFile(resolve("tree-sitter-python/tree-sitter-python.wasm"), join(dist, "tree-sitter-python.wasm")),
  copyFile(resolve("tree-sitter-bash/tree-sitter-bash.wasm"), join(dist, "tree-sitter-bash.wasm")),
]);
