/** How long a command may take, judged by its program and what it is asked to do. */
import { remoteInvocation } from "./remote.ts";
import type { Script, ShellCommand } from "./script.ts";
import { type CommandVisit, commands } from "./walk.ts";

/** Client programs whose answer comes from another machine. */
const clients = new Set([
  "aws",
  "az",
  "bq",
  "curl",
  "databricks",
  "gcloud",
  "gsutil",
  "hadoop",
  "hdfs",
  "kinit",
  "kubectl",
  "oozie",
  "wget",
  "yarn",
]);

type LongWork = readonly [programs: string, asked: RegExp, unless?: RegExp];

/** `curl -o data.zip`, `curl -LO`, `curl -T dump.gz`; `-o /dev/null` saves nothing. */
const savingOrSending =
  /(^|\s)(-(?![a-zA-Z]*[XH])[a-zA-Z]*o|--output\b(?!-))(?!=?\s*\/dev\/null\b|\s+-(\s|$))|(^|\s)(-(?![a-zA-Z]*[XH])[a-zA-Z]*[OT]|--remote-name(-all)?|--upload-file)(\s|=|$)/;

/** Clients that stay until the work on the other side has ended, and what they must be asked for that. Words are joined by blanks. */
const longWork: readonly LongWork[] = [
  // The expressions are tried on the words after the program.
  // A Spark job takes its time wherever it runs; only one that is told to run here is as quick as any other program.
  [
    "spark-submit spark2-submit spark3-submit",
    /(^|\s)[^\s-]/,
    /waitAppCompletion=false|--(status|kill)\b|--master[= ]["']?local\b|spark\.master=["']?local\b/,
  ],
  ["spark-sql", /--master[= ]["']?(?!local)|spark\.master=(?!local)/],
  // A local one that talks to a broker, a database or a store of another machine.
  [
    "spark-submit spark2-submit spark3-submit",
    /\b(kafka|jdbc:|mysql|mariadb|postgresql|mongo|cassandra|elasticsearch|redshift|snowflake|s3a:|hadoop-aws|abfss:|gs:)/i,
    /--(status|kill)\b/,
  ],
  ["beeline hive impala-shell sqoop sqlplus sqlcmd", /^/],
  // Without a host they talk to a server on this machine, or to one that the environment names.
  [
    "psql pg_dump pg_dumpall pg_restore mysql mysqldump clickhouse-client mongodump mongorestore mongoexport mongoimport",
    /(^|\s)(-h|--host|--uri)(?!=?\s*(localhost|127\.0\.0\.1)\b)|:\/\/|\bhost=/,
  ],
  ["hadoop", /^(jar|distcp)\b/],
  ["yarn", /^jar\b|\blogs\b.*-f/],
  ["flink", /^run\b/, /(^|\s)(-d|--detached|-yd)\b/],
  [
    "docker podman",
    /^(container |compose (-\S+ \S+ )*)?(run|exec|wait|attach)\b/,
    /\s(-[a-zA-Z]*d[a-zA-Z]*|--detach)(\s|=|$)/,
  ],
  ["docker podman", /^compose (.* )?up\b/, /\s(-d|--detach|--wait)(\s|$)/],
  ["docker-compose", /(^|\s)(run|exec|up)\b/, /\s(-d|--detach|--wait)(\s|$)/],
  ["kubectl oc", /(^|\s)(exec|attach)\b|\blogs\b.*\s(-f|--follow)\b|\brollout status\b/],
  ["kubectl oc", /(^|\s)run\b.*\s(--attach|-[a-z]*i[a-z]*|--stdin)\b/],
  ["gcloud", /\bcompute\b(.*\s)?(ssh|scp)\s/],
  ["gcloud", /\bdataproc jobs (submit|wait)\b|\bsql (import|export)\b/, /\s--async\b/],
  ["gcloud", /\brun jobs execute\b.*\s--wait\b/],
  ["sbatch", /(^|\s)(--wait|-W)\b/],
  ["qsub", /-sync\s+y|block=true/],
  ["bsub", /(^|\s)-K\b/],
  ["srun ansible ansible-playbook lftp", /^/],
  // What it saves or sends is a file; a single answer is there in a moment.
  [
    "curl",
    savingOrSending,
    /\s(-[a-zA-Z]*I[a-zA-Z]*|--head|-[yY]\d*|--speed-(time|limit)|-K|--config|file:\S*)(\s|=|$)/,
  ],
  ["wget", /^/, /\s(--spider|--read-timeout|-[a-zA-Z]*O\s*(-|\/dev\/null))(\s|=|$)/],
];

/** Programs that answer at once, so that ten silent seconds already mean trouble. */
const instant = new Set(
  ": [ [[ basename cat cd chmod chown cp date df dirname echo env exit export false free getent groups head hostname id kill ln ls mkdir mktemp mv nproc printenv printf ps pwd readlink realpath rm rmdir set stat tail test touch true umask uname unlink unset uptime which whoami".split(
    " ",
  ),
);

/** Programs that are as quick as what is piped into them. */
const filters = new Set("awk base64 cut grep egrep fgrep head sed sort tail tee tr uniq wc".split(" "));

const remotePrograms = ["ssh", "autossh", "scp", "sftp", "rsync"];
const longPrograms = longWork.flatMap(([programs]) => programs.split(" "));
const longWords = wordsOf([...remotePrograms, ...longPrograms]);
const anyWords = wordsOf([...remotePrograms, ...longPrograms, ...clients]);

function wordsOf(programs: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${[...new Set(programs)].join("|")})\\b`);
}

/** Whether a text names a program for which {@link waitsForOtherMachine} (or, `any`, {@link asksOtherMachine}) could hold. */
export function mentionsOtherMachine(text: string, any: boolean): boolean {
  return (any ? anyWords : longWords).test(text);
}

/** Whether the command's answer comes from another machine: ssh and its kin, cloud and database clients. */
export function asksOtherMachine(command: ShellCommand): boolean {
  return waitsForOtherMachine(command) || (clients.has(command.program ?? "") && !asksVersion(command));
}

/** Whether the command stays until work on another machine has ended, however long that takes. */
export function waitsForOtherMachine(command: ShellCommand): boolean {
  const call = remoteInvocation(command);
  if (call) return call.destination !== undefined && !call.tunnelOnly;
  if (asksVersion(command)) return false;
  const text = command.words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
  return longWork.some(
    ([programs, asked, unless]) =>
      programs.split(" ").includes(command.program ?? "") && asked.test(text) && !unless?.test(` ${text}`),
  );
}

/** Whether the command carries a limit of its own: `timeout 60 ssh …`, `curl --max-time 60`, `kubectl … --timeout=60s`. */
export function isLimited(command: ShellCommand): boolean {
  if (command.wrappers.some((one) => one.name === "timeout")) return true;
  const words = command.words.map((one) => one.text);
  if (command.program === "curl") return words.some((one) => /^(--max-time(=|$)|-[a-zA-Z]*m\d*$)/.test(one));
  if (command.program === "wget") return words.some((one) => /^(--timeout(=|$)|-T\d*$)/.test(one));
  return words.some((one) => /^--(request-)?timeout(=|$)/.test(one));
}

/**
 * Whether the client gives up by itself on a server that falls silent: the AWS CLI, after 60 s (`cli_read_timeout`), but
 * for transfers, waiters and followed logs, which go on from one answer to the next.
 */
export function givesUp({ program, words }: ShellCommand): boolean {
  if (program !== "aws") return false;
  const text = words.map((one) => one.text).join(" ");
  return !/ s3 (cp|sync|mv)\b| wait | --follow\b| --cli-(read|connect)-timeout[ =]0\b| (start-session|execute-command|ssh|socks)\b/.test(
    text,
  );
}

const units: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
]);

/** The seconds of `timeout 1h CMD`; undefined without one, or where they are not known. */
export function timeoutSeconds(command: ShellCommand): number | undefined {
  const words = command.wrappers.find((one) => one.name === "timeout")?.words ?? [];
  const operand = words.find(
    (one, index) =>
      index > 0 && !one.text.startsWith("-") && !/^(?:-[ks]|--signal|--kill-after)$/.test(words[index - 1]?.text ?? ""),
  );
  const duration = operand && !operand.dynamic ? /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(operand.text) : undefined;
  return duration ? Number(duration[1]) * (units.get(duration[2] ?? "") ?? 1) : undefined;
}

/** Shells of the same machine: they take as long as the text that they are given. */
const shells = new Set("bash sh dash ash zsh ksh eval su runuser".split(" "));

/** Whether every command of a text, and of the texts that it hands to shells, ends within seconds, or is excused by `other`. */
export function isQuickText(script: Script, other: (command: ShellCommand) => boolean = () => false): boolean {
  const all = [...commands(script)];
  const waiting = all.some(({ parents }) =>
    parents.some((one) => one.kind === "loop" && (one.keyword === "while" || one.keyword === "until")),
  );
  const quick = ({ statement, parents, background, nesting }: CommandVisit): boolean => {
    // `nohup job &`: what is left running is another matter, the session ends at once.
    if (background && nesting.length === 0) return true;
    if (statement.nested && shells.has(statement.program ?? "")) return true;
    const around = parents.at(-1);
    const fed = around?.kind === "pipeline" && around.stages[0] !== statement;
    return answersAtOnce(statement) || (fed && isFilter(statement)) || other(statement);
  };
  return !waiting && all.every(quick);
}

/** Whether the command ends within seconds wherever it runs. */
export function answersAtOnce(command: ShellCommand): boolean {
  const follows = command.program === "tail" && command.words.some((one) => /^(-\w*f|--follow)/i.test(one.text));
  return command.program !== undefined && instant.has(command.program) && !follows;
}

/** Whether the command tells a service manager what to be: as a rule it answers within seconds. */
export function tellsService({ program, words }: ShellCommand): boolean {
  if (program !== "systemctl" && program !== "service") return false;
  return words.some((one) =>
    /^(start|stop|restart|reload|try-restart|enable|disable|daemon-reload|status)$/.test(one.text),
  );
}

/** Whether the command is one request whose answer it shows: no transfer of files. */
export function asksOnce({ program, words, redirects }: ShellCommand): boolean {
  if (program !== "curl" || redirects.some((one) => one.operator.includes(">"))) return false;
  return !words.some((one) =>
    /^(-[a-zA-Z]*[oOTK]|--(output|remote-name|upload-file|config|retry)\b.*)$/.test(one.text),
  );
}

/** Whether the command ends with the one that is piped into it. */
export function isFilter(command: ShellCommand): boolean {
  return command.program !== undefined && filters.has(command.program);
}

/** `pg_dump --version`: only a question about the program. */
export function asksVersion(command: ShellCommand): boolean {
  return command.words.some((one) => /^(--?version|--help|-V|version|help)$/.test(one.text));
}
