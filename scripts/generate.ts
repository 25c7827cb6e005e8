/**
 * `npm run generate`: writes what follows from the sources — the rules' pages, the configuration's page and JSON schema,
 * the manifest's settings, the README's table of rules. `--check` writes nothing and fails with the difference.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { unifiedDiff } from "../server/src/cli/diff.ts";
import { paint } from "../server/src/cli/paint.ts";
import { ensureGrammars } from "../server/src/engine/grammars.ts";
import { configurationPage, schemaFile } from "./generate/configuration.ts";
import { listedRules, ruleTable } from "./generate/listed.ts";
import { manifestSettings } from "./generate/manifest.ts";
import { proofsPage } from "./generate/proofs.ts";
import { rulePages } from "./generate/rules.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const marks = { begin: "<!-- rules: begin -->\n", end: "<!-- rules: end -->" };

async function current(path: string): Promise<string | undefined> {
  return readFile(join(root, path), "utf8").catch(() => undefined);
}

/** The manifest with its generated settings; those written by hand (`tether.enable`, `tether.trace.server`) stay. */
function withSettings(manifest: string): string {
  // Records keep the order of keys.
  const table = z.record(z.string(), z.unknown());
  const part = (whole: Record<string, unknown>, name: string) => table.parse(whole[name]);
  const read = table.parse(JSON.parse(manifest));
  const contributes = part(read, "contributes");
  const configuration = part(contributes, "configuration");
  const properties = part(configuration, "properties");
  const byHand = ["tether.enable", "tether.trace.server"];
  const kept = Object.entries(properties).filter(([name]) => byHand.includes(name));
  const fresh = { ...configuration, properties: { ...Object.fromEntries(kept), ...manifestSettings() } };
  const complete = { ...read, contributes: { ...contributes, configuration: fresh } };
  return `${JSON.stringify(complete, undefined, 2)}\n`;
}

function withTable(readme: string): string | undefined {
  const begin = readme.indexOf(marks.begin);
  const end = readme.indexOf(marks.end);
  if (begin < 0 || end < begin) return undefined;
  const ours = listedRules().filter((rule) => rule.group !== "tether");
  return `${readme.slice(0, begin + marks.begin.length)}${ruleTable(ours, "docs/rules/")}${readme.slice(end)}`;
}

/** Every generated file: path → text; undefined for one that has to go. */
async function wanted(): Promise<Map<string, string | undefined>> {
  await ensureGrammars();
  const files = new Map<string, string | undefined>();
  const present = await readdir(join(root, "docs/rules")).catch(() => []);
  for (const name of present) files.set(`docs/rules/${name}`, undefined);
  for (const [name, text] of rulePages()) files.set(`docs/rules/${name}`, text);
  files.set("docs/configuration.md", configurationPage(listedRules()));
  files.set("docs/proofs.md", proofsPage());
  files.set("docs/tether.schema.json", schemaFile(listedRules()));
  files.set("package.json", withSettings((await current("package.json")) ?? ""));
  const readme = await current("README.md");
  if (readme !== undefined) {
    const fresh = withTable(readme);
    if (fresh === undefined) throw new Error(`README.md lacks the marks ${marks.begin.trim()} and ${marks.end}`);
    files.set("README.md", fresh);
  }
  return files;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  const stale: string[] = [];
  for (const [path, text] of await wanted()) {
    const before = await current(path);
    if (before === text) continue;
    stale.push(path);
    if (values.check) process.stdout.write(unifiedDiff(path, before ?? "", text ?? "", paint(process.stdout.isTTY)));
    else if (text === undefined) await rm(join(root, path));
    else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }
  if (!values.check || stale.length === 0) {
    console.log(stale.length === 0 ? "generated files are up to date" : `written: ${stale.join(", ")}`);
    return 0;
  }
  console.error(`out of date: ${stale.join(", ")}\nrun: npm run generate`);
  return 1;
}

process.exitCode = await main();
