/** DAG files that have to import in real Airflow, and the way they get there. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Environment, type ImportReport, importDags } from "./environment.ts";
import { type EnvironmentName, environmentNames } from "./layout.ts";

/** A DAG file, usually the outcome of a fix, and the environments in which it must import. */
export type FixedSource = {
  /** A relative path with `/` that ends in `.py`; unique within a run. */
  readonly name: string;
  readonly text: string;
  readonly targets: readonly EnvironmentName[];
};

/**
 * The DAG files below `folder`. Its sub-folders say the target: `both/` for every environment, else the name of one.
 * A folder that does not exist holds none.
 */
export async function fixedSources(folder: string): Promise<FixedSource[]> {
  const places = [
    { part: "both", targets: environmentNames },
    ...environmentNames.map((name) => ({ part: name, targets: [name] })),
  ];
  const sources: FixedSource[] = [];
  for (const { part, targets } of places) {
    const names = await readdir(join(folder, part), { recursive: true }).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(".py")).sort()) {
      const text = await readFile(join(folder, part, name), "utf8");
      sources.push({ name: `${part}/${name.replaceAll("\\", "/")}`, text, targets });
    }
  }
  return sources;
}

/** Imports those of `sources` that target `environment`, from a temporary folder; the report's paths are their names. */
export async function importSources(environment: Environment, sources: readonly FixedSource[]): Promise<ImportReport> {
  const folder = await mkdtemp(join(tmpdir(), "tether-dags-"));
  try {
    for (const source of sources) {
      if (!source.targets.includes(environment.name)) continue;
      const path = join(folder, source.name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, source.text);
    }
    return await importDags(environment, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
