import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packVsix } from "../../scripts/vsix.ts";
import { rules } from "../../server/src/rules/index.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

/** Where the launchers put what they build, below the project's git-ignored cache. */
const work = join(root, ".cache", "vscode-tests");

/** Absolute paths of what a launcher hands to VS Code. */
export type Prepared = {
  /** The unpacked VSIX. */
  readonly extension: string;
  /** The bundled module whose `run()` VS Code calls. */
  readonly suite: string;
  /** A fresh folder to open, which the suite may change: the examples and the suite's own DAGs. */
  readonly workspace: string;
  /** A fresh folder for VS Code's own state. */
  readonly state: string;
};

/** Packs and unpacks the VSIX (or unpacks the one given), bundles the suite's `entry`, and lays out the workspace. */
export async function prepare(entry: string, vsix: string | undefined): Promise<Prepared> {
  const prepared: Prepared = {
    extension: join(work, "vsix", "extension"),
    suite: join(work, "suite.cjs"),
    // Not below the project, whose `.gitignore` covers the cache and thus everything in it.
    workspace: await realpath(await mkdtemp(join(tmpdir(), "tether-vscode-"))),
    state: join(work, "state"),
  };
  await rm(work, { recursive: true, force: true });
  await mkdir(prepared.state, { recursive: true });

  const packed = vsix ?? join(work, "tether.vsix");
  if (vsix === undefined) packVsix(packed);
  if (spawnSync("unzip", ["-v"]).error) skip("unzip is missing (apt-get install unzip)");
  execute("unzip", ["-q", packed, "-d", join(work, "vsix")], root);

  await cp(join(root, "examples"), join(prepared.workspace, "examples"), { recursive: true });
  await cp(join(here, "workspace"), prepared.workspace, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [join(here, "suite", entry)],
    outfile: prepared.suite,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    define: { RULE_NAMES: JSON.stringify(Object.fromEntries(rules.map(({ code, name }) => [code, name]))) },
    sourcemap: "inline",
    logLevel: "warning",
  });
  return prepared;
}

function execute(program: string, args: readonly string[], cwd: string): void {
  const result = spawnSync(program, args, { cwd, encoding: "utf8", timeout: 120_000 });
  if (result.status === 0) return;
  throw new Error(
    `${program} ${args.join(" ")} failed: ${result.error?.message ?? ""}\n${result.stdout}${result.stderr}`,
  );
}

/** Removes the workspace; the rest stays in the cache, to be looked at after a failure. */
export async function cleanUp(prepared: Prepared): Promise<void> {
  await rm(prepared.workspace, { recursive: true, force: true });
}

/** Ends a launcher that lacks something: a skip, but a failure where `CI=true` promises that everything is there. */
export function skip(reason: string): never {
  console.log(`SKIPPED the VS Code suite: ${reason}`);
  process.exit(process.env["CI"] === "true" ? 1 : 0);
}
