import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { discover, missing } from "../../server/src/engine/discover.ts";
import { loadSettings, type Overrides } from "../../server/src/engine/settings.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "tether-discover-")));
afterAll(() => rmSync(folder, { recursive: true }));
let root = "";
let count = 0;
beforeEach(() => {
  root = join(folder, String(count++));
  mkdirSync(join(root, ".git"), { recursive: true });
});

function write(...paths: string[]): void {
  for (const path of paths) file(path, "");
}

function file(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function found(given = ["."], overrides: Overrides = {}): string[] {
  const { settings } = loadSettings(root, overrides);
  const paths = given.map((path) => join(root, path));
  return [...discover(paths, settings)].map((path) => relative(root, path));
}

test("Python files, sorted, without what is never a source", () => {
  write("b.py", "a.py", "notes.txt", "dags/c.py", "dags/x.pyc");
  write(".hidden/a.py", "node_modules/a.py", "lib/site-packages/a.py", "__pycache__/a.py", "venv/a.py");
  file("my-env/pyvenv.cfg", "");
  write("my-env/lib/a.py");
  expect(found()).toEqual(["a.py", "b.py", "dags/c.py"]);
});

test("files named on the command line are taken as they are, each once", () => {
  file(".gitignore", "ignored.py\n");
  write("ignored.py", "script", "a.py");
  expect(found(["ignored.py", "script", ".", "a.py", "ignored.py"])).toEqual(["ignored.py", "script", "a.py"]);
});

describe("tests", () => {
  beforeEach(() => {
    write("dags/load.py", "dags/test_ssh.py", "dags/test/load.py", "tests/test_load.py", "pkg/test/deep/a.py");
    write("conftest.py", "tests/dags/b.py");
  });

  test("are left out, but for what Airflow loads", () => {
    expect(found()).toEqual(["dags/load.py", "dags/test/load.py", "dags/test_ssh.py"]);
  });

  test("are taken when they are named", () => {
    expect(found(["tests", "conftest.py"])).toEqual(["tests/dags/b.py", "tests/test_load.py", "conftest.py"]);
  });

  test("are taken when the configuration says so", () => {
    file("tether.toml", "include-tests = true\n");
    expect(found()).toHaveLength(7);
  });
});

test("what does not exist is told, and passed over", () => {
  write("a.py");
  expect(missing([join(root, "a.py"), join(root, "nowhere")])).toEqual([join(root, "nowhere")]);
  expect(found(["nowhere", "."])).toEqual(["a.py"]);
});

describe(".gitignore", () => {
  test("nested, anchored, negated", () => {
    file(".gitignore", "build/\n/top.py\n*_gen.py\n");
    file("dags/.gitignore", "!keep_gen.py\nlocal.py\n");
    write("build/a.py", "top.py", "dags/top.py", "dags/a_gen.py", "dags/keep_gen.py", "dags/local.py", "local.py");
    expect(found()).toEqual(["dags/keep_gen.py", "dags/top.py", "local.py"]);
  });

  test("those above the starting directory hold, up to the repository", () => {
    file(".gitignore", "dags/old/\n");
    write("dags/old/a.py", "dags/new/a.py");
    expect(found(["dags"])).toEqual(["dags/new/a.py"]);
  });

  test.each([["build"], ["build/deep"]])(
    "what is ignored as a whole counts when the search begins there: %s",
    (start) => {
      file(".gitignore", "/build\n");
      file("build/deep/.gitignore", "local.py\n");
      write("build/deep/a.py", "build/deep/local.py", "a.py");
      expect(found([start])).toEqual(["build/deep/a.py"]);
      expect(found()).toEqual(["a.py"]);
    },
  );

  test("a directory that is brought back stays under the rules that brought it back", () => {
    file(".gitignore", "/build/*\n!/build/dags/\n*_gen.py\n");
    write("build/dags/a.py", "build/dags/a_gen.py", "build/other/a.py");
    expect(found(["build/dags"])).toEqual(["build/dags/a.py"]);
  });
});

describe(".airflowignore", () => {
  test("regular expressions for Airflow 2", () => {
    file("dags/.airflowignore", "# whole lines\nold_.*\\.py  # and ends of lines\n^scratch/\n(?P<x>tmp)\n[unclosed\n");
    write("dags/old_a.py", "dags/sub/old_b.py", "dags/scratch/a.py", "dags/sub/tmp1.py", "dags/new.py");
    expect(found(["."], { airflowVersion: "2.9.3" })).toEqual(["dags/new.py"]);
  });

  test("a nested file's regular expressions search below the outermost", () => {
    file("dags/.airflowignore", "nothing\n");
    file("dags/sub/.airflowignore", "^sub/a\n^b\n");
    write("dags/sub/a.py", "dags/sub/b.py");
    expect(found(["dags/sub"], { airflowVersion: "2.9.3" })).toEqual(["dags/sub/b.py"]);
  });

  test("globs for Airflow 3", () => {
    file("dags/.airflowignore", "old_*.py  # since 2019\n/scratch/\n!old_but_good.py\n");
    write("dags/old_a.py", "dags/old_but_good.py", "dags/scratch/a.py", "dags/sub/scratch/b.py", "dags/new.py");
    expect(found(["."], { airflowVersion: "3.0.0" })).toEqual([
      "dags/new.py",
      "dags/old_but_good.py",
      "dags/sub/scratch/b.py",
    ]);
  });
});

test("exclude takes names, paths and globs", () => {
  write(
    "a.py",
    "legacy/a.py",
    "dags/legacy/b.py",
    "dags/gen/c.py",
    "dags/gen/deep/d.py",
    "dags/e_old.py",
    "tests/f.py",
  );
  file("tether.toml", 'exclude = ["legacy", "dags/gen", "**/*_old.py"]\n');
  expect(found(["."], { exclude: ["./tests/"] })).toEqual(["a.py"]);
});

describe("symbolic links", () => {
  test("a circle ends, and no file comes twice", () => {
    write("dags/a.py");
    symlinkSync(root, join(root, "dags/up"));
    symlinkSync(join(root, "dags"), join(root, "again"));
    symlinkSync("loop", join(root, "loop"));
    expect(found()).toHaveLength(1);
  });

  test("out of where the search began is not followed; a link given by name is", () => {
    write("dags/a.py", "shared/b.py");
    symlinkSync(join(root, "shared"), join(root, "dags/shared"));
    symlinkSync(join(root, "nowhere.py"), join(root, "dags/broken.py"));
    expect(found(["dags"])).toEqual(["dags/a.py"]);
    expect(found(["dags/shared"])).toEqual(["dags/shared/b.py"]);
  });
});
