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
