/**
 * Builds and packs the VSIX: `tsx scripts/vsix.ts [FILE]`, by default `airflow-tether-<version>.vsix` here. What goes in
 * is for `.vscodeignore` to say.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");

/** Writes the VSIX to `out` and answers the project's files in it, sorted. Builds apart, so that nobody's `dist/` changes. */
export function packVsix(out: string): readonly string[] {
  // vsce reads every file name below its folder before it ignores any, and `.cache` may hold a million.
  const apart = new Set([".cache", ".git", "dist", "node_modules"].map((name) => join(root, name)));
  const stage = mkdtempSync(join(tmpdir(), "tether-vsix-"));
  try {
    cpSync(root, stage, { recursive: true, filter: (source) => !apart.has(source) });
    run(root, tsx, "build.ts", join(stage, "dist"));
    // The bundles need no `node_modules`, and the README keeps its relative links.
    const bundled = ["--no-dependencies", "--no-rewrite-relative-links", "--allow-missing-repository"];
    run(stage, vsce, "package", ...bundled, "--out", resolve(out));
    return run(stage, vsce, "ls", "--no-dependencies").trim().split("\n").sort();
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function run(cwd: string, ...args: [script: string, ...words: string[]]): string {
  const minutes = 2;
  return execFileSync(process.execPath, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: minutes * 60_000,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const out = process.argv[2] ?? join(root, `${name}-${version}.vsix`);
  const files = packVsix(out);
  console.log(`${files.join("\n")}\n→ ${basename(out)}`);
}
