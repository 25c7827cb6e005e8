/** Programs whose work is measured in minutes or hours rather than seconds. */
import { asksVersion, isLimited } from "./pace.ts";
import type { Script, ShellCommand, Word } from "./script.ts";
import { commands } from "./walk.ts";

/** Programs, and what their words must say. Words are joined by blanks. */
const long: readonly (readonly [programs: string, asked: RegExp, unless?: RegExp])[] = [
  [
    "spark-submit spark2-submit spark3-submit sqoop hive beeline Rscript",
    /^(?!$)/,
    /--version|--help|waitAppCompletion=false/,
  ],
  ["dbt", /(?:^|\s)(?:run|build|test|seed|snapshot)\b/],
  ["pg_dump pg_dumpall pg_restore mysqldump mongodump mongorestore", /^/],
  ["rsync", /:/],
  ["hadoop", /^(?:jar|distcp)\b/],
  ["python python2 python3", /(?:^|\/|\s)[\w-]*(?:train|fit|etl|backfill|pipeline)[\w-]*\.py\b/i],
  ["java", /(?:^|\s)-jar\b/],
  ["make", /^/],
  ["docker podman", /^(?:image )?build\b/],
];

/** The first program of a text that usually runs long, in the foreground and without a limit of its own. */
export function longRunner(script: Script): string | undefined {
  for (const { statement, background, nesting } of commands(script)) {
    if (background || [statement, ...nesting].some(isLimited)) continue;
    if (isOneOf(long, statement)) return statement.program;
  }
  return undefined;
}

/** Programs that copy or pack data: it depends on the data how long that takes. */
const moving: typeof long = [
  ["rsync scp azcopy rclone s5cmd tar", /^(?!$)/],
  ["aws", /^s3 (?:cp|sync|mv)\b/],
  ["s3cmd", /\b(?:get|put|sync|cp|mv)\b/],
  ["gsutil", /(?:^|\s)(?:cp|rsync|mv)\b/],
  ["psql", /\\copy\b/i],
  ["gcloud", /^storage (?:cp|rsync|mv)\b/],
  ["hadoop hdfs", /-(?:put|get|cp|copyFromLocal|copyToLocal)\b/],
];

/** Whether a text copies or packs data in the foreground, without a limit of its own. */
export function movesData(script: Script): boolean {
  return commands(script).some(
    ({ statement, background, nesting }) =>
      !background && ![statement, ...nesting].some(isLimited) && isOneOf(moving, statement),
  );
}

function isOneOf(programs: typeof long, { program, words }: ShellCommand): boolean {
  if (program === undefined) return false;
  const text = words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
  return programs.some(
    ([names, asked, unless]) => names.split(" ").includes(program) && asked.test(text) && !unless?.test(text),
  );
}

const interpreters = new Set(
  "python python2 python3 Rscript node perl ruby php julia bash sh zsh ksh dash ash".split(" "),
);

/** Programs of this machine that end when their work, a database or a server says so. */
const lasting: typeof long = [
  ...long.filter(([programs]) => !/^python\b|^rsync\b/.test(programs)),
  ["psql mysql mongosh clickhouse-client sqlcmd sqlplus", /^(?!$)/],
  ["git", /^(?:-\S+ \S+ )*(?:clone|fetch|pull|push)\b/],
  ["npm yarn pnpm", /^(?:run|start|ci|install)\b/],
  ["terraform", /(?:^|\s)(?:init|plan|apply|destroy)\b/],
  ["jupyter", /\bnbconvert\b.*--execute\b/],
  ["papermill scrapy snakemake nextflow matlab", /^(?!$)/],
];

/**
 * What a text runs on this machine in the foreground, without a limit of its own, and for a time that nothing tells: `the
 * script` of an interpreter, a script by its path, a program such as pg_dump. `isPython`: a word that is not written here
 * and stands for Python, `sys.executable`.
 */
export function lastingProgram(script: Script, isPython: (word: Word) => boolean): string | undefined {
  for (const { statement, background, nesting } of commands(script)) {
    if (background || statement.background || [statement, ...nesting].some(isLimited)) continue;
    if (nesting.some((one) => one.nested?.script.place !== "worker") || asksVersion(statement)) continue;
    const [first, ...operands] = statement.words;
    if (!first) continue;
    if (isPython(first) || interpreters.has(statement.program ?? "")) {
      if (runsScript(operands)) return "the script";
    } else if (isOneOf(lasting, statement)) return statement.program;
    else if (isOwnScript(first.text)) return statement.program ?? "the script";
  }
  return undefined;
}

/** `job.py`, `-u job.py`, `-m jobs.load`; neither `-c "…"` nor `-m pip`. */
function runsScript(operands: readonly Word[]): boolean {
  for (const { text } of operands) {
    if (/^-[a-zA-Z]*[ce]$/.test(text)) return false;
    if (text === "-m") return !operands.some((one) => /^(?:pip|venv|compileall|json\.tool|py_compile)$/.test(one.text));
    if (!text.startsWith("-")) return true;
  }
  return false;
}

/** `./job.sh`, `/opt/jobs/load.py`: somebody's own, not a program of the system. */
function isOwnScript(path: string): boolean {
  return /\.(?:sh|bash|ksh|py|R|pl|rb|js|bat|ps1)$/.test(path);
}
