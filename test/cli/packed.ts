/** The command line as its users get it: packed by npm, unpacked elsewhere, without `node_modules` beside it. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { z } from "zod";

const { PATH: searchPath } = process.env;
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function execute(program: string, words: readonly string[], cwd: string): string {
  const done = spawnSync(program, words, { cwd, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${program} ${words.join(" ")}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** What one run came to. */
export type Run = { readonly code: number | null; readonly out: string; readonly err: string };

/** The unpacked package. */
export type Packed = {
  /** Paths of its files, relative to it. */
  readonly files: readonly string[];
  readonly folder: string;
  /** The file behind its command. */
  readonly command: string;
  /** Runs its command in a folder. */
  readonly tether: (cwd: string, words: readonly string[], input?: string | Buffer) => Run;
};

/** Builds into a folder of its own, so that nobody's `dist/` changes, packs, and unpacks. */
export function pack(): Packed {
  const place = mkdtempSync(join(tmpdir(), "tether-packed-"));
  afterAll(() => rmSync(place, { recursive: true }));
  const stage = join(place, "stage");
  mkdirSync(stage);
  for (const file of ["package.json", ".npmignore", "README.md", "CHANGELOG.md", "LICENSE"]) {
    if (existsSync(join(root, file))) copyFileSync(join(root, file), join(stage, file));
  }
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  execute(process.execPath, [tsx, join(root, "build.ts"), join(stage, "dist")], root);
  execute("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", place], stage);
  const tarball = readdirSync(place).find((file) => file.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm packed nothing");
  execute("tar", ["-xzf", tarball], place);
  const folder = join(place, "package");
  const manifest = z.object({ bin: z.object({ tether: z.string() }) });
  const { bin } = manifest.parse(JSON.parse(execute("cat", ["package.json"], folder)));
  const command = join(folder, bin.tether);
  return {
    folder,
    command,
    files: readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort(),
    tether: (cwd, words, input = "") => {
      const done = spawnSync(process.execPath, [command, ...words], {
        cwd,
        input,
        env: { PATH: searchPath },
        timeout: 60_000,
      });
      return { code: done.status, out: done.stdout.toString("utf8"), err: done.stderr.toString("utf8") };
    },
  };
}

/** A fresh repository with these files; contents may be bytes. A mode is given as `["text", 0o755]`. */
export function repository(files: Readonly<Record<string, string | Buffer | readonly [string, number]>>): string {
  const folder = mkdtempSync(join(tmpdir(), "tether-repository-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, ".git"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (typeof content === "string" || Buffer.isBuffer(content)) writeFileSync(join(folder, path), content);
    else {
      writeFileSync(join(folder, path), content[0]);
      chmodSync(join(folder, path), content[1]);
    }
  }
  return folder;
}
