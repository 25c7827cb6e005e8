import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { vsceOptions } from "../vscode/prepare.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "tether-vsix-"));
const vsix = join(folder, "tether.vsix");
const megabyte = 1_000_000;

beforeAll(() => {
  if (!existsSync(join(root, "dist", "extension.cjs"))) throw new Error("dist/ is missing: run `npm run build` first");
  vsce("package", ...vsceOptions, "--out", vsix);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the VSIX holds what the extension needs and nothing else", () => {
  const files = vsce("ls", "--no-dependencies").trim().split("\n").sort();
  expect(files).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "dist/extension.cjs",
    "dist/server.mjs",
    "dist/tree-sitter-bash.wasm",
    "dist/tree-sitter-python.wasm",
    "dist/web-tree-sitter.wasm",
    "dist/worker.mjs",
    "package.json",
    "syntaxes/bash-argument.tmLanguage.json",
    "syntaxes/fstring.tmLanguage.json",
    "syntaxes/jinja.tmLanguage.json",
    "syntaxes/shell-string.tmLanguage.json",
    "syntaxes/ssh-call.tmLanguage.json",
  ]);
});

test("the VSIX is smaller than 3 MB", () => {
  expect(statSync(vsix).size).toBeLessThan(3 * megabyte);
});

function vsce(...args: string[]): string {
  return execFileSync("npx", ["vsce", ...args], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
