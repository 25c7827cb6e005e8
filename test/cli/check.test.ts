import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pack, repository } from "./packed.ts";

const packed = pack();
const { tether } = packed;

const place = z.strictObject({ line: z.int().min(1), column: z.int().min(1) });
const range = { start: place, end: place };
const edit = z.strictObject({ ...range, text: z.string() });
const element = z.strictObject({
  path: z.string(),
  code: z.string().regex(/^TET\d{3}$/),
  rule: z.string(),
  group: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  message: z.string(),
  hint: z.string().optional(),
  ...range,
  related: z.array(z.strictObject({ path: z.string(), ...range, message: z.string() })),
  fixes: z.array(
    z.discriminatedUnion("safety", [
      z.strictObject({ title: z.string(), safety: z.literal("safe"), edits: z.array(edit) }),
      z.strictObject({ title: z.string(), safety: z.literal("unsafe"), why: z.string(), edits: z.array(edit) }),
    ]),
  ),
});

/** The findings of a JSON run, every one of the documented shape. */
function findings(text: string): z.infer<typeof element>[] {
  return z.array(element).parse(JSON.parse(text));
}

function dag(line: string, head = ""): string {
  return `${head}from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    ${line}
`;
}

/** A finding with a safe fix: an ignore comment that nothing needs. */
const safe = dag('a = BashOperator(task_id="a", bash_command="true")  # tether: ignore[syntax-error]');
const safeFixed = dag('a = BashOperator(task_id="a", bash_command="true")');
/** The same inside a shell text, where taking it out is unsafe. */
const unsafe = dag('a = BashOperator(task_id="a", bash_command="true # tether: ignore[syntax-error]")');
const clean = safeFixed;
/** Nothing but what a test is about. */
const tool = ["--select", "tether"];

describe("the package", () => {
  test("holds the command, the server and the parsers, and no sources", () => {
    expect(packed.files.filter((file) => !/^(README|CHANGELOG)\.md$|^LICENSE$/.test(file))).toEqual([
      "dist/cli.mjs",
      "dist/server.mjs",
      "dist/tree-sitter-bash.wasm",
      "dist/tree-sitter-python.wasm",
      "dist/web-tree-sitter.wasm",
      "dist/worker.mjs",
      "package.json",
    ]);
  });
  test("is the version that the pre-commit hooks run", () => {
    const manifest = z.object({ name: z.string(), version: z.string() });
    const { name, version } = manifest.parse(JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")));
    const hooks = readFileSync(new URL("../../.pre-commit-hooks.yaml", import.meta.url), "utf8");
    const entries = [...hooks.matchAll(/^ {2}entry: (.*)$/gm)].map(([, entry]) => entry);
    expect(entries).toEqual([`npx --yes ${name}@${version} check`, `npx --yes ${name}@${version} check --fix`]);
  });
  test("its command can be executed by itself", () => {
    expect(readFileSync(join(packed.folder, "dist/cli.mjs"), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe("exit codes", () => {
  const folder = repository({ "clean.py": clean, "safe.py": safe, "notes.txt": "x" });
  test("0 without findings", () => {
    const run = tether(folder, ["check", ...tool, "clean.py"]);
    expect(run).toEqual({ code: 0, out: "No findings in 1 file.\n", err: "" });
  });
  test("1 with findings", () => expect(tether(folder, ["check", ...tool]).code).toBe(1));
  test("0 with findings and --exit-zero", () => {
    const run = tether(folder, ["check", ...tool, "--exit-zero"]);
    expect(run.code).toBe(0);
    expect(run.out).toContain("TET901");
  });
  test.each([
    [["check", "--no-such-option"], "unknown option '--no-such-option'"],
    [["check", "--output-format", "xml"], 'no output format "xml"'],
    [["check", "--select", "syntax-eror"], 'unknown rule "syntax-eror". Did you mean "syntax-error"?'],
    [["check", "--fix", "--diff"], "choose one"],
    [["check", "--unsafe-fixes"], "needs --fix or --diff"],
    [["check", "no/such/folder"], 'there is no file or directory "no/such/folder"'],
    [["check", "--config", "missing.toml"], "can't be read"],
    [["chek"], 'Did you mean "check"?'],
    [["rule", "syntax-eror"], 'Did you mean "syntax-error"?'],
    [["rule"], "which rule?"],
    [["help", "chek"], 'no command "chek". Did you mean "check"?'],
    [["check", "--select", ""], "--select names no rule"],
    [["check", "--config", "missing.toml"], "missing.toml: can't be read: it does not exist"],
    [["explain-file"], "name one file"],
    [["explain-file", "missing.py"], "does not exist"],
  ])("2 for %j, with a word about it", (words, told) => {
    const run = tether(folder, words);
    expect(run.err).toContain(told);
    expect(run.err).not.toMatch(/\n\s+at /);
    expect(run.code).toBe(2);
  });
  test("--help of everything, --version", () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")));
    expect(tether(folder, ["--version"])).toEqual({ code: 0, out: `tether ${version}\n`, err: "" });
    for (const command of ["check", "rule", "explain-file", "server"]) {
      const run = tether(folder, [command, "--help"]);
      expect([run.code, run.err]).toEqual([0, ""]);
      expect(run.out).toContain(`usage: tether ${command}`);
      expect(tether(folder, ["--help"]).out).toContain(`  ${command} `);
    }
  });
});

describe("output", () => {
  const folder = repository({ "dags/b.py": safe, "dags/a.py": unsafe, "dags/clean.py": clean });

  test("concise shows the place, the line and carets, without colours in a pipe", () => {
    const run = tether(folder, ["check", ...tool, "dags/b.py"]);
    expect(
      run.out,
    ).toBe(`dags/b.py:4:74: warning TET901 unused-suppression [*]: There is no finding of syntax-error here to ignore.
   4 │     a = BashOperator(task_id="a", bash_command="true")  # tether: ignore[syntax-error]
     │                                                                          ^^^^^^^^^^^^
Found 1 warning in 1 of 1 file.
[*] 1 finding can be fixed safely: --fix
`);
  });

  test("full shows the fix as a diff and why it is unsafe", () => {
    const { out } = tether(folder, ["check", ...tool, "--output-format", "full", "dags/a.py"]);
    expect(out).toContain("     unsafe fix: Remove the comment\n     but: ");
    expect(out).toContain(
      '     -    a = BashOperator(task_id="a", bash_command="true # tether: ignore[syntax-error]")\n',
    );
    expect(out).toContain('     +    a = BashOperator(task_id="a", bash_command="true")\n');
  });

  test("json is an array of the documented shape, sorted by path, from the working directory", () => {
    const run = tether(join(folder, "dags"), ["check", ...tool, "--output-format", "json", ".."]);
    expect(run.err).toBe("");
    const found = findings(run.out);
    expect(found.map(({ path, rule, start, end }) => ({ path, rule, start, end }))).toEqual([
      { path: "a.py", rule: "unused-suppression", start: { line: 4, column: 71 }, end: { line: 4, column: 83 } },
      { path: "b.py", rule: "unused-suppression", start: { line: 4, column: 74 }, end: { line: 4, column: 86 } },
    ]);
    expect(found.map(({ fixes }) => fixes.map(({ safety }) => safety))).toEqual([["unsafe"], ["safe"]]);
    expect(tether(folder, ["check", "--output-format", "json", "dags/clean.py", ...tool]).out).toBe("[]\n");
  });

  test("json columns count Unicode characters", () => {
    const text = dag('a = BashOperator(task_id="🚀日", bash_command="true")  # tether: ignore[syntax-error]');
    const run = tether(repository({ "a.py": text }), ["check", ...tool, "--output-format", "json"]);
    expect(findings(run.out)[0]?.start).toEqual({ line: 4, column: 75 });
  });

  test("the formats for other programs", () => {
    const get = (format: string) => tether(folder, ["check", ...tool, "--output-format", format, "dags/b.py"]).out;
    expect(get("github")).toBe(
      "::warning file=dags/b.py,line=4,endLine=4,col=74,endColumn=86,title=TET901 unused-suppression::There is no finding of syntax-error here to ignore.\n",
    );
    expect(JSON.parse(get("gitlab"))).toMatchObject([
      { check_name: "unused-suppression", severity: "major", location: { path: "dags/b.py", lines: { begin: 4 } } },
    ]);
    expect(JSON.parse(get("sarif"))).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          columnKind: "unicodeCodePoints",
          tool: { driver: { rules: [{ id: "TET901" }] } },
          results: [{ ruleId: "TET901", level: "warning", fixes: [{ description: { text: "Remove the comment" } }] }],
        },
      ],
    });
    expect(get("junit")).toContain('<testsuites name="tether" tests="1" failures="1">');
  });

  test("--statistics counts", () => {
    const run = tether(folder, ["check", ...tool, "--statistics"]);
    expect(run.out).toMatch(
      /^2 {2}TET901 {2}unused-suppression {2}\(1 fixable, 1 with --unsafe-fixes\)\nFound 2 warnings in 2 of 3 files\.\n/,
    );
    const counted = tether(folder, ["check", ...tool, "--statistics", "--output-format", "json"]).out;
    expect(JSON.parse(counted)).toEqual([{ code: "TET901", rule: "unused-suppression", count: 2, safe: 1, unsafe: 1 }]);
  });

  test("--select and --ignore choose rules", () => {
    expect(tether(folder, ["check", "--select", "TET901,TET902", "--ignore", "TET901"]).code).toBe(0);
    expect(tether(folder, ["check", "--select", "unused-suppression"]).code).toBe(1);
  });

  test("a project with more files than one thread takes", () => {
    const many = Object.fromEntries(
      Array.from({ length: 120 }, (_, index) => [`dags/${index}.py`, index % 3 ? clean : safe]),
    );
    const run = tether(repository(many), ["check", ...tool, "--output-format", "json"]);
    expect(run.err).toBe("");
    expect(findings(run.out).map(({ path }) => path)).toEqual(
      Object.keys(many)
        .filter((path) => many[path] === safe)
        .sort(),
    );
  });
});

describe("fixing", () => {
  const read = (folder: string, path: string) => readFileSync(join(folder, path), "utf8");

  test("--fix applies safe fixes only, says what it did and what is left, and has nothing to do the second time", () => {
    const folder = repository({ "safe.py": [safe, 0o755], "unsafe.py": unsafe, "clean.py": clean });
    const first = tether(folder, ["check", ...tool, "--fix"]);
    expect(first.code).toBe(1);
    expect(first.out).toContain("Fixed 1 file:\n  safe.py: 1 × unused-suppression\n");
    expect(first.out).toContain("unsafe.py:4:71");
    expect(first.out).toContain("--fix --unsafe-fixes");
    expect([read(folder, "safe.py"), read(folder, "unsafe.py")]).toEqual([safeFixed, unsafe]);
    expect(statSync(join(folder, "safe.py")).mode & 0o777).toBe(0o755);

    const second = tether(folder, ["check", ...tool, "--fix", "--unsafe-fixes"]);
    expect(second).toMatchObject({ code: 0, err: "" });
    expect(read(folder, "unsafe.py")).toBe(clean);
    const before = statSync(join(folder, "safe.py")).mtimeMs;
    expect(tether(folder, ["check", ...tool, "--fix", "--unsafe-fixes"]).out).toBe("No findings in 3 files.\n");
    expect(statSync(join(folder, "safe.py")).mtimeMs).toBe(before);
    expect(readdirSync(folder).sort()).toEqual([".git", "clean.py", "safe.py", "unsafe.py"]);
  });

  test("--diff shows the same and changes nothing", () => {
    const folder = repository({ "safe.py": safe, "unsafe.py": unsafe });
    const run = tether(folder, ["check", ...tool, "--diff"]);
    expect(run.code).toBe(1);
    expect(run.out).toBe(`--- safe.py
+++ safe.py
@@ -1,4 +1,4 @@
 from airflow.operators.bash import BashOperator
 
 with DAG("load") as dag:
-    a = BashOperator(task_id="a", bash_command="true")  # tether: ignore[syntax-error]
+    a = BashOperator(task_id="a", bash_command="true")
`);
    expect(run.err).toBe("1 file would change; 1 finding would remain, 1 of them fixable with --unsafe-fixes.\n");
    expect(read(folder, "safe.py")).toBe(safe);
    expect(tether(folder, ["check", ...tool, "--diff", "--unsafe-fixes"]).out).toContain("+++ unsafe.py");
  });

  test.each([
    ["Windows line ends", Buffer.from(safe.replaceAll("\n", "\r\n")), Buffer.from(safeFixed.replaceAll("\n", "\r\n"))],
    ["a byte order mark", Buffer.from(`\uFEFF${safe}`), Buffer.from(`\uFEFF${safeFixed}`)],
    [
      "Latin-1",
      Buffer.from(`# coding: latin-1\n# dépôt\n${safe}`, "latin1"),
      Buffer.from(`# coding: latin-1\n# dépôt\n${safeFixed}`, "latin1"),
    ],
  ])("keeps %s", (_name, before, after) => {
    const folder = repository({ "dag.py": before });
    expect(tether(folder, ["check", ...tool, "--fix"])).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(join(folder, "dag.py")).equals(after)).toBe(true);
  });

  test("places are right behind a byte order mark and with Windows line ends", () => {
    const text = `\uFEFF# tether: ignore[syntax-error]\r\n${safe.replaceAll("\n", "\r\n")}`;
    const run = tether(repository({ "dag.py": text }), ["check", ...tool, "--output-format", "json"]);
    expect(findings(run.out).map(({ start }) => start)).toEqual([
      { line: 1, column: 18 },
      { line: 5, column: 74 },
    ]);
  });
});

describe("standard input", () => {
  const folder = repository({ "tether.toml": '[rules.unused-suppression]\nseverity = "info"\n' });
  test("is checked as the file it is said to be, with that file's configuration", () => {
    const run = tether(folder, ["check", "--output-format", "json", "--stdin-filename", "dags/new.py", "-"], safe);
    expect(run.code).toBe(1);
    expect(findings(run.out)[0]).toMatchObject({ path: "dags/new.py", severity: "info" });
  });
  test("--fix prints the fixed text and nothing else", () => {
    expect(tether(folder, ["check", "--fix", "-"], safe)).toMatchObject({ code: 0, out: safeFixed });
    expect(tether(folder, ["check", "--fix", "-"], clean).out).toBe(clean);
  });
  test("--diff prints the change", () => {
    expect(tether(folder, ["check", "--diff", "-"], safe).out).toContain("+++ stdin.py\n");
  });
});
