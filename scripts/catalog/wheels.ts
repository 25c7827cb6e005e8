import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);
const megabyte = 1024 * 1024;

const parameter = z.tuple([
  z.string(),
  z.union([
    z.object({ required: z.literal(true) }),
    z.object({ text: z.string() }),
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
  ]),
]);
const fields = z.object({ own: z.array(z.string()), from: z.array(z.string()) });
const definition = z.object({
  bases: z.array(z.string()),
  init: z.array(parameter).optional(),
  kwargs: z.boolean().optional(),
  shim: z.boolean().optional(),
  pokeOnly: z.boolean().optional(),
  template_fields: fields.optional(),
  template_ext: fields.optional(),
  onKill: z.boolean().optional(),
  methods: z.array(z.string()),
});
/** The shape of what extract.py prints of one module. */
export const moduleFacts = z.object({
  imports: z.record(z.string(), z.string()),
  shims: z.record(z.string(), z.string()),
  classes: z.record(z.string(), definition),
  names: z.array(z.string()),
  decorated: z.record(z.string(), z.string().nullable()),
});
const wheelFacts = z.object({
  requires: z.array(z.string()),
  decorators: z.record(z.string(), z.string()),
  modules: z.record(z.string(), moduleFacts),
});
const pinned = z.object({
  core: z.array(z.object({ version: z.string(), wheels: z.array(z.string()) })),
  providers: z.record(z.string(), z.array(z.string())),
});

/** A class as one release defines it; parameters are the constructor's own. */
export type Definition = z.infer<typeof definition>;
/** What extract.py says of one module. */
export type ModuleFacts = z.infer<typeof moduleFacts>;
/** A default as extract.py writes it. */
export type RawDefault = z.infer<typeof parameter>[1];

/** One version of one distribution; the Airflow 3 core is read together with its task SDK. */
export type Release = {
  provider: string;
  version: string;
  requires: string[];
  decorators: Record<string, string>;
  modules: Record<string, ModuleFacts>;
};

/** Reads versions.json: the releases that the catalogue is made of. */
export async function pinnedVersions(path: string): Promise<z.infer<typeof pinned>> {
  return pinned.parse(JSON.parse(await readFile(path, "utf8")));
}

/** Downloads (once) and reads one release, given as `name==version` wheels. */
export async function readRelease(
  folder: string,
  extractor: string,
  provider: string,
  version: string,
  wheels: readonly string[],
): Promise<Release> {
  const release: Release = { provider, version, requires: [], decorators: {}, modules: {} };
  for (const wheel of wheels) {
    const facts = await readWheel(folder, extractor, wheel);
    release.requires.push(...facts.requires);
    Object.assign(release.decorators, facts.decorators);
    Object.assign(release.modules, facts.modules);
  }
  return release;
}

async function readWheel(folder: string, extractor: string, wheel: string): Promise<z.infer<typeof wheelFacts>> {
  const path = await download(folder, wheel, "wheel");
  // Facts are kept per extractor text, so that a changed extractor reads everything again.
  const key = createHash("sha256")
    .update(await readFile(extractor))
    .digest("hex")
    .slice(0, 12);
  const kept = join(folder, "facts", key, `${wheel}.json`);
  const text = await readFile(kept, "utf8").catch(() => undefined);
  if (text !== undefined) return wheelFacts.parse(JSON.parse(text));
  const { stdout } = await run("python3", [extractor, path], { maxBuffer: 256 * megabyte });
  await mkdir(join(folder, "facts", key), { recursive: true });
  await writeFile(kept, stdout);
  return wheelFacts.parse(JSON.parse(stdout));
}

/** The two forms in which a release stands in a registry. */
export type Distribution = "wheel" | "sdist";

/** Downloads one release, given as `name==version`, into a folder unless it is there; answers the archive's path. */
export async function download(folder: string, release: string, kind: Distribution): Promise<string> {
  await mkdir(folder, { recursive: true });
  const found = await findArchive(folder, release, kind);
  if (found !== undefined) return found;
  // One for another Python is fine: it is unpacked and read, never installed.
  const form = kind === "wheel" ? "--only-binary=:all:" : "--no-binary=:all:";
  const options = ["-q", "--no-deps", form, "--ignore-requires-python"];
  await run("python3", ["-m", "pip", "download", ...options, "-d", folder, release]);
  const path = await findArchive(folder, release, kind);
  if (path === undefined) throw new Error(`pip downloaded no ${kind} of ${release}`);
  return path;
}

async function findArchive(folder: string, release: string, kind: Distribution): Promise<string | undefined> {
  const written = release.replaceAll("-", "_").replace("==", "-");
  const fits = (entry: string) =>
    kind === "wheel" ? entry.startsWith(`${written}-`) && entry.endsWith(".whl") : entry === `${written}.tar.gz`;
  const name = (await readdir(folder)).find(fits);
  return name === undefined ? undefined : join(folder, name);
}
