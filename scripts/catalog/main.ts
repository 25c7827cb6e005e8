/**
 * Generates the operator catalogue: server/src/catalog/operators.generated.json and providers.generated.json from the
 * releases pinned in versions.json. See README.md.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { catalogue } from "./catalogue.ts";
import { pinnedVersions, type Release, readRelease } from "./wheels.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const folder = join(root, ".cache/catalog");
const extractor = join(here, "extract.py");

const pinned = await pinnedVersions(join(here, "versions.json"));
const spellings = z.record(z.string(), z.array(z.string()));
const names = spellings.parse(JSON.parse(await readFile(join(here, "names.json"), "utf8")));

const releases: Release[] = [];
for (const { version, wheels } of pinned.core) {
  releases.push(await readRelease(folder, extractor, "apache-airflow", version, wheels));
}
for (const [provider, versions] of Object.entries(pinned.providers)) {
  process.stderr.write(`${provider}\n`);
  for (const version of versions) {
    releases.push(await readRelease(folder, extractor, provider, version, [`${provider}==${version}`]));
  }
}

const { operators, providers } = catalogue(releases, names);
await write("operators.generated.json", operators);
await write("providers.generated.json", providers);

// One line per record, so that a change of the data shows as a change of lines.
async function write(name: string, text: string): Promise<void> {
  await writeFile(join(root, "server/src/catalog", name), text);
  process.stderr.write(`${name}: ${Math.round(text.length / 1024)} KiB\n`);
}
