/** Programs whose work is measured in minutes or hours rather than seconds. */
import { isLimited } from "./pace.ts";
import type { Script, ShellCommand } from "./script.ts";
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
    if (isLong(statement)) return statement.program;
  }
  return undefined;
}

function isLong({ program, words }: ShellCommand): boolean {
  if (program === undefined) return false;
  const text = words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
  return long.some(
    ([programs, asked, unless]) => programs.split(" ").includes(program) && asked.test(text) && !unless?.test(text),
  );
}
