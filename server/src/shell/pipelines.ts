/** Pipelines whose first commands may fail unseen, because the shell has no `pipefail`. */
import { asksOtherMachine } from "./pace.ts";
import type { Pipeline, Script, ShellCommand, Statement } from "./script.ts";
import { strictness } from "./strict.ts";
import { statements, touchesError, type Visit } from "./walk.ts";
import { doesWork } from "./weight.ts";

/** A pipeline that decides the status of its text, and whose own is that of its last stage. */
export type LaxPipeline = {
  /** The script whose text the statement's span is an offset range of. */
  readonly script: Script;
  readonly statement: Pipeline;
  /** The program whose failure is lost. */
  readonly program: string;
  /** The program of the last stage. */
  readonly last: string;
  /** The last stage may end before its input does (`head`, `grep -q`): with pipefail a stage killed by SIGPIPE fails the pipeline. */
  readonly endsEarly: boolean;
  /** The program only asks, and what it answers goes to whoever reads what the text prints. */
  readonly answers: boolean;
  /** The program fails for reasons that leave its answer whole or plain to see: `df` for one stale mount. */
  readonly harmless: boolean;
  /** What is lost is what a chain goes on by: `a | b && c`. */
  readonly chained: boolean;
  readonly nestedIn: readonly ShellCommand[];
};

/** How a text's pipelines are looked at: `errexit`: as if the script itself, not those it hands on, had `set -e`; `read`: what the text prints is read. */
export type Circumstances = { readonly errexit?: boolean; readonly read?: boolean };

/** Programs that take whatever comes, an empty input too, and succeed. */
const taking = new Set(
  "awk gawk mawk base64 bunzip2 bzip2 cat cut column dd fold grep egrep fgrep gunzip gzip zcat head jq json_pp less logger lz4 mail mailx md5sum more nl paste pigz pv rev sed sendmail sha256sum shuf sort split tac tail tee tr ts uniq wc xargs xz yq zstd".split(
    " ",
  ),
);

/** Clients that load what they read, and take the end of it for the end of the work. */
const loading: Readonly<Record<string, RegExp>> = {
  aws: /^s3 cp -\s/,
  gsutil: /(?:^|\s)cp -\s/,
  gcloud: /^storage cp -\s/,
  mysql: /^/,
  mariadb: /^/,
  psql: /^/,
  sqlite3: /^/,
  "clickhouse-client": /^/,
  hadoop: /^(?:dfs|fs) -put(?: -\w+)* -\s/,
  hdfs: /^dfs -put(?: -\w+)* -\s/,
  openssl: /^enc\b/,
  gpg: /^/,
};

/** The pipelines of a script and of the texts that it hands on whose lost failure would be the text's. */
export function laxPipelines(script: Script, { errexit = false, read = false }: Circumstances = {}): LaxPipeline[] {
  if (!/[^|]\|[^|]/.test(script.folded.text)) return [];
  return statements(script).flatMap((visit) => {
    const { statement, script: own, nesting } = visit;
    if (statement.kind !== "pipeline" || !decides(visit, errexit && own === script)) return [];
    if (strictness(own).get(statement)?.pipefail || isLookedAt(visit)) return [];
    const last = statement.stages.at(-1);
    if (!last || !takesAnything(last)) return [];
    const before = statement.stages.slice(0, -1);
    const works = first(before, isSaved(last));
    const asks = works === undefined && read && isPrinted(last) ? asked(before) : undefined;
    const program = works ?? asks;
    if (program === undefined) return [];
    // `curl … | grep ok`: grep fails on the nothing that a failed curl leaves.
    if (isGrep(last) && /^(?:curl|wget|ssh)$/.test(program)) return [];
    const name = last.kind === "command" ? (last.program ?? "") : "the loop";
    const answers = works === undefined;
    return [
      {
        script: own,
        statement,
        program,
        last: name,
        endsEarly: endsEarly(last),
        answers,
        harmless: answers && readers.has(program),
        chained: isChained(visit),
        nestedIn: nesting,
      },
    ];
  });
}

/** The program of the first stage that does work; for a file that is `saved`, a question to another machine does. */
function first(stages: readonly Statement[], saved: boolean): string | undefined {
  for (const one of stages) {
    const command = one.kind === "command" ? one : undefined;
    if (!command || filters.has(command.program ?? "")) continue;
    if (doesWork(command) && !isQuestion(command)) return command.program;
    if (saved && asksOtherMachine(command)) return command.program;
  }
  return undefined;
}

/** Programs that print something whatever happens, or to which nothing is an answer. */
const printing = new Set(
  "echo printf date seq yes true : env printenv hostname whoami pwd id uname uptime find ps pgrep".split(" "),
);

/** Programs that read what is there; what they cannot read they leave out, and end with 1. */
const readers = new Set(["df", "du", "free", "cat", "ls"]);

/** The program of the first stage, which looks something up: `df`, `stat`, `cat list.txt`. */
function asked([stage]: readonly Statement[]): string | undefined {
  return stage?.kind === "command" && !printing.has(stage.program ?? ":") ? stage.program : undefined;
}

function isSaved(last: Statement): boolean {
  return stdoutOf(last)?.some((one) => one !== "/dev/null" && !one.startsWith("&")) ?? false;
}

function isPrinted(last: Statement): boolean {
  return stdoutOf(last)?.length === 0;
}

/** Where a stage's output is redirected to. */
function stdoutOf(stage: Statement): readonly string[] | undefined {
  if (!("redirects" in stage)) return undefined;
  return stage.redirects.flatMap((one) =>
    /^(?:>>?\|?|&>>?)$/.test(one.operator) && (one.descriptor ?? 1) === 1 ? [one.target?.text ?? ""] : [],
  );
}

/** A filter fails with its arguments, not with its input. */
const filters = new Set(
  "awk gawk mawk base64 cut column fold jq nl paste rev sed seq shuf sort tac tee tr uniq yes xargs".split(" "),
);

/** Clients that are asked for something: what they answer, nothing too, is what the text works with. */
const questions: Readonly<Record<string, RegExp>> = {
  aws: /\b(?:list|describe|get|ls)\b|\b(?:list|describe|get)-/,
  az: /\b(?:list|show)\b/,
  gcloud: /\b(?:list|ls|du|describe|get-\S+|config)\b/,
  bq: /^(?:-\S+ )*(?:ls|show)\b/,
  gsutil: /(?:^|\s)(?:ls|stat|du)\b/,
  hdfs: /^dfs -(?:ls|du|count|stat)\b/,
  hadoop: /^fs -(?:ls|du|count|stat)\b/,
  airflow: /\b(?:list|state|version|info)\b/,
  git: /\b(?:log|show|ls-files|ls-remote|branch|tag|describe)\b/,
  squeue: /^/,
  sacct: /^/,
  qstat: /^/,
  crontab: /^-l/,
  pip: /^(?:list|freeze|show)\b/,
  netstat: /^/,
  ss: /^/,
  ip: /^/,
  ifconfig: /^/,
  nslookup: /^/,
  dig: /^/,
};

function isQuestion({ program = "", words }: ShellCommand): boolean {
  const asked = Object.hasOwn(questions, program) ? questions[program] : undefined;
  return (
    asked?.test(
      words
        .slice(1)
        .map((one) => one.text)
        .join(" "),
    ) ?? false
  );
}

/** `| gzip`, `| while read line; do …; done` */
function takesAnything(statement: Statement): boolean {
  if (statement.kind === "loop") return statement.keyword === "while";
  if (statement.kind !== "command") return false;
  const { program = "", words } = statement;
  if (taking.has(program)) return true;
  const given = Object.hasOwn(loading, program) ? loading[program] : undefined;
  const text = words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
  return given?.test(`${text} `) ?? false;
}

function isGrep(statement: Statement): boolean {
  const inverted =
    statement.kind === "command" &&
    statement.words.some((one) => /^(?:-\w*[vc]|--invert-match|--count)/.test(one.text));
  return statement.kind === "command" && /^[ef]?grep$/.test(statement.program ?? "") && !inverted;
}

function endsEarly(statement: Statement): boolean {
  if (statement.kind !== "command") return false;
  // `head --bytes -4` reads to the end: all but the last four.
  if (statement.program === "head")
    return !/(?:-n|-c|--lines|--bytes)[ =]?-\d/.test(statement.words.map((one) => one.text).join(" "));
  const { words } = statement;
  return isGrep(statement) && words.some((one) => /^(?:-\w*[qm]|--quiet|--silent|--max-count)/.test(one.text));
}

/** Its status would be that of the text: it stands last, or `set -e` holds; nobody asks for it, and nothing masks it. */
function decides(visit: Visit, errexit: boolean): boolean {
  const { script, statement, parents, conditional, background, substituted, scope } = visit;
  if (conditional || background || substituted || touchesError(visit)) return false;
  if (parents.some((one) => one.kind === "function" || one.kind === "negation")) return false;
  // `a | b || handle`
  if (
    parents.some(
      (one, index) =>
        one.kind === "and-or" && one.operator === "||" && !isOn(one.right, parents[index + 1] ?? statement),
    )
  )
    return false;
  if (errexit || strictness(script).get(statement)?.errexit) return true;
  // `a | b > day.csv && load day.csv`: what follows is to run only when it has succeeded.
  if (isChained(visit)) return true;
  return scope === script
    ? standsLast(script.body, [...parents, statement])
    : parents.every((one) => one.kind === "subshell");
}

/** It stands in front of an `&&` (or `||`). */
function isChained({ parents, statement }: Visit): boolean {
  return parents.some((one, index) => one.kind === "and-or" && isOn(one.left, parents[index + 1] ?? statement));
}

function isOn(side: Statement, one: Statement): boolean {
  return side === one;
}

/** Whether each of a chain of statements, one inside the other, is the last of its body. */
function standsLast(body: readonly Statement[], chain: readonly Statement[]): boolean {
  const [outer, ...inner] = chain;
  if (!outer) return true;
  if (body.length > 0 && body.at(-1) !== outer) {
    const last = body.at(-1);
    const passesOn =
      last?.kind === "command" &&
      last.program === "exit" &&
      last.words.slice(1).every((one) => /^\$\{?\?/.test(one.text));
    if (!passesOn || body.at(-2) !== outer) return false;
  }
  const [next] = inner;
  if (!next) return true;
  switch (outer.kind) {
    case "group":
    case "subshell":
    case "loop":
      return standsLast(outer.body, inner);
    case "and-or":
      return outer.operator === "&&" || next === outer.right ? standsLast([], inner) : false;
    case "if":
      return standsLast(outer.branches.map((one) => one.body).find((one) => one.includes(next)) ?? [next], inner);
    case "case":
      return standsLast(outer.branches.find((one) => one.includes(next)) ?? [next], inner);
    default:
      return false;
  }
}

/** `a | tee log; exit ${PIPESTATUS[0]}` */
function isLookedAt({ script, statement }: Visit): boolean {
  return script.folded.text.slice(statement.span.end).includes("PIPESTATUS");
}
