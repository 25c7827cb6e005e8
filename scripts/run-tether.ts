/** `npm run tether -- …`: the command line of this checkout, built first when a source is newer than the build. */
import { spawnSync } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(root, "dist", "cli.mjs");

/** When a file was written last, in milliseconds; 0 when it is not there. */
async function written(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}

async function newestSource(): Promise<number> {
  const single = ["build.ts", "package.json", "package-lock.json"].map((name) => join(root, name));
  const folders = ["server/src", "client/src"].map((name) => join(root, name));
  const listed = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })));
  // A folder's own time tells of files that were taken away.
  const paths = [...single, ...folders, ...listed.flat().map((entry) => join(entry.parentPath, entry.name))];
  return Math.max(...(await Promise.all(paths.map(written))));
}

const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
if ((await newestSource()) > (await written(bundle))) {
  const built = spawnSync(process.execPath, [tsx, join(root, "build.ts")], { encoding: "utf8" });
  if (built.status !== 0) {
    process.stderr.write(`${built.stdout}${built.stderr}\ntether could not be built\n`);
    process.exit(2);
  }
}
const done = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = done.status ?? 2;
