import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packVsix } from "../../scripts/vsix.ts";

const folder = mkdtempSync(join(tmpdir(), "tether-vsix-test-"));
const vsix = join(folder, "tether.vsix");
const megabyte = 1_000_000;
let files: readonly string[];

beforeAll(() => {
  files = packVsix(vsix);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("the VSIX holds what the extension needs and nothing else", () => {
  const pages = readdirSync(join(import.meta.dirname, "..", "..", "docs", "rules")).map((page) => `docs/rules/${page}`);
  const expected = [
    ...pages,
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist/extension.cjs",
    "dist/server.mjs",
    "dist/tree-sitter-bash.wasm",
    "dist/tree-sitter-python.wasm",
    "dist/web-tree-sitter.wasm",
    "dist/worker.mjs",
    "docs/proofs.md",
    "package.json",
    "syntaxes/bash-argument.tmLanguage.json",
    "syntaxes/fstring.tmLanguage.json",
    "syntaxes/jinja.tmLanguage.json",
    "syntaxes/shell-string.tmLanguage.json",
    "syntaxes/ssh-call.tmLanguage.json",
  ];
  expect(files).toEqual(expected.sort());
});

test("the VSIX is smaller than 3 MB", () => {
  expect(statSync(vsix).size).toBeLessThan(3 * megabyte);
});
