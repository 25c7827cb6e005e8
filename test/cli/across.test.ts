/** What the command line makes of faults in files that DAGs only import. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pack, repository } from "./packed.ts";

const { tether } = pack();
const place = z.object({ line: z.number(), column: z.number() });
const finding = z.object({
  path: z.string(),
  rule: z.string(),
  start: place,
  related: z.array(z.object({ path: z.string(), start: place, message: z.string() })),
});

const select = ["--select", "popen-not-waited,bash-background-command"];

/** `path:line rule, related message at path:line` of every finding. */
function found(folder: string, ...words: readonly string[]): string[] {
  const run = tether(folder, ["check", ...select, "--output-format", "json", ...words]);
  expect(run.err).toBe("");
  return z
    .array(finding)
    .parse(JSON.parse(run.out))
    .map(({ path, rule, start, related }) =>
      [
        `${path}:${start.line} ${rule}`,
        ...related.map((one) => `${one.message} at ${one.path}:${one.start.line}`),
      ].join(", "),
    );
}

const helper = `import subprocess

from lib.deeper import deeper


def load(day):
    subprocess.Popen(["./load.sh", day])


def indirect():
    deeper()


def unused():
    subprocess.Popen(["./never.sh"])
`;
const deeper = `import subprocess


def deeper():
    subprocess.Popen(["./deep.sh"])
`;
const dag = (name: string, head = "from lib.jobs import indirect, load") => `from airflow import DAG
from airflow.operators.python import PythonOperator
${head}

with DAG("${name}"):
    PythonOperator(task_id="load_${name}", python_callable=load)
    PythonOperator(task_id="deep_${name}", python_callable=indirect)
`;
const project = {
  "dags/a.py": dag("a"),
  "dags/team/b.py": dag("b"),
  "plugins/lib/jobs.py": helper,
  "plugins/lib/deeper.py": deeper,
};
const inDeeper =
  'plugins/lib/deeper.py:5 popen-not-waited, PythonOperator "deep_a" runs it at dags/a.py:7, PythonOperator "deep_b" runs it at dags/team/b.py:7';
const inHelper =
  'plugins/lib/jobs.py:7 popen-not-waited, PythonOperator "load_a" runs it at dags/a.py:6, PythonOperator "load_b" runs it at dags/team/b.py:6';

describe("a fault in a helper", () => {
  const folder = repository(project);

  test("is reported where it stands, once, with every task that runs it", () => {
    expect(found(folder)).toEqual([inDeeper, inHelper]);
  });

  test("is reported the same in whatever order files come", () => {
    expect(found(folder, "plugins", "dags/team", "dags")).toEqual([inDeeper, inHelper]);
    expect(found(folder, "dags", "plugins")).toEqual([inDeeper, inHelper]);
  });

  test("is reported for a single DAG file too, whatever the working directory", () => {
    const [deep, near] = found(join(folder, "dags"), "a.py");
    expect(deep).toBe('../plugins/lib/deeper.py:5 popen-not-waited, PythonOperator "deep_a" runs it at a.py:7');
    expect(near).toBe('../plugins/lib/jobs.py:7 popen-not-waited, PythonOperator "load_a" runs it at a.py:6');
  });

  test("is none when no DAG is looked at", () => {
    expect(found(folder, "plugins")).toEqual([]);
  });

  test("is not reported where the configuration says not to look", () => {
    const quiet = repository({ ...project, "tether.toml": 'exclude = ["plugins"]\n' });
    expect(found(quiet)).toEqual([]);
    const partly = repository({ ...project, "tether.toml": '[per-file-ignores]\n"plugins/lib/jobs.py" = ["TET1"]\n' });
    expect(found(partly)).toEqual([inDeeper]);
  });

  test("is found through the folders that the configuration names", () => {
    const files = { "dags/a.py": dag("a", "from jobs import indirect, load"), "shared/py/jobs.py": helper };
    expect(found(repository(files))).toEqual([]);
    const configured = repository({ ...files, "tether.toml": 'src = ["shared/py"]\n' });
    expect(found(configured)).toEqual([
      'shared/py/jobs.py:7 popen-not-waited, PythonOperator "load_a" runs it at dags/a.py:6',
    ]);
  });

  test("can be hidden there", () => {
    const comment = "  # tether: ignore[popen-not-waited]";
    const jobs = helper.replace('["./load.sh", day])', `["./load.sh", day])${comment}`);
    expect(found(repository({ ...project, "plugins/lib/jobs.py": jobs }))).toEqual([inDeeper]);
  });

  test("of many users names the first and counts the others", () => {
    const dags = Object.fromEntries([..."abcdefgh"].map((name) => [`dags/${name}.py`, dag(name)]));
    const [first] = found(repository({ ...project, ...dags }));
    expect(first?.split(", ").slice(1)).toEqual([
      ...[..."abcd"].map((name) => `PythonOperator "deep_${name}" runs it at dags/${name}.py:7`),
      'PythonOperator "deep_e" and 4 more tasks run it at dags/e.py:7',
    ]);
  });
});

describe("fixing", () => {
  const fix = ["check", ...select, "--fix", "--unsafe-fixes"];

  test("a helper knows that tasks run it", () => {
    const folder = repository(project);
    const run = tether(folder, [...fix, "--output-format", "concise"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    expect(run.out).toContain("Fixed 2 files:\n  plugins/lib/deeper.py: 1 × popen-not-waited");
    const after = readFileSync(join(folder, "plugins/lib/jobs.py"), "utf8");
    expect(after).toContain('subprocess.run(["./load.sh", day], check=True');
    expect(after).toContain('subprocess.Popen(["./never.sh"])');
  });

  test("leaves alone what lies outside of the paths", () => {
    const folder = repository(project);
    const run = tether(folder, [...fix, "--output-format", "concise", "dags"]);
    expect(run.code).toBe(1);
    expect(run.out).toContain("plugins/lib/jobs.py:7:5: error TET105");
    expect(readFileSync(join(folder, "plugins/lib/jobs.py"), "utf8")).toBe(helper);
  });
});

describe("standard input", () => {
  const using = `from airflow import DAG
from airflow.operators.bash import BashOperator
from lib.commands import LOAD

with DAG("load"):
    BashOperator(task_id="load", bash_command=LOAD)
`;

  test("is read with the files around its name", () => {
    const folder = repository({ "plugins/lib/commands.py": 'LOAD = "nohup ./load.sh > load.log &"\n' });
    const words = ["check", ...select, "--stdin-filename", "dags/new.py", "--output-format", "json"];
    const run = tether(folder, words, using);
    const [only, ...others] = z.array(finding).parse(JSON.parse(run.out));
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      path: "dags/new.py",
      rule: "bash-background-command",
      start: { line: 6 },
      related: [{ path: "plugins/lib/commands.py", start: { line: 1 } }],
    });
  });
});
