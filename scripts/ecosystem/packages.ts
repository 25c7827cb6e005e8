/** The example DAGs of pinned packages, as folders on disk. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { type Distribution, download } from "../catalog/wheels.ts";

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const unpacker = join(here, "unpack.py");

// Airflow version → packages of its time, `name==version`
const pinned = z.record(z.string(), z.object({ wheels: z.array(z.string()), sdists: z.array(z.string()) }));

/** One package, unpacked. */
export type Package = {
  /** `amazon 9.39.0`, `airflow 1.10.15` */
  readonly label: string;
  /** A project of its own: its configuration names the versions. */
  readonly folder: string;
};

/** Downloads and unpacks, below `cache`, what is not there yet. */
export async function packages(cache: string): Promise<Package[]> {
  const pins = pinned.parse(JSON.parse(await readFile(join(here, "pins.json"), "utf8")));
  const found: Package[] = [];
  for (const [airflow, { wheels, sdists }] of Object.entries(pins)) {
    for (const pin of wheels) found.push(await unpacked(cache, pin, airflow, "wheel"));
    for (const pin of sdists) found.push(await unpacked(cache, pin, airflow, "sdist"));
  }
  return found;
}

async function unpacked(cache: string, pin: string, airflow: string, kind: Distribution): Promise<Package> {
  const [name = "", version = ""] = pin.split("==");
  const label = `${name.replace(/^apache-(airflow-providers-)?/, "")} ${version}`;
  const folder = join(cache, "packages", `${name}-${version}`);
  if (!existsSync(folder)) {
    process.stderr.write(`${pin}\n`);
    const archive = await download(join(cache, "downloads"), pin, kind);
    // Only a whole one gets its name.
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    // The mark of a repository: nothing around it belongs to it.
    await mkdir(join(partial, ".git"), { recursive: true });
    await writeFile(join(partial, "tether.toml"), configuration(name, version, airflow));
    await run("python3", [unpacker, archive, partial]);
    await rename(partial, folder);
  }
  return { label, folder };
}

function configuration(name: string, version: string, airflow: string): string {
  const lines = [`airflow-version = "${airflow}"`];
  if (name.startsWith("apache-airflow-providers-")) lines.push("", "[provider-versions]", `${name} = "${version}"`);
  return `${lines.join("\n")}\n`;
}
