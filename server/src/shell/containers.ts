/** Commands that start a container, or a command in one, and leave it running. */
import { options, type ParsedOptions } from "./options.ts";
import { optionSpecs } from "./programs.ts";
import type { Script, ShellCommand, Word } from "./script.ts";
import { type CommandVisit, commands } from "./walk.ts";

/** A container that is started and left. */
export type LeftContainer = {
  /** `docker run -d`, `docker compose up -d` … */
  readonly how: string;
  readonly verb: "run" | "exec" | "up";
  /** `-d`, `--detach`, `-itd`. */
  readonly option: Word;
  /** It is made to be used by others while it runs: it publishes a port, is restarted when it ends, or is a known server. */
  readonly serves: boolean;
  /** The compose files that the command names. */
  readonly files: readonly string[];
};

const client = /^(?:docker|podman|nerdctl)$/;

/** What a command leaves running; undefined when it waits, or starts nothing. */
export function leftContainer(command: ShellCommand): LeftContainer | undefined {
  const { program, words } = command;
  if (program === "docker-compose" || program === "podman-compose") return composed(program, words.slice(1));
  if (program === undefined || !client.test(program)) return undefined;
  const global = options(words.slice(1), optionSpecs.docker).operands;
  const [verb, ...rest] = global[0]?.text === "container" ? global.slice(1) : global;
  if (verb?.text === "compose") return composed(`${program} compose`, rest);
  if (verb?.text !== "run" && verb?.text !== "exec") return undefined;
  const parsed = options(rest, verb.text === "run" ? optionSpecs["docker run"] : optionSpecs["docker exec"]);
  const option = detaching(parsed);
  if (!option) return undefined;
  const image = parsed.operands[0]?.text ?? "";
  const used = ["p", "publish", "P", "restart", "expose"].some((flag) => parsed.flags.has(flag));
  return {
    how: `${program} ${verb.text} -d`,
    verb: verb.text,
    option,
    serves: verb.text === "run" && (used || isServer(image)),
    files: [],
  };
}

function composed(name: string, words: readonly Word[]): LeftContainer | undefined {
  const { flags, operands } = options(words, optionSpecs["docker compose"]);
  const [verb, ...rest] = operands;
  // docker-compose-app.yml
  const files = [...(flags.get("f") ?? []), ...(flags.get("file") ?? [])].map((one) => one.text ?? "");
  if (verb?.text === "up") {
    const option = rest.find((one) => /^(?:--detach|-[a-zA-Z]*d)$/.test(one.text));
    const services = rest.filter((one) => !one.text.startsWith("-"));
    if (!option || rest.some((one) => /^--wait/.test(one.text))) return undefined;
    const named = [...services.map((one) => one.text), ...files.map((one) => one.replace(/\.\w+$/, ""))];
    return { how: `${name} up -d`, verb: "up", option, serves: named.some(isServer), files };
  }
  if (verb?.text !== "run" && verb?.text !== "exec") return undefined;
  const spec = verb.text === "run" ? optionSpecs["docker run"] : optionSpecs["docker exec"];
  const option = detaching(options(rest, spec));
  return option && { how: `${name} ${verb.text} -d`, verb: verb.text, option, serves: false, files };
}

function detaching({ flags }: ParsedOptions): Word | undefined {
  const long = flags.get("detach")?.at(-1);
  if (long) return long.text === "false" ? undefined : long.word;
  return flags.get("d")?.[0]?.word;
}

const servers =
  /(?:^|[-_])(?:postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|rabbitmq|kafka|zookeeper|elasticsearch|opensearch|kibana|grafana|prometheus|nginx|httpd|traefik|haproxy|minio|vault|consul|registry|selenium|jenkins|airflow|superset|metabase|mlflow|jupyter|clickhouse(?:-server)?|cassandra|neo4j|db|database|web|api|app|server|service|frontend|backend|proxy|broker)(?:$|[-_])/i;

/** `docker.io/library/postgres:16` */
function isServer(image: string): boolean {
  const name = image.split("/").at(-1)?.split(/[:@]/)[0] ?? "";
  return servers.test(name);
}

/** What a script does later about the containers that a command left. */
export type Afterwards = {
  /** The command that awaits the end without its status: `docker wait`, `docker logs -f`. */
  readonly awaited: CommandVisit | undefined;
  /** The container is used, asked for, stopped, or its status read. */
  readonly used: boolean;
};

const asking =
  /^(?:curl|wget|nc|ncat|pg_isready|psql|mysql|mysqladmin|mongosh?|redis-cli|wait-for-it(?:\.sh)?|ss|lsof)$/;
const using =
  /(?:^|\s)(?:exec|attach|port|cp|top|stats|inspect|ps|ls|commit|stop|kill|rm|down|restart|network|export)(?:\s|$)/;

/** The commands behind one, in its own script or in the one around it. */
export function afterContainer(left: CommandVisit, root: Script): Afterwards {
  const all = commands(root);
  let awaited: CommandVisit | undefined;
  let used = false;
  for (const one of all.slice(all.indexOf(left) + 1)) {
    const { statement } = one;
    const program = statement.program ?? "";
    const text = statement.words
      .slice(1)
      .map((word) => word.text)
      .join(" ");
    if (asking.test(program)) used = true;
    if (!client.test(program) && !/^(?:docker|podman)-compose$/.test(program)) continue;
    const waits = /(?:^|\s)wait(?:\s|$)/.test(text);
    // `exit "$(docker wait job)"`, `docker wait job | grep -q '^0'`
    const read = one.substituted || one.conditional || one.parents.at(-1)?.kind === "pipeline";
    if (waits && read) used = true;
    else if (waits || /(?:^|\s)logs\s.*(?:-f\b|--follow)/.test(text)) awaited ??= one;
    else if (using.test(text)) used = true;
  }
  return { awaited, used };
}
