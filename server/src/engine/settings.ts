import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import picomatch from "picomatch";
import { airflowMajor, type Limits, type Project, proposedLimits } from "../airflow/target.ts";
import { at, type ConfigProblem, type LoadedConfig, loadConfig, readConfig, repositoryRoot } from "../config/load.ts";
import { readRuleOptions } from "../config/ruleOptions.ts";
import type { Options } from "../config/schema.ts";
import { matchRules, type Selectable, selectRules, unknownSelector } from "../config/selection.ts";
import { rules } from "../rules/index.ts";
import type { GivenOptions } from "../rules/option.ts";
import type { Severity } from "../rules/rule.ts";
import { invalidConfig, ownRules, unknownSuppression, unusedSuppression } from "./own.ts";
import { detectTarget, type ToldCache } from "./project.ts";

export type { ConfigProblem } from "../config/load.ts";

/** All that linting one file depends on besides its text. Can be sent to another thread. */
export type Settings = {
  /** The directory that globs and shown paths are relative to: the configuration file's, the repository's or the starting directory. */
  readonly root: string;
  /** The configuration file, when there is one. */
  readonly source: string | undefined;
  /** Rule name → severity of its findings; a rule that is not here does not run. */
  readonly enabled: ReadonlyMap<string, Severity>;
  /** Rule name → severity, only where the configuration gives one. */
  readonly forced: ReadonlyMap<string, Severity>;
  /** Rule name → what the configuration says of the rule's own options. */
  readonly ruleOptions: ReadonlyMap<string, GivenOptions>;
  readonly perFileIgnores: readonly { readonly glob: string; readonly rules: ReadonlySet<string> }[];
  /** Globs relative to `root`. */
  readonly exclude: readonly string[];
  /** Whether a search goes into folders of tests. */
  readonly includeTests: boolean;
  /** Folders that imports begin in, relative to `root`. */
  readonly src: readonly string[];
  readonly project: Project;
  /** How `.airflowignore` files are read. */
  readonly airflowIgnore: "glob" | "regexp";
};

/** What the command line or the editor says, each stronger than the configuration file. */
export type Overrides = {
  /** Read this configuration file instead of searching one. */
  readonly config?: string | undefined;
  readonly profile?: "recommended" | "strict" | undefined;
  readonly select?: readonly string[] | undefined;
  readonly extendSelect?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  /** Globs besides those of the configuration. */
  readonly exclude?: readonly string[] | undefined;
  readonly airflowVersion?: string | undefined;
};

/** The settings for files in `directory`, and what is wrong with the configuration. Never throws for bad configuration. */
export function loadSettings(
  directory: string,
  overrides: Overrides = {},
  versions: ToldCache = new Map(),
): { settings: Settings; problems: ConfigProblem[] } {
  const config = overrides.config === undefined ? loadConfig(directory) : readConfig(overrides.config);
  return assemble(config, resolve(directory), overrides, versions);
}

/** Settings per directory, read once. */
export type SettingsResolver = {
  /** The settings for one file, by its path. */
  readonly for: (path: string) => Settings;
  /** What was wrong in the configuration files read so far, each told once. */
  readonly problems: () => ConfigProblem[];
};

/** A cache in front of {@link loadSettings}; drop it when a configuration or requirements file changes. */
export function settingsResolver(overrides: Overrides = {}): SettingsResolver {
  const known = new Map<string, Settings>();
  const problems = new Map<string, ConfigProblem>();
  const versions: ToldCache = new Map();
  return {
    for: (path) => {
      const directory = dirname(resolve(path));
      const cached = known.get(directory);
      if (cached) return cached;
      const loaded = loadSettings(directory, overrides, versions);
      known.set(directory, loaded.settings);
      for (const problem of loaded.problems) problems.set(JSON.stringify(problem), problem);
      return loaded.settings;
    },
    problems: () => [...problems.values()],
  };
}

/** Whether `path` matches one of the globs; a glob without a slash matches any part of the path. */
export function matchesGlob(settings: Pick<Settings, "root">, globs: readonly string[], path: string): boolean {
  const inside = relative(settings.root, isAbsolute(path) ? path : join(settings.root, path))
    .split(sep)
    .join("/");
  if (inside.startsWith("../")) return false;
  return globs.some((glob) => compiled(glob)(inside));
}

const matchers = new Map<string, (path: string) => boolean>();
function compiled(glob: string): (path: string) => boolean {
  let matcher = matchers.get(glob);
  if (!matcher) {
    const pattern = glob.replace(/^\.\//, "").replace(/\/$/, "");
    // A directory's name excludes what is below it.
    const patterns = pattern.includes("/") ? [pattern, `${pattern}/**`] : [`**/${pattern}`, `**/${pattern}/**`];
    matcher = picomatch(patterns, { dot: true });
    matchers.set(glob, matcher);
  }
  return matcher;
}

// Suppression findings belong to a selection of rules; the others say that a file was not looked at as it should.
const always = (rule: Selectable) =>
  rule.group === "tether" && rule.name !== unusedSuppression.name && rule.name !== unknownSuppression.name;

function assemble(
  config: LoadedConfig,
  directory: string,
  overrides: Overrides,
  versions: ToldCache,
): { settings: Settings; problems: ConfigProblem[] } {
  const { options, root } = config;
  const known: readonly Selectable[] = [...rules, ...ownRules];
  const file = config.source ?? root;
  const problems = [...config.problems];
  const selection = selectRules(merged(options, overrides, known), known, always);
  for (const { path, message } of selectRules(options, known, always).problems) {
    problems.push(at(file, config.lineOf(path), message));
  }
  const ruleOptions = new Map<string, GivenOptions>();
  for (const { name, options: declared = [] } of [...rules, ...ownRules.map(({ name }) => ({ name, options: [] }))]) {
    const table = options.rules[name];
    if (!table) continue;
    const read = readRuleOptions(name, table, declared);
    ruleOptions.set(name, read.values);
    for (const { path, message } of read.problems) problems.push(at(file, config.lineOf(path), message));
  }
  for (const message of wrongOverrides(overrides, known)) problems.push({ path: file, message });
  const perFileIgnores = Object.entries(options["per-file-ignores"]).map(([glob, selectors]) => {
    for (const selector of selectors) {
      const wrong = unknownSelector(selector, known);
      if (wrong) problems.push(at(file, config.lineOf(["per-file-ignores", glob]), `"per-file-ignores": ${wrong}`));
    }
    return { glob, rules: matchRules(selectors, known) };
  });
  const airflowVersion = overrides.airflowVersion ?? options["airflow-version"];
  // Above the configuration file and the repository nothing is the project's.
  const top =
    config.source === undefined ? (repositoryRoot(directory) ?? directory) : outermost(root, repositoryRoot(directory));
  const configured = { airflow: airflowVersion, providers: options["provider-versions"] };
  const target = detectTarget(directory, top, configured, versions);
  const project: Project = {
    target,
    deployment: {
      defaultTaskExecutionTimeout: options.airflow["default-task-execution-timeout"],
      defaultTaskRetries: options.airflow["default-task-retries"],
      defaultSensorTimeout: options.airflow["default-sensor-timeout"],
      defaultDeferrable: options.airflow["default-deferrable"],
    },
    limits: limits(options),
    sshConnections: options["ssh-connections"],
  };
  const settings: Settings = {
    root,
    source: config.source,
    enabled: selection.enabled,
    forced: selection.forced,
    ruleOptions,
    perFileIgnores,
    exclude: [...options.exclude, ...(overrides.exclude ?? [])],
    includeTests: options["include-tests"],
    src: options.src,
    project,
    airflowIgnore: options.airflow["dag-ignore-file-syntax"] ?? (airflowMajor(target) >= 3 ? "glob" : "regexp"),
  };
  return { settings, problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

// They stand in no file: the path only says which configuration they were laid over.
function wrongOverrides(overrides: Overrides, known: readonly Selectable[]): string[] {
  const given = { select: overrides.select, "extend-select": overrides.extendSelect, ignore: overrides.ignore };
  return Object.entries(given).flatMap(([option, selectors = []]) => {
    const wrong = selectors.flatMap((selector) => unknownSelector(selector, known) ?? []);
    return wrong.map((message) => `the "${option}" that was given: ${message}`);
  });
}

function merged(
  options: Options,
  overrides: Overrides,
  known: readonly Selectable[],
): Parameters<typeof selectRules>[0] {
  return {
    profile: overrides.profile ?? options.profile,
    select: overrides.select ?? (overrides.profile === undefined ? options.select : undefined),
    // A selection made for one run stands alone; what the file adds belongs to the file's own selection.
    "extend-select": [...(overrides.select ? [] : options["extend-select"]), ...(overrides.extendSelect ?? [])],
    ignore: [...(overrides.select ? [] : options.ignore), ...(overrides.ignore ?? [])],
    rules: overrides.select ? onlyNamed(options.rules, overrides.select, known) : options.rules,
  };
}

// With --select, a configured severity still holds for the rules selected but switches no others on.
function onlyNamed(
  configured: Options["rules"],
  select: readonly string[],
  known: readonly Selectable[],
): Options["rules"] {
  const severities = Object.entries(configured).filter(([name]) => {
    return matchRules(select, known).has(name);
  });
  return Object.fromEntries(severities.filter(([, rule]) => rule.severity !== "off"));
}

function limits(options: Options): Limits {
  const limit = (name: keyof Options["limits"], proposed: Limits[keyof Limits]) => {
    const seconds = options.limits[name];
    return seconds === undefined ? proposed : { seconds, configured: true };
  };
  return {
    executionTimeout: limit("execution-timeout", proposedLimits.executionTimeout),
    commandTimeout: limit("command-timeout", proposedLimits.commandTimeout),
    remoteJobTimeout: limit("remote-job-timeout", proposedLimits.remoteJobTimeout),
    sensorTimeout: limit("sensor-timeout", proposedLimits.sensorTimeout),
    subprocessTimeout: limit("subprocess-timeout", proposedLimits.subprocessTimeout),
    requestTimeout: limit("request-timeout", proposedLimits.requestTimeout),
  };
}

function outermost(a: string, b: string | undefined): string {
  return b !== undefined && b.length < a.length ? b : a;
}

/** A problem of the configuration in one line: `path:line: message`. */
export function describeProblem(problem: ConfigProblem): string {
  const line = problem.line === undefined ? "" : `:${problem.line}`;
  return `${problem.path}${line}: ${problem.message} [${invalidConfig.name}]`;
}
