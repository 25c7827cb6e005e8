/** Whether a text does harm when a second copy of it runs beside the first. */
import { detacher } from "./detachers.ts";
import { answersAtOnce, isFilter } from "./pace.ts";
import type { Script, ShellCommand } from "./script.ts";
import { submits } from "./submit.ts";
import { type CommandVisit, commands, touchesError } from "./walk.ts";
import { doesWork } from "./weight.ts";

/** What may run twice, even at once: copying to the same place, reading, telling a service what to be. Tried on the words after the program. */
const repeatable: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    [
      "rsync scp sftp systemctl service supervisorctl pm2 launchctl initctl sc crontab reboot shutdown",
      "awk bzip2 find gunzip gzip md5sum ping sed sha1sum sha256sum sort split tar unzip uniq zip",
      "azcopy rclone s3cmd s5cmd seq",
      "apt apt-get brew conda dnf npm pip pip3 yarn yum",
      "qstat squeue sacct sinfo scontrol bjobs condor_q tmux screen wait test",
    ]
      .join(" ")
      .split(" ")
      .map((program) => [program, /^/]),
  ),
  alembic: /^(?:-\S+ \S+ )*(?:upgrade|current|history|stamp)\b/,
  aws: /^s3 (?:cp|sync|ls|rm)\b|\b(?:describe|get|list|head)-/,
  curl: /^(?!.*(?:^|\s)(?:-X ?(?:POST|PUT|PATCH|DELETE)|--request|-d|--data\S*|-F|--form\S*|-T|--upload-file|--json)(?=\s|=|$))/,
  // The index knows what it has.
  datacube: /(?:^|\s)(?:dataset (?:add|update|archive|restore|search|info)|product (?:add|update|list|show))\b/,
  docker:
    /^(?:container |image |compose (?:-\S+ \S+ )*)?(?:pull|push|build|tag|restart|start|stop|rm|rmi|kill|down|up|ps|logs|inspect|images|prune|login)\b/,
  "docker-compose": /(?:^|\s)(?:pull|build|restart|start|stop|rm|down|up|ps|logs)\b/,
  dvc: /^(?:pull|push|fetch|checkout|status)\b/,
  flyway: /(?:^|\s)(?:migrate|info|validate)\b/,
  gcloud: /^storage (?:cp|rsync|ls|rm)\b/,
  git: /(?:^|\s)(?:pull|fetch|clone|checkout|reset|clean|status|submodule)\b/,
  gsutil: /(?:^|\s)(?:cp|rsync|ls|rm|stat)\b/,
  hadoop: /^fs\b/,
  hdfs: /^dfs\b/,
  kubectl: /(?:^|\s)(?:get|describe|logs|apply|rollout|delete|cp|config)\b/,
  liquibase: /(?:^|\s)(?:update|status|validate)\b/,
  mc: /^(?:mirror|cp|ls|rm)\b/,
  podman: /^(?:container |image )?(?:pull|build|restart|start|stop|rm|rmi|kill|ps|logs|inspect|images)\b/,
  powershell: /\b(?:Start|Stop|Restart|Get)-Service\b/i,
  // What a variable holds is not known.
  psql: /(?:^|\s)(?:-c|--command[= ])\s*["']?\s*(?:(?:select|show|explain)\b|\\copy\b.*\bto\b|\$)/i,
  wget: /^(?!.*--(?:post|method|body))/,
};

/** `createdb --if-not-exists`, `load --skip-existing`: told to do what is not done yet. */
const onlyMissing =
  /^--(?:(?:create-)?if-(?:not-exists|missing|absent|newer)|(?:skip|ignore)[-_](?:existing|existent|present|done|if-exists|duplicates)|no-clobber|only-missing|missing-only|add-if-missing)(?:=|$)/;

/** Locks, job keys and looks at what an earlier copy left: `flock`, `[ -f job.pid ]`, `pgrep -f load`, `--idempotency-key`. */
const guards =
  /\b(?:flock|lockf|lockfile|dotlockfile|setlock|run-one|solo|with-lock|pgrep|pidof)\b|\bset -o noclobber\b|idempoten|--(?:job|run|request|lock)[-_]?(?:id|key|name|file|token)\b|--lock\b|\bpid_?file\b/i;
const looks =
  /(?:\btest|\[\[?)\s+(?:!\s*)?-[defrsL]\s+\S*(?:lock|pid|rc|done|success|complete|finished|status|running)|\bmkdir\s+(?!-p)\S*lock|\bkill -0\b|\bps\b[^;&|]*\|\s*grep/i;
/** The run's own name in the text: `{{ run_id }}` is the same for each try. */
const runKey = /\{\{[^}]*\b(?:run_id|ts|ts_nodash|ts_nodash_with_tz)\b[^}]*\}\}|\$\{?AIRFLOW_CTX_DAG_RUN_ID\b/;

/** Whether a text itself sees to it that a second copy does no harm: by a lock, a look at what is running, a key of the run. */
export function guardsItself(script: Script): boolean {
  const { text } = script.folded;
  return guards.test(text) || looks.test(text) || runKey.test(text);
}

/** The first command of a text that may take long and would do its work a second time; undefined when there is none for sure. */
export function firstUnrepeatable(script: Script): CommandVisit | undefined {
  return commands(script).find((visit) => !touchesError(visit) && !isHarmless(visit));
}

function isHarmless({ statement, parents, background, conditional, nesting }: CommandVisit): boolean {
  // What its nested text does is asked of that text.
  if (statement.nested || background || conditional) return true;
  if ([statement, ...nesting].some(endsByItself)) return true;
  if (looksOnly(statement)) return true;
  if (isPlainProgram(statement)) return false;
  if (answersAtOnce(statement) || submits(statement) || detacher(statement)) return true;
  const around = parents.at(-1);
  if (around?.kind === "pipeline" && around.stages[0] !== statement && isFilter(statement)) return true;
  const { program } = statement;
  if (program === undefined || !doesWork(statement)) return true;
  if (statement.words.some((one) => onlyMissing.test(one.text))) return true;
  const asked = Object.hasOwn(repeatable, program) ? repeatable[program] : undefined;
  return asked?.test(argumentsOf(statement)) ?? false;
}

/** timeout(1) ends it on the machine where it runs. */
function endsByItself(command: ShellCommand): boolean {
  return command.program !== "ssh" && command.wrappers.some((one) => one.name === "timeout" || one.name === "flock");
}

/** `{{ var.value.scripts }}/load.ksh`: a program whose folder alone is not known. */
function isPlainProgram({ words }: ShellCommand): boolean {
  return /\/[\w.-]+\.(?:sh|bash|ksh|py|pl|rb|jar|R)$/.test(words[0]?.text ?? "");
}

/** `bash check_new_runs.sh`: by its name it only looks. */
function looksOnly({ words }: ShellCommand): boolean {
  const first = words.find((one, index) => index > 0 && /\.(?:sh|bash|ksh|py|pl)$/.test(one.text)) ?? words[0];
  return /(?:^|\/)(?:check|list|status|show|verify|monitor|ping|wait)(?!_and)[\w-]*\.\w+$/.test(first?.text ?? "");
}

function argumentsOf(command: ShellCommand): string {
  return command.words
    .slice(1)
    .map((one) => one.text)
    .join(" ");
}
