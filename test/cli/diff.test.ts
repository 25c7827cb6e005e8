import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unifiedDiff } from "../../server/src/cli/diff.ts";
import { paint } from "../../server/src/cli/paint.ts";

const plain = paint(false);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "diff-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What `git apply` makes of a file and our diff. */
async function patched(before: string, diff: string): Promise<string> {
  await writeFile(join(folder, "dag.py"), before);
  const done = spawnSync("git", ["-c", "core.autocrlf=false", "apply", "-p0", "--whitespace=nowarn", "-"], {
    cwd: folder,
    input: diff,
    encoding: "utf8",
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir(), GIT_DIR: join(folder, "none") },
  });
  expect(done.stderr).toBe("");
  return readFile(join(folder, "dag.py"), "utf8");
}

describe("a unified diff", () => {
  test.each([
    ["one line in the middle", "a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nD\ne\nf\ng\nh\n"],
    ["two hunks", `${"x\n".repeat(3)}a\n${"y\n".repeat(20)}b\n`, `${"x\n".repeat(3)}A\n${"y\n".repeat(20)}B\n`],
    ["a first line", "b\n", "a\nb\n"],
    ["a last line without a line break", "a\nb", "a\nb\nc"],
    ["a line break at the end", "a\nb", "a\nb\n"],
    ["Windows line ends", "a\r\nb\r\nc\r\n", "a\r\nB\r\nB2\r\nc\r\n"],
    ["a byte order mark", "\uFEFFa\nb\n", "\uFEFFa\nc\n"],
  ])("is applied by git: %s", async (_name, before, after) => {
    expect(await patched(before, unifiedDiff("dag.py", before, after, plain))).toBe(after);
  });

  test("is applied by git for any two texts", { timeout: 120_000 }, async () => {
    const text = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "\n", "d\r\n"), { minLength: 1, maxLength: 25 });
    const property = fc.asyncProperty(text, text, async (before, after) => {
      const diff = unifiedDiff("dag.py", before.join(""), after.join(""), plain);
      if (before.join("") === after.join("")) expect(diff).toBe("");
      else expect(await patched(before.join(""), diff)).toBe(after.join(""));
    });
    await fc.assert(property, { numRuns: 60, seed: 1 });
  });

  test("shows three lines of context and both ranges", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    const after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
    expect(unifiedDiff("dags/load.py", before, after, plain)).toBe(
      "--- dags/load.py\n+++ dags/load.py\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    );
  });

  test("is empty for equal texts", () => {
    expect(unifiedDiff("dag.py", "a\n", "a\n", plain)).toBe("");
  });
});
