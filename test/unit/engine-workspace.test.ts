import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settingsResolver } from "../../server/src/engine/settings.ts";
import { type FileResult, lintWorkspace } from "../../server/src/engine/workspace.ts";

const root = mkdtempSync(join(tmpdir(), "tether-workspace-"));
afterAll(() => rmSync(root, { recursive: true }));
const broken = "from airflow import DAG\ndef broken(:\n";
beforeAll(() => {
  mkdirSync(join(root, ".git"));
  mkdirSync(join(root, "quiet"));
  writeFileSync(join(root, "quiet/tether.toml"), 'ignore = ["syntax-error", "unreadable-file"]\n');
  writeFileSync(join(root, "quiet/binary.py"), Buffer.from([0]));
  writeFileSync(join(root, "quiet/a.py"), broken);
  writeFileSync(join(root, "broken.py"), broken);
  writeFileSync(join(root, "plain.py"), "print(1)\n");
  writeFileSync(join(root, "binary.py"), Buffer.from([1, 0, 2]));
  writeFileSync(join(root, "latin.py"), Buffer.from("x = '\xe9'\n", "latin1"));
});

async function run(options: Parameters<typeof lintWorkspace>[2] = {}, paths = [root]) {
  const results: FileResult[] = [];
  const summary = await lintWorkspace(paths, settingsResolver().for, {
    ...options,
    onFile: (result) => {
      results.push(result);
      options.onFile?.(result);
    },
  });
  const lines = results.map(({ path, findings, skipped }) => {
    return [relative(root, path), skipped, ...findings.map((finding) => finding.rule)].filter(Boolean).join(" ");
  });
  return { summary, lines: lines.sort(), results };
}

describe("a workspace lint", () => {
  test("every file answers, bad ones with a finding; each directory has its own settings", async () => {
    const { summary, lines } = await run();
    expect(lines).toEqual([
      "binary.py binary unreadable-file",
      "broken.py syntax-error",
      "latin.py unreadable unreadable-file",
      "plain.py no-trigger",
      "quiet/a.py",
      "quiet/binary.py binary",
    ]);
    expect(summary).toEqual({ files: 6, findings: 3, cancelled: false });
  });

  test("progress counts up to all", async () => {
    const seen: string[] = [];
    await run({ onProgress: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen).toEqual(["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]);
  });

  test("the text comes along where there are findings", async () => {
    const { results } = await run();
    const text = (name: string) => results.find(({ path }) => path === join(root, name))?.text;
    expect([text("broken.py"), text("plain.py"), text("binary.py")]).toEqual([broken, undefined, undefined]);
  });

  test("an open editor's text counts, not the file's", async () => {
    const { lines } = await run({ open: new Map([[join(root, "broken.py"), "import airflow\n"]]) });
    expect(lines).toContain("broken.py");
  });

  test("aborting ends it with what was found", async () => {
    const abort = new AbortController();
    const { summary, lines } = await run({ signal: abort.signal, onFile: () => abort.abort() });
    expect(summary).toMatchObject({ files: 1, cancelled: true });
    expect(lines).toHaveLength(1);
  });

  test("a path that does not exist is no file", async () => {
    expect((await run({}, [join(root, "nowhere")])).summary).toEqual({ files: 0, findings: 0, cancelled: false });
  });
});
