import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { SourceFiles, type SourceOptions } from "../../server/src/engine/sources.ts";

const folder = mkdtempSync(join(tmpdir(), "tether-sources-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** A project on disk; a name that ends in `/` is a directory. */
class Tree {
  readonly root = join(folder, String(count++));

  constructor(...names: readonly string[]) {
    mkdirSync(this.root);
    for (const name of names) this.write(name, `# ${name}\n`);
  }

  write(name: string, text: string | Uint8Array): string {
    const path = join(this.root, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, text);
    return path;
  }

  /** The file that an import in the file `from` means, relative to the root. */
  meant(from: string, dotted: string, { src = [], ...options }: SourceOptions & { src?: readonly string[] } = {}) {
    const path = join(this.root, from);
    const files = new SourceFiles({ roots: [this.root], ...options });
    const found = files.around(path, { root: dirname(path), src }).module(path, dotted);
    return found && relative(this.root, found.path);
  }
}

describe("an absolute import", () => {
  test.each([
    ["beside the DAG", ["dags/hosts.py"], "hosts", "dags/hosts.py"],
    ["a package beside it", ["dags/common/__init__.py"], "common", "dags/common/__init__.py"],
    ["a module in a package", ["dags/common/__init__.py", "dags/common/ssh.py"], "common.ssh", "dags/common/ssh.py"],
    ["in a folder without __init__.py", ["dags/common/ssh.py"], "common.ssh", "dags/common/ssh.py"],
    ["the package before the module", ["dags/a.py", "dags/a/__init__.py"], "a", "dags/a/__init__.py"],
    ["the module where the folder is no package", ["dags/a.py", "dags/a/b.py"], "a", "dags/a.py"],
    ["from the project's root", ["include/ssh.py"], "include.ssh", "include/ssh.py"],
    ["by the DAGs folder's own name", ["dags/common/ssh.py"], "dags.common.ssh", "dags/common/ssh.py"],
    ["a plugin beside the DAGs folder", ["plugins/operators/ssh.py"], "operators.ssh", "plugins/operators/ssh.py"],
    ["a plugin within it", ["dags/plugins/ssh.py"], "ssh", "dags/plugins/ssh.py"],
    ["the config folder", ["config/limits.py"], "limits", "config/limits.py"],
    ["the src layout", ["src/etl/ssh.py"], "etl.ssh", "src/etl/ssh.py"],
  ])("%s", (_name, files, dotted, expected) => {
    expect(new Tree("dags/load.py", ...files).meant("dags/load.py", dotted)).toBe(expected);
  });

  test("from a DAG in a folder of a team finds the DAGs folder first, then what is nearest", () => {
    const tree = new Tree("dags/team/load.py", "dags/hosts.py", "dags/team/hosts.py", "dags/team/jobs.py");
    expect(tree.meant("dags/team/load.py", "hosts")).toBe("dags/hosts.py");
    expect(tree.meant("dags/team/load.py", "jobs")).toBe("dags/team/jobs.py");
  });

  test("does not begin inside a package when another folder has the name too", () => {
    const tree = new Tree("etl/common/__init__.py", "etl/common/ssh.py", "etl/common/hosts.py", "etl/hosts.py");
    expect(tree.meant("etl/common/ssh.py", "hosts")).toBe("etl/hosts.py");
  });

  test("of a configured folder comes before all others", () => {
    const tree = new Tree("dags/load.py", "dags/hosts.py", "dags/lib/hosts.py");
    expect(tree.meant("dags/load.py", "hosts", { src: ["lib"] })).toBe("dags/lib/hosts.py");
    expect(tree.meant("dags/load.py", "hosts", { src: ["../../.."] })).toBe("dags/hosts.py");
  });

  test.each(["airflow.operators.bash", "airflow", "logging", "logging.handlers", "subprocess", "pandas", ""])(
    "of %j is no file of the project",
    (dotted) => {
      const tree = new Tree("dags/load.py", "dags/logging.py", "dags/airflow/operators/bash.py", "dags/subprocess.py");
      expect(tree.meant("dags/load.py", dotted)).toBeUndefined();
    },
  );

  test("names the file as it is written, also where the disk would take another", () => {
    expect(new Tree("dags/load.py", "dags/Hosts.py").meant("dags/load.py", "hosts")).toBeUndefined();
  });

  test("that means a directory named like a module is none", () => {
    expect(new Tree("dags/load.py", "dags/hosts.py/").meant("dags/load.py", "hosts")).toBeUndefined();
  });
});

describe("a relative import", () => {
  const tree = new Tree(
    "dags/a/b/load.py",
    "dags/a/b/ssh.py",
    "dags/a/__init__.py",
    "dags/a/hosts.py",
    "dags/logging.py",
  );
  test.each([
    [".ssh", "dags/a/b/ssh.py"],
    ["..hosts", "dags/a/hosts.py"],
    ["..", "dags/a/__init__.py"],
    ["...logging", "dags/logging.py"],
    [".hosts", undefined],
    [".......etc", undefined],
  ])("%s", (dotted, expected) => {
    expect(tree.meant("dags/a/b/load.py", dotted)).toBe(expected);
  });
});

describe("what lies outside", () => {
  test("the given folders is not looked at", () => {
    const tree = new Tree("hosts.py", "project/dags/load.py");
    expect(tree.meant("project/dags/load.py", "hosts", { roots: [join(tree.root, "project")] })).toBeUndefined();
    expect(tree.meant("project/dags/load.py", "..hosts", { roots: [join(tree.root, "project")] })).toBeUndefined();
  });

  test("the repository is not looked at, whatever was given", () => {
    const tree = new Tree("hosts.py", "project/dags/load.py", "project/jobs.py", "project/.git/");
    expect(tree.meant("project/dags/load.py", "hosts")).toBeUndefined();
    expect(tree.meant("project/dags/load.py", "jobs")).toBe("project/jobs.py");
  });

  test("is not read through a link, nor a link that leads in a circle", () => {
    const tree = new Tree("secret/keys.py", "project/.git/", "project/dags/load.py", "project/lib/good.py");
    const at = (name: string) => join(tree.root, "project/dags", name);
    symlinkSync(join(tree.root, "secret/keys.py"), at("keys.py"));
    symlinkSync(join(tree.root, "secret"), at("secret"));
    symlinkSync(at("circle.py"), at("circle.py"));
    symlinkSync(at("."), at("again"));
    symlinkSync(join(tree.root, "project/lib"), at("lib"));
    const meant = (dotted: string) => tree.meant("project/dags/load.py", dotted);
    expect(["keys", "secret.keys", "circle", "again.again.nothing"].map(meant)).toEqual(Array(4).fill(undefined));
    expect(meant("lib.good")).toBe("project/dags/lib/good.py");
  });

  test("is not read by path either", () => {
    const tree = new Tree("secret.sh", "project/.git/", "project/dags/load.py", "project/run.sh");
    const path = join(tree.root, "project/dags/load.py");
    const { read } = new SourceFiles().around(path, { root: dirname(path), src: [] });
    expect(read(join(tree.root, "secret.sh"))).toBeUndefined();
    expect(read(join(tree.root, "project/dags/../../secret.sh"))).toBeUndefined();
    expect(read(join(tree.root, "project/dags/../run.sh"))).toBe("# project/run.sh\n");
  });
});

describe("a text", () => {
  const tree = new Tree("load.py");
  const path = join(tree.root, "load.py");
  const settings = { root: tree.root, src: [] };

  test("in another encoding is read as Python does; too large, binary or wrong ones are none", () => {
    tree.write("latin.py", Buffer.from('# coding: latin-1\nhost = "z\xfcrich"\n', "latin1"));
    tree.write("wrong.py", Buffer.from('host = "z\xfcrich"\n', "latin1"));
    tree.write("binary.py", Buffer.from([1, 0, 2]));
    tree.write("large.py", Buffer.alloc(3 * 1024 * 1024, "#"));
    const { module } = new SourceFiles().around(path, settings);
    const texts = ["latin", "wrong", "binary", "large"].map((name) => module(path, name)?.text);
    expect(texts).toEqual(['# coding: latin-1\nhost = "zürich"\n', undefined, undefined, undefined]);
  });

  test("is the same object until files change", () => {
    const helper = tree.write("helper.py", "a = 1\n");
    const files = new SourceFiles();
    const around = files.around(path, settings);
    const first = around.module(path, "helper");
    expect(first).toEqual({ path: helper, text: "a = 1\n" });
    expect(files.around(join(tree.root, "other.py"), settings).module(path, "helper")).toBe(first);
    tree.write("helper.py", "a = 2\n");
    tree.write("late.py", "");
    expect(around.module(path, "late")).toBeUndefined();
    files.forget();
    expect(around.module(path, "helper")?.text).toBe("a = 2\n");
    expect(around.module(path, "late")).toBeDefined();
  });

  test("of an open editor counts before the file's, as long as it is open", () => {
    const helper = tree.write("opened.py", "on disk\n");
    const open = new Map([[helper, "in the editor\n"]]);
    const files = new SourceFiles({ openText: (one) => open.get(one) });
    const around = files.around(path, settings);
    const first = around.module(path, "opened");
    expect([first?.text, around.read(helper)]).toEqual(["in the editor\n", "in the editor\n"]);
    expect(around.module(path, "opened")).toBe(first);
    open.set(helper, "changed\n");
    expect(around.read(helper)).toBe("changed\n");
    open.clear();
    expect(around.read(helper)).toBe("on disk\n");
  });
});

describe("whether a text can have to do with other files", () => {
  const tree = new Tree("dags/load.py", "dags/hosts.py", "plugins/operators/ssh.py");
  const path = join(tree.root, "dags/load.py");
  const files = new SourceFiles({ roots: [tree.root] });
  test.each([
    ["from hosts import a", true],
    ["import os, hosts as h", true],
    ["def f():\n    from operators.ssh import X", true],
    ["from . import hosts", true],
    ['BashOperator(bash_command="scripts/run.sh")', true],
    ["import os\nfrom airflow import DAG\nimport pandas as pd", false],
    ["# the hosts are in import hosts", false],
  ])("%j", (text, expected) => {
    expect(files.reaches({ path, text }, { root: dirname(path), src: [] })).toBe(expected);
  });
});
