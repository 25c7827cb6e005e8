/** Programs that return before what they start has ended, without an `&`. */
import { options } from "./options.ts";
import { optionSpecs } from "./programs.ts";
import { remoteInvocation } from "./remote.ts";
import type { ShellCommand, Wrapper } from "./script.ts";

/** How a command lets go of what it starts. */
export type Detacher = {
  /** What to call it in a message: `screen -dm`, `systemctl start`. A plain `setsid` detaches only where it forks. */
  readonly how: string;
  /** A long-running service is started, not a job whose end matters. */
  readonly service: boolean;
  /** The words of what is started; empty when they are not on the command line. */
  readonly started: readonly string[];
};

/** Whether a text names a program that may detach what it starts; when not, only an `&` can. */
export function mentionsDetacher(text: string): boolean {
  return detacherWords.test(text);
}

/** The detacher that this command is, with its wrappers; undefined when it waits. */
export function detacher(command: ShellCommand): Detacher | undefined {
  const started = command.words.map((word) => word.text);
  for (const wrapper of command.wrappers) {
    const how = wrapperDetaches(wrapper);
    if (how) return { how, service: false, started };
  }
  const { program } = command;
  const find = program !== undefined && Object.hasOwn(programs, program) ? programs[program] : undefined;
  if (/^\/etc\/(?:rc\.d\/)?init\.d\/./.test(started[0] ?? "") && /^(?:re)?start$/.test(started[1] ?? "")) {
    return service("service start", [program ?? ""]);
  }
  return find?.(started.slice(1), command);
}

function wrapperDetaches(wrapper: Wrapper): string | undefined {
  const words = wrapper.words.slice(1);
  switch (wrapper.name) {
    case "setsid":
      if (words.some((one) => /^(?:--wait|-[a-z]*w[a-z]*)$/.test(one.text))) return undefined;
      return words.some((one) => /^(?:--fork|-[a-z]*f[a-z]*)$/.test(one.text)) ? "setsid -f" : "setsid";
    case "sudo":
      return options(words, optionSpecs.sudo).flags.has("b") ? "sudo -b" : undefined;
    case "coproc":
      return "coproc";
    default:
      return undefined;
  }
}

type Find = (words: readonly string[], command: ShellCommand) => Detacher | undefined;

const job = (how: string, started: readonly string[] = []): Detacher => ({ how, service: false, started });
const service = (how: string, started: readonly string[] = []): Detacher => ({ how, service: true, started });
/** The words without options. */
const plain = (words: readonly string[]): string[] => words.filter((one) => !one.startsWith("-"));

const ssh: Find = (_, command) => {
  const call = remoteInvocation(command);
  if (!call?.background || ["O", "V", "Q", "G"].some((flag) => call.flags.has(flag))) return undefined;
  return { how: "ssh -f", service: call.tunnelOnly, started: call.command.map((word) => word.text) };
};

const containers: Find = (_, command) => {
  const global = options(command.words.slice(1), optionSpecs.docker).operands;
  const inner = global[0]?.text === "container" ? global.slice(1) : global;
  const [verb, ...rest] = inner;
  const name = command.program ?? "docker";
  if (verb?.text === "compose")
    return composed(
      `${name} compose`,
      rest.map((word) => word.text),
    );
  const spec = verb?.text === "exec" ? optionSpecs["docker exec"] : optionSpecs["docker run"];
  const parsed = options(rest, spec);
  const detached = parsed.flags.has("d") || parsed.flags.has("detach");
  const operands = parsed.operands.map((word) => word.text);
  switch (verb?.text) {
    case "run":
      if (!detached || parsed.flags.get("detach")?.at(-1)?.text === "false") return undefined;
      return { how: `${name} run -d`, service: parsed.flags.has("restart"), started: operands };
    case "exec":
      return detached ? job(`${name} exec -d`, operands.slice(1)) : undefined;
    case "start":
      return ["a", "attach", "i"].some((flag) => parsed.flags.has(flag))
        ? undefined
        : service(`${name} start`, operands);
    case "service":
      return operands[0] === "create" || operands[0] === "update"
        ? service(`${name} service ${operands[0]}`)
        : undefined;
    case "stack":
      return operands[0] === "deploy" || operands[0] === "up" ? service(`${name} stack deploy`) : undefined;
    default:
      return undefined;
  }
};

function composed(name: string, words: readonly string[]): Detacher | undefined {
  const verb = words.findIndex((one) => /^(?:up|run|exec|start|restart)$/.test(one));
  const rest = words.slice(verb + 1);
  const detached = rest.some((one) => /^(?:--detach|--wait|-[a-z]*d[a-z]*)$/i.test(one));
  switch (words[verb]) {
    case "up":
      return detached ? service(`${name} up -d`, plain(rest)) : undefined;
    case "run":
    case "exec":
      return detached ? job(`${name} ${words[verb]} -d`, plain(rest).slice(1)) : undefined;
    case "start":
    case "restart":
      return service(`${name} ${words[verb]}`, plain(rest));
    default:
      return undefined;
  }
}

const screen: Find = (words) => {
  const flags = words.filter((one) => /^-[a-zA-Z]+$/.test(one)).join("");
  if (/d/.test(flags) && /m/.test(flags) && !/D/.test(flags)) {
    const at = words.findIndex((one) => /m/.test(one) && one.startsWith("-"));
    return job("screen -dm", afterOptions(words.slice(at)));
  }
  return words.includes("-X") && words.includes("stuff") ? job("screen -X stuff") : undefined;
};

/** `-dmS name job.sh` → `job.sh` */
function afterOptions(words: readonly string[]): string[] {
  let at = 0;
  while (words[at]?.startsWith("-")) at += /[STcehptxL]$/.test(words[at] ?? "") && !/L$/.test(words[at] ?? "") ? 2 : 1;
  return words.slice(at);
}

const tmux: Find = (words, command) => {
  const [name, ...operands] = options(command.words.slice(1), { short: "2CDlNuvc:f:L:S:T:" }).operands;
  const parsed = options(operands, { short: "AabdDEPXc:e:F:f:n:s:t:x:y:" });
  const started = parsed.operands.map((one) => one.text);
  const verb = name?.text;
  switch (verb) {
    case "new-session":
    case "new":
      return parsed.flags.has("d") ? job("tmux new-session -d", started) : undefined;
    case "send-keys":
    case "send":
      return job("tmux send-keys");
    case "new-window":
    case "neww":
    case "split-window":
    case "splitw":
      return words.length > 1 ? job(`tmux ${verb}`, started) : undefined;
    case "run-shell":
    case "run":
      return parsed.flags.has("b") ? job("tmux run-shell -b", started) : undefined;
    default:
      return undefined;
  }
};

const at: Find = (words, command) =>
  words.some((one) => /^-[a-zA-Z]*[lcrdV]/.test(one)) ? undefined : job(command.program ?? "at");

const systemdRun: Find = (words) => {
  const own = words.slice(0, words.findIndex((one) => !one.startsWith("-")) + 1 || words.length);
  const waits = own.some((one) =>
    /^(?:--wait|--pty|--pipe|--scope|--shell|--help|--version|-[a-zA-Z]*[tPS][a-zA-Z]*)$/.test(one),
  );
  return waits ? undefined : job("systemd-run", plain(words));
};

const systemctl: Find = (words) => {
  const [verb, ...units] = plain(words);
  if (verb === undefined || !/^(?:start|restart|try-restart|reload-or-restart)$/.test(verb)) return undefined;
  return service(words.includes("--no-block") ? `systemctl ${verb} --no-block` : `systemctl ${verb}`, units);
};

const verbs =
  (...starts: readonly string[]): Find =>
  (words, command) => {
    const [verb, ...rest] = plain(words);
    return verb && starts.includes(verb) ? service(`${command.program} ${verb}`, rest) : undefined;
  };

const programs: Readonly<Record<string, Find>> = {
  ssh,
  autossh: ssh,
  docker: containers,
  podman: containers,
  nerdctl: containers,
  "docker-compose": (words) => composed("docker-compose", words),
  "podman-compose": (words) => composed("podman-compose", words),
  screen,
  tmux,
  at,
  batch: at,
  "systemd-run": systemdRun,
  systemctl,
  // `service nginx start`
  service: (words) => (/^(?:re)?start$/.test(words[1] ?? "") ? service("service start", words.slice(0, 1)) : undefined),
  daemonize: (words) => job("daemonize", afterOptions(words)),
  "start-stop-daemon": (words) =>
    words.some((one) => /^(?:--background|-b)$/.test(one)) ? service("start-stop-daemon --background") : undefined,
  pm2: verbs("start", "restart", "startOrRestart", "reload"),
  supervisorctl: verbs("start", "restart"),
  forever: verbs("start", "restart"),
  sem: (words) => (words.some((one) => /^(?:--fg|--wait)$/.test(one)) ? undefined : job("sem", plain(words))),
  parallel: (words) => (words.includes("--bg") ? job("parallel --bg") : undefined),
};

const detacherWords = new RegExp(
  `\\b(?:${[...Object.keys(programs), "setsid", "sudo", "coproc", "init\\.d"].join("|")})\\b`,
);
