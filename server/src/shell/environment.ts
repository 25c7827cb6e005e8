/** What a text expects to find in its environment. */
import type { Span } from "../text/span.ts";
import type { Script, ShellCommand } from "./script.ts";
import { commands } from "./walk.ts";

/** Something that comes from the environment, and where the text uses it. */
export type Expected = {
  /** `$DATA_DIR`, or the program that reads its own variables: `aws`. */
  readonly name: string;
  readonly kind: "variable" | "program";
  /** Names of variables, by their beginning, that give it what it needs. */
  readonly given: RegExp;
  /** An offset range of `script`. */
  readonly span: Span;
  readonly script: Script;
};

/**
 * Programs that find their configuration, credentials or runtime by variables, and by which. Without HOME, kubectl and
 * docker do not find their files; bash makes up a PATH that it does not export, and no HOME (seen with bash 5.2, `env -i`).
 */
const readers: readonly (readonly [programs: string, given: RegExp])[] = [
  ["airflow", /^AIRFLOW/],
  ["aws", /^AWS_/],
  ["az", /^AZURE_/],
  ["bq gcloud gsutil", /^(?:GOOGLE_|CLOUDSDK_)/],
  ["databricks", /^DATABRICKS_/],
  ["dbt", /^DBT_/],
  ["docker docker-compose", /^DOCKER_/],
  ["git", /^(?:GIT_|SSH_)/],
  ["helm kubectl oc", /^(?:KUBE|HELM_)/],
  ["beeline hadoop hdfs hive spark-submit spark-sql sqoop yarn", /^(?:JAVA_|SPARK_|HADOOP_|YARN_|HIVE_)/],
  ["java mvn gradle", /^JAVA_/],
  ["ssh scp sftp", /^SSH_/],
  ["terraform", /^(?:TF_|AWS_|GOOGLE_|ARM_)/],
];

/** Variables that bash sets itself, and those that every Bash operator exports. */
const own =
  /^(?:BASH\w*|COLUMNS|DIRSTACK|EPOCH\w+|EUID|FUNCNAME|GROUPS|HISTCMD|HOSTNAME|HOSTTYPE|IFS|LINENO|LINES|MACHTYPE|OLDPWD|OPTARG|OPTIND|OSTYPE|PATH|PIPESTATUS|PPID|PS\d|PWD|RANDOM|REPLY|SECONDS|SHELLOPTS|SHLVL|SRANDOM|TERM|UID|_|AIRFLOW_CTX_\w+)$/;

/** What a text that runs on the worker expects of its environment, variables first. */
export function expectations(script: Script): Expected[] {
  return [...variables(script), ...programs(script)];
}

function variables(script: Script): Expected[] {
  const { text, holes } = script.folded;
  if (script.errors.length > 0) return [];
  const found: Expected[] = [];
  for (const one of text.matchAll(/(\\?)\$\{?([A-Z][A-Z0-9_]{2,})(\}|\b)/g)) {
    const [whole, escaped = "", name = "", close] = one;
    // `${NAME:-default}` provides for its absence.
    if (escaped !== "" || own.test(name) || (whole.includes("{") && close !== "}")) continue;
    const at = { start: one.index, end: one.index + whole.length };
    if (holes.some((hole) => hole.start < at.end && at.start < hole.end) || isQuoted(script, at) || isSet(text, name))
      continue;
    found.push({ name: `$${name}`, kind: "variable", given: new RegExp(`^${name}$`), span: at, script });
  }
  return found;
}

/** In single quotes, a here-document or a text for another shell: who reads it is not this shell. */
function isQuoted(script: Script, { start, end }: Span): boolean {
  const holding = commands(script).filter(
    ({ script: one, statement }) => one === script && statement.span.start <= start && end <= statement.span.end,
  );
  if (holding.length === 0) return false;
  return holding.some(
    ({ statement }) =>
      statement.nested !== undefined ||
      statement.redirects.some((one) => one.body !== undefined) ||
      statement.words.some((one) => one.span.start <= start && end <= one.span.end && !one.dynamic),
  );
}

/** `NAME=…`, `read NAME`, `for NAME in`, `export NAME=`, `source file`: the text gives it a value, or may. */
function isSet(text: string, name: string): boolean {
  return (
    new RegExp(
      `\\b${name}\\+?=|\\b(?:read|for|mapfile|readarray|getopts|printf -v|declare|local|export)\\b[^\\n;]*\\b${name}\\b`,
    ).test(text) || /(?:^|[\s;&])(?:source|\.|eval)\s/.test(text)
  );
}

function programs(script: Script): Expected[] {
  return commands(script).flatMap((visit): Expected[] => {
    const { statement, script: holder, nesting } = visit;
    if (nesting.length > 0 || holder.place !== "worker" || asksVersion(statement)) return [];
    const reader = readers.find(([names]) => names.split(" ").includes(statement.program ?? ""));
    if (!reader || statement.program === undefined) return [];
    return [{ name: statement.program, kind: "program", given: reader[1], span: statement.span, script: holder }];
  });
}

function asksVersion({ words }: ShellCommand): boolean {
  return words.some((one) => /^(?:--version|-V|version|--help|help)$/.test(one.text));
}
