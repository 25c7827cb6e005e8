/**
 * Puts the real VS Code workbench into `.cache/vscode/`: the npm package `code-server`, whose `lib/vscode` is VS Code's
 * own server build, and the Node.js it needs. Pinned; `--ignore-scripts`, so nothing is compiled or fetched
 * from outside the npm registry. About 600 MB; a second run finds the stamp and returns at once.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const nodeVersion = "24.21.0";
const codeServerVersion = "4.139.1";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where everything that the VS Code tests download or build goes; git-ignored. */
export const cache = join(root, ".cache", "vscode");

/** The parts of an installed environment: absolute paths. */
export type VscodeEnvironment = {
  /** The Node.js executable that runs the server. */
  readonly node: string;
  /** The folder that holds `out/server-main.js`. */
  readonly vscode: string;
  /** The TextMate grammars and other built-in extensions. */
  readonly extensions: string;
};

/** The environment, installed if it is not yet there; or the reason why it cannot be. */
export async function vscodeEnvironment(): Promise<VscodeEnvironment | { readonly missing: string }> {
  if (process.platform !== "linux") {
    return {
      missing: `the browser harness runs on Linux only (this is ${process.platform}); use test/vscode/electron.ts`,
    };
  }
  const nodePackage = `node-linux-${process.arch}`;
  const vscode = join(cache, "node_modules", "code-server", "lib", "vscode");
  const found: VscodeEnvironment = {
    node: join(cache, "node_modules", nodePackage, "bin", "node"),
    vscode,
    extensions: join(vscode, "extensions"),
  };
  const stamp = join(cache, "installed");
  const wanted = `${nodePackage}@${nodeVersion} code-server@${codeServerVersion}\n`;
  if (existsSync(found.node) && (await readFile(stamp, "utf8").catch(() => "")) === wanted) return found;

  // A half-finished installation is not worth repairing.
  await rm(join(cache, "node_modules"), { recursive: true, force: true });
  await rm(stamp, { force: true });
  await mkdir(cache, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { [nodePackage]: nodeVersion, "code-server": codeServerVersion },
  };
  await writeFile(join(cache, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const folder of [cache, vscode]) {
    const reason = install(folder);
    if (reason !== undefined) return { missing: `npm could not install ${wanted.trim()}: ${reason}` };
  }
  await writeFile(stamp, wanted);
  return found;
}

/** Why `npm install` failed in `folder`, or undefined when it went well. Bounded at five minutes. */
function install(folder: string): string | undefined {
  // code-server's `engines` line speaks of the Node.js that will run it, not of the one that runs npm here.
  const arguments_ = ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false"];
  const result = spawnSync("npm", arguments_, { cwd: folder, encoding: "utf8", timeout: 300_000 });
  if (result.status === 0) return undefined;
  return result.error?.message ?? lastLines(result.stderr, 5);
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const environment = await vscodeEnvironment();
  if ("missing" in environment) {
    console.error(environment.missing);
    process.exitCode = 1;
  } else {
    console.log(`VS Code server: ${environment.vscode}`);
  }
}
