/** How much a command's failure matters: work, preparation, tidying up. */
import { lastStatus } from "./deciding.ts";
import type { ShellCommand } from "./script.ts";

const preparing = new Set(
  "cd echo printf export set shopt source . sleep umask trap wait exit date true : unset alias hostname whoami pwd".split(
    " ",
  ),
);

/** Whether the command only sets the stage for others, or says something: `cd`, `export`, `source`, `echo`, `sleep`. */
export function prepares({ program }: ShellCommand): boolean {
  return program !== undefined && preparing.has(program);
}

const cleaning = new Set(
  "rm rmdir unlink mkdir touch chmod chown ln kill pkill killall umount fusermount grep egrep fgrep zgrep rg diff cmp test [ expr let which type command id getent ps pgrep pidof lsof ls cat head tail wc stat find read sleep wait trap set unset shopt deactivate true false : echo printf logger cd pushd popd ssh-keygen ssh-keyscan ssh-add ssh-agent exit return".split(
    " ",
  ),
);

const cleaningWords: Readonly<Record<string, RegExp>> = {
  docker:
    /^(?:container |image |network |volume |system |compose (?:-\S+ \S+ )*)?(?:rm|rmi|stop|kill|prune|down|inspect|ps|logs|images|login|logout)\b/,
  podman: /^(?:container |image |network |volume |system )?(?:rm|rmi|stop|kill|prune|down|inspect|ps|logs)\b/,
  "docker-compose": /(?:^|\s)(?:down|stop|rm|kill|ps|logs)\b/,
  kubectl: /(?:^|\s)(?:config|delete|get|describe|logs|top)\b/,
  helm: /^(?:uninstall|delete|list|ls|status|get|history)\b/,
  oc: /(?:^|\s)(?:delete|get|describe|logs)\b/,
  systemctl: /(?:^|\s)(?:stop|is-active|is-enabled|status|kill|reset-failed)\b/,
  service: /\b(?:stop|status)$/,
  aws: /^s3 (?:rm|ls)\b/,
  gsutil: /^(?:-\S+ )*(?:rm|ls|stat)\b/,
  hdfs: /^dfs -(?:rm|rmr|mkdir|test|ls|expunge)\b/,
  hadoop: /^fs -(?:rm|rmr|mkdir|test|ls|expunge)\b/,
  git: /^(?:-\S+ \S+ )*(?:diff|status|worktree remove|branch -[dD]|stash|rev-parse)\b/,
  tmux: /^(?:kill|has)/,
  screen: /-X quit\b/,
  ssh: /-O \w+/,
};

/** Base names of programs. */
export type Programs = ReadonlySet<string>;

const none: Programs = new Set();

/**
 * Whether the command only tidies up or asks: its failure is often meant not to matter. `harmless` are further programs
 * of which the project says so.
 */
export function isCleanup(command: ShellCommand, harmless = none): boolean {
  const { program } = command;
  if (program === undefined) return false;
  if (harmless.has(program)) return true;
  // `ssh db1 cat /var/backups/day.sql > day.sql` fetches a file.
  if (command.nested && command.nested.script.place !== "worker" && savesOutput(command)) return false;
  if (command.nested && program !== "eval") {
    const inner = lastStatus(command.nested.script);
    return inner.length > 0 && inner.every((one) => isCleanup(one, harmless));
  }
  if (cleaning.has(program)) return true;
  const words = Object.hasOwn(cleaningWords, program) ? cleaningWords[program] : undefined;
  return (
    words?.test(
      command.words
        .slice(1)
        .map((one) => one.text)
        .join(" "),
    ) ?? false
  );
}

function savesOutput({ redirects }: ShellCommand): boolean {
  return redirects.some(
    ({ operator, descriptor, target }) =>
      /^>[>|]?$/.test(operator) && (descriptor ?? 1) === 1 && target !== undefined && target.text !== "/dev/null",
  );
}

/** Sets up the shell, a tool or its access: when it fails, what follows does too. */
const settingUp: Readonly<Record<string, RegExp>> = {
  aws: /^(?:configure|eks update-kubeconfig)\b/,
  az: /^(?:login|account set|configure)\b/,
  conda: /^(?:activate|deactivate|init|config)\b/,
  docker: /^(?:network|volume create)\b/,
  gcloud: /^(?:config|auth|init|components|container clusters get-credentials)\b/,
  git: /^(?:config|init|remote|branch|log|show|fetch --dry-run)\b/,
  gsutil: /^mb\b/,
  kubectl: /^config\b/,
  pyenv: /^(?:activate|shell|local|init)\b/,
};

const setup = new Set(
  "eval exec export module ml nvm ulimit stty hash kinit klist virtualenv venv workon mkdir alias declare local readonly typeset env printenv dirname basename realpath tree du df free uname lscpu nvidia-smi ping clear history sync time tput".split(
    " ",
  ),
);

/**
 * Whether a failure of the command would matter: it neither prepares, asks nor tidies up, its program is known and none
 * of the `harmless`.
 */
export function doesWork(command: ShellCommand, harmless = none): boolean {
  const { program, words } = command;
  if (program === undefined || prepares(command) || isCleanup(command, harmless) || setup.has(program)) return false;
  const rest = words.slice(1).map((one) => one.text);
  if (rest.length === 1 && /^(?:-V|-v|--version|--help|-h|version|help)$/.test(rest[0] ?? "")) return false;
  const given = Object.hasOwn(settingUp, program) ? settingUp[program] : undefined;
  return !given?.test(rest.join(" "));
}
