/**
 * `npm run bench [-- PATH…]`: what linting costs, as medians and as ratios within one run, so that the machine's speed
 * does not matter: for one long DAG, and for the files below the paths, by default those of `npm run ecosystem`. On them
 * it also measures `tether check`: time and resident memory.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { Language, Parser } from "web-tree-sitter";
import { build, relevant, type Source } from "../../server/src/airflow/build.ts";
import { discover } from "../../server/src/engine/discover.ts";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { readSource } from "../../server/src/engine/read.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";
import { SourceFiles } from "../../server/src/engine/sources.ts";

const rounds = 41;
/**
 * Rounds that do not count: an editor and a whole repository run code that the engine has made fast, which takes it some
 * eighty rounds of one file with the code of ninety rules.
 */
const warmUp = 80;
/** Rounds of all files that do not count. */
const fileWarmUp = 3;
/** Linting, parsing included, against the bare parse of the same text. */
const mostTimesParse = 3;
const mostTimesParseOfFiles = 2.2;
const fileRounds = 5;
const mostMegabytes = 250;

/** A DAG of about `lines` lines, with the usual mix of operators, TaskFlow and plain Python. */
function dagOf(lines: number): string {
  const head = `from datetime import datetime, timedelta
import subprocess

from airflow import DAG
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.ssh.operators.ssh import SSHOperator

default_args = {"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=5)}

with DAG("bench", start_date=datetime(2024, 1, 1), default_args=default_args, catchup=False) as dag:
`;
  const part = (number: number) => `    def transform_${number}(path, limit=10, **context):
        """Reads a table and counts what it holds."""
        rows = [row for row in open(path) if row.strip() and not row.startswith("#")]
        for index, row in enumerate(rows[:limit]):
            print(f"{index}: {row!r}", context["ds"])
        result = subprocess.run(["gzip", path], check=True, timeout=60)
        return {"rows": len(rows), "status": result.returncode}

    load_${number} = SSHOperator(
        task_id="load_${number}",
        ssh_conn_id="edge",
        command="cd /opt/etl && ./load.sh --table t${number} --date {{ ds }} > load.log 2>&1",
        cmd_timeout=600,
        execution_timeout=timedelta(hours=1),
    )
    clean_${number} = BashOperator(
        task_id="clean_${number}",
        bash_command="""
        set -e
        for file in /tmp/load_${number}_*; do
            rm -f "$file"
        done
        """,
    )
    count_${number} = PythonOperator(
        task_id="count_${number}",
        python_callable=transform_${number},
        op_kwargs={"path": "/data/t${number}.csv", "limit": 100},
    )
    load_${number} >> count_${number} >> clean_${number}

`;
  let text = head;
  for (let number = 0; text.split("\n").length < lines; number++) text += part(number);
  return text;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Median milliseconds of each measured thing, taken in turn, so that a slow moment of the machine slows them all. */
function medians(things: Readonly<Record<string, () => void>>): Record<string, number> {
  const times = Object.entries(things).map(([name, run]) => ({ name, run, taken: [] as number[] }));
  for (let round = -warmUp; round < rounds; round++) {
    for (const { run, taken } of times) {
      const begun = performance.now();
      run();
      if (round >= 0) taken.push(performance.now() - begun);
    }
  }
  return Object.fromEntries(times.map(({ name, taken }) => [name, median(taken)]));
}

const { resolve } = createRequire(import.meta.url);
await ensureGrammars();
await Parser.init({ locateFile: () => resolve("web-tree-sitter/web-tree-sitter.wasm") });
const parser = new Parser();
parser.setLanguage(await Language.load(resolve("tree-sitter-python/tree-sitter-python.wasm")));

const { settings } = loadSettings("/");
// As in a run over many files: what is known of the directories around them is kept.
const files = new SourceFiles();
const lintOf = (file: Source): void => {
  lint(file, settings, { sources: files.around(file.path, settings) });
};
let failed = false;

/** Linting many files against the bare parse of those that pass the pre-filter: sums of the medians of each file. */
function manyFiles(files: readonly Source[]): { parse: number; lint: number; parsed: number; idle: number } {
  let idle = 0;
  const sums = { parse: 0, lint: 0, parsed: 0 };
  const heard = files.filter((file) => relevant(file.text));
  for (let round = 0; round < fileWarmUp; round++) for (const file of heard) lintOf(file);
  for (const file of files) {
    const parses: number[] = [];
    const lints: number[] = [];
    for (let round = 0; round < fileRounds; round++) {
      let begun = performance.now();
      if (relevant(file.text)) parser.parse(file.text)?.delete();
      parses.push(performance.now() - begun);
      begun = performance.now();
      lintOf(file);
      lints.push(performance.now() - begun);
    }
    if (!relevant(file.text)) idle += median(lints);
    else {
      sums.parse += median(parses);
      sums.lint += median(lints);
      sums.parsed++;
    }
  }
  return { ...sums, idle };
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const given = process.argv.slice(2);
const ecosystem = join(root, ".cache/ecosystem/packages");
const paths = given.length > 0 || !existsSync(ecosystem) ? given : [ecosystem];
if (paths.length > 0) {
  const sources: Source[] = [];
  // The example DAGs of today's providers are their system tests.
  const walked = { ...settings, includeTests: true };
  for (const path of discover(
    paths.map((one) => resolvePath(one)),
    walked,
  )) {
    const read = readSource(path);
    if ("source" in read) sources.push(read.source);
  }
  const many = manyFiles(sources);
  const times = many.lint / many.parse;
  failed ||= times > mostTimesParseOfFiles;
  console.log(`${sources.length} files, of which ${many.parsed} pass the pre-filter, medians of ${fileRounds} rounds`);
  console.log(`  bare parse  ${many.parse.toFixed(0)} ms`);
  console.log(
    `  lint        ${many.lint.toFixed(0)} ms  ${times.toFixed(2)} × the parse (at most ${mostTimesParseOfFiles})`,
  );
  console.log(`  the others  ${many.idle.toFixed(1)} ms`);
  // The process itself knows best how much memory it had resident at most (kilobytes).
  const tell = 'process.on("exit",()=>process.stderr.write("\\nmaxrss "+process.resourceUsage().maxRSS+"\\n"))';
  const begun = performance.now();
  const done = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${tell}`, join(root, "dist/cli.mjs"), "check", "--statistics", ...paths],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const megabytes = Number(/maxrss (\d+)/.exec(done.stderr)?.[1]) / 1024;
  console.log(`tether check, exit code ${done.status}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  console.log(`  at most ${megabytes.toFixed(0)} MB resident (at most ${mostMegabytes})`);
  console.log(done.stdout.trimEnd());
  failed ||= !(megabytes <= mostMegabytes) || done.status === 2;
}
// Last: V8 learns from a file this long that what is made for one lives on, and puts it where collecting it is dear.
const text = dagOf(1000);
const source = { path: "/bench.py", text };
const {
  parse = 0,
  model = 0,
  whole = 0,
} = medians({
  parse: () => parser.parse(text)?.delete(),
  model: () => void build(source, settings.project),
  whole: () => lintOf(source),
});
const ratio = whole / parse;
failed ||= ratio > mostTimesParse;
console.log(`a DAG of ${text.split("\n").length - 1} lines, medians of ${rounds} rounds`);
console.log(`  bare parse  ${parse.toFixed(1)} ms`);
console.log(`  model       ${model.toFixed(1)} ms  ${(model / parse).toFixed(2)} × the parse`);
console.log(`  lint        ${whole.toFixed(1)} ms  ${ratio.toFixed(2)} × the parse (at most ${mostTimesParse})`);

process.exitCode = failed ? 1 : 0;
