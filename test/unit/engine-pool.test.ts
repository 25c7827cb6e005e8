import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileResult } from "../../server/src/engine/file.ts";
import { runJobs } from "../../server/src/engine/pool.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";
import type { Job } from "../../server/src/engine/worker.ts";

const folder = mkdtempSync(join(tmpdir(), "tether-pool-"));
afterAll(() => rmSync(folder, { recursive: true }));
const worker = join(folder, "worker.mjs");
const { resolve } = createRequire(import.meta.url);

// As the package is built: the worker bundled, the parsers beside it.
beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL("../../server/src/engine/worker.ts", import.meta.url))],
    outfile: worker,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);' },
  });
  for (const name of ["web-tree-sitter", "tree-sitter-python", "tree-sitter-bash"]) {
    copyFileSync(resolve(`${name}/${name}.wasm`), join(folder, `${name}.wasm`));
  }
});

const { settings } = loadSettings(folder);

function jobs(count: number): Job[] {
  return Array.from({ length: count }, (_, at) => {
    const path = join(folder, `dag${at}.py`);
    writeFileSync(path, `from airflow import DAG\ndef broken${at}(:\n`);
    return { files: [{ path, users: [] }], settings, around: { open: new Map(), roots: [] } };
  });
}

async function run(script: string, some: readonly Job[], signal?: AbortSignal, then: () => void = () => undefined) {
  const results: FileResult[] = [];
  await runJobs(
    script,
    some,
    2,
    (more) => {
      results.push(...more);
      then();
    },
    signal,
  );
  return results.flatMap(({ findings }) => findings.map((finding) => finding.rule));
}

describe("threads", () => {
  test("answer as this thread would", async () => {
    expect(await run(worker, jobs(5))).toEqual(Array(5).fill("syntax-error"));
  });

  test("know the tasks that run a file's functions, and what is open in an editor", async () => {
    const path = join(folder, "helper.py");
    writeFileSync(path, "import hosts\n");
    const open = new Map([[path, "def broken(:\n"]]);
    const task = { path: join(folder, "dag.py"), span: { start: 0, end: 1 }, label: "PythonOperator", bounded: false };
    const helper = { path, users: [{ path, function: "broken", task }] };
    const around = { open, roots: [folder] };
    expect(await run(worker, [{ files: [helper, { path, users: [] }], settings, around }])).toEqual(["syntax-error"]);
  });

  test("no jobs, no threads", async () => {
    expect(await run(join(folder, "there is no such file"), [])).toEqual([]);
  });

  test("end when aborted", async () => {
    const abort = new AbortController();
    const found = await run(worker, jobs(40), abort.signal, () => abort.abort());
    expect(found.length).toBeLessThan(40);
  });

  test.each([
    ["throws", 'throw new Error("no");'],
    [
      "throws at work",
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { throw new Error("no"); });',
    ],
    [
      "exits at work",
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(3));',
    ],
  ])("a thread that %s loses its files, not the run", async (_, script) => {
    const bad = join(folder, "bad.mjs");
    writeFileSync(bad, script);
    expect(await run(bad, jobs(3))).toEqual(Array(3).fill("internal-error"));
  });

  test("what the listener throws ends the run", async () => {
    const boom = () => {
      throw new Error("boom");
    };
    await expect(run(worker, jobs(3), undefined, boom)).rejects.toThrow("boom");
  });
});
