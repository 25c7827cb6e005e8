/**
 * Lints the example DAGs of pinned Airflow and provider packages, compares the findings with the snapshot and prints
 * what came and what went. `--update` writes the snapshot. The packages come from PyPI, once; see ecosystem/pins.json.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { settingsResolver } from "../server/src/engine/settings.ts";
import { lintWorkspace } from "../server/src/engine/workspace.ts";
import { LineIndex } from "../server/src/text/lines.ts";
import { type Package, packages } from "./ecosystem/packages.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const snapshot = join(root, "scripts/ecosystem/findings.jsonl");

/** One line of the snapshot. */
type Row = {
  readonly package: string;
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
};

type Linted = { readonly rows: readonly Row[]; readonly files: number; readonly dags: number };

async function linted({ label, folder }: Package): Promise<Linted> {
  const rows: Row[] = [];
  let dags = 0;
  const { for: settingsFor } = settingsResolver();
  // Providers keep their example DAGs below tests/system.
  const withTests = (path: string) => ({ ...settingsFor(path), includeTests: true });
  const { files } = await lintWorkspace([folder], withTests, {
    onFile: ({ path, text = "", findings, skipped }) => {
      if (skipped === undefined) dags++;
      const lines = new LineIndex(text);
      for (const { rule, severity, message, span } of findings) {
        const file = relative(folder, path).replaceAll("\\", "/");
        rows.push({ package: label, file, line: lines.lineOf(span.start) + 1, rule, severity, message });
      }
    },
  });
  return { rows, files, dags };
}

function inOrder(rows: readonly Row[]): string[] {
  const key = ({ package: name, file, line, rule, message }: Row) =>
    [name, file, String(line).padStart(6, "0"), rule, message].join("\0");
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((row) => JSON.stringify(row));
}

/** The lines of `a` that are not in `b`, each as often as it is there more. */
function missing(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of b) left.set(line, (left.get(line) ?? 0) + 1);
  return a.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function byRule(rows: readonly Row[], dags: number): string {
  const found = new Map<string, { severity: string; count: number; files: Set<string> }>();
  for (const { rule, severity, package: name, file } of rows) {
    const entry = found.get(rule) ?? { severity, count: 0, files: new Set() };
    entry.count++;
    entry.files.add(`${name}/${file}`);
    found.set(rule, entry);
  }
  const sorted = [...found].sort(([, a], [, b]) => b.count - a.count);
  const lines = sorted.map(([rule, { count, files, severity }]) => {
    const share = `${((files.size / dags) * 100).toFixed(1)} %`;
    return `${String(count).padStart(6)}  ${String(files.size).padStart(5)} files ${share.padStart(7)}  ${severity.padEnd(7)}  ${rule}`;
  });
  return lines.join("\n");
}

const begun = performance.now();
const all: Linted[] = [];
for (const one of await packages(join(root, ".cache/ecosystem"))) all.push(await linted(one));
const rows = all.flatMap((one) => one.rows);
const files = all.reduce((sum, one) => sum + one.files, 0);
const dags = all.reduce((sum, one) => sum + one.dags, 0);
console.log(`${byRule(rows, dags)}
${rows.length} findings in ${files} files (${dags} of them speak of Airflow) of ${all.length} packages, ${((performance.now() - begun) / 1000).toFixed(0)} s`);

const now = inOrder(rows);
const before = existsSync(snapshot) ? (await readFile(snapshot, "utf8")).split("\n").filter((line) => line !== "") : [];
const added = missing(now, before);
const removed = missing(before, now);
for (const line of removed) console.log(`- ${line}`);
for (const line of added) console.log(`+ ${line}`);
console.log(`${added.length} added, ${removed.length} removed`);
if (process.argv.includes("--update")) await writeFile(snapshot, now.map((line) => `${line}\n`).join(""));
else if (added.length + removed.length > 0) process.exitCode = 1;
