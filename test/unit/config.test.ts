import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { parseDuration } from "../../server/src/config/duration.ts";
import { loadConfig, readConfig } from "../../server/src/config/load.ts";
import { nearest } from "../../server/src/config/nearest.ts";
import { defaultOptions, optionsSchema } from "../../server/src/config/schema.ts";
import { type Selectable, selectRules } from "../../server/src/config/selection.ts";
import { validateOptions } from "../../server/src/config/validate.ts";
import { loadSettings, settingsResolver } from "../../server/src/engine/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "tether-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
let repository = "";
let count = 0;
beforeEach(() => {
  repository = join(folder, String(count++));
  mkdirSync(join(repository, ".git"), { recursive: true });
});

function write(path: string, text: string): string {
  const file = join(repository, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("durations", () => {
  test.each([
    [90, 90],
    ["90", 90],
    ["90s", 90],
    ["45m", 2700],
    ["1h30m", 5400],
    ["1h 30m", 5400],
    ["2d", 172800],
    ["1.5h", 5400],
  ])("%s", (written, seconds) => {
    expect(parseDuration(written)).toBe(seconds);
  });
  test.each(["", "soon", "1x", "h", "-5", "0", "1h30"])("not %j", (written) => {
    expect(parseDuration(written)).toBeUndefined();
  });
});

test("nearest finds typing errors and nothing far-fetched", () => {
  const names = ["ssh-background-command", "bash-background-command", "popen-not-waited"];
  expect(nearest("ssh-backgroud-comand", names)).toBe("ssh-background-command");
  expect(nearest("frobnicate", names)).toBeUndefined();
});

describe("options", () => {
  test("every option has a description", () => {
    for (const [name, schema] of Object.entries(optionsSchema.shape)) {
      expect(schema.description, name).toMatch(/^[A-Z].*\.$/s);
    }
  });

  test("a wrong option is left out with a clear message, the rest counts", () => {
    const { options, problems } = validateOptions({
      selekt: ["TET101"],
      ignore: ["popen-not-waited"],
      "airflow-version": 2.9,
      limits: { "execution-timeout": "soon", "sensor-timeout": "2h", timeout: 5 },
      rules: { "popen-not-waited": { severity: "loud" }, "bash-ssh-call": { severity: "info" } },
    });
    expect(problems.map(({ path, message }) => `${path.join(".")} | ${message}`).sort()).toEqual([
      'airflow-version | "airflow-version": expected a version in quotes, such as "2.9.3"',
      'limits.execution-timeout | "limits.execution-timeout": expected seconds or a duration such as "90s", "45m" or "1h30m"',
      'limits.timeout | unknown option "limits.timeout".',
      'rules.popen-not-waited.severity | "rules.popen-not-waited.severity": expected "error", "warning", "info" or "off"',
      'selekt | unknown option "selekt". Did you mean "select"?',
    ]);
    expect(options.ignore).toEqual(["popen-not-waited"]);
    expect(options.limits).toEqual({ "sensor-timeout": 7200 });
    expect(options.rules["bash-ssh-call"]).toEqual({ severity: "info" });
  });

  test.each([[undefined], [5], ["x"], [[]], [null]])("a configuration that is no table: %j", (raw) => {
    const { options, problems } = validateOptions(raw);
    expect(options).toEqual(defaultOptions);
    expect(problems).toHaveLength(1);
  });
});

describe("configuration files", () => {
  test("the nearest one upward holds, up to the repository", () => {
    const outer = write("tether.toml", 'ignore = ["a"]\n');
    const inner = write("dags/tether.toml", 'ignore = ["b"]\n');
    mkdirSync(join(repository, "dags/deep"));
    mkdirSync(join(repository, "other"));
    expect(loadConfig(join(repository, "dags/deep")).source).toBe(inner);
    expect(loadConfig(join(repository, "other")).source).toBe(outer);
    mkdirSync(join(repository, "vendored/.git"), { recursive: true });
    expect(loadConfig(join(repository, "vendored")).source).toBeUndefined();
  });

  test("pyproject.toml counts with [tool.tether] only", () => {
    const outer = write("pyproject.toml", '[tool.tether]\nignore = ["a"]\n');
    write("dags/pyproject.toml", '[project]\nname = "not tether"\n');
    const loaded = loadConfig(join(repository, "dags"));
    expect(loaded.source).toBe(outer);
    expect(loaded.options.ignore).toEqual(["a"]);
  });

  test("problems carry file and line", () => {
    const path = write(
      "pyproject.toml",
      '[project]\nname = "x"\n\n[tool.tether]\nignore = ["a"]\n\n[tool.tether.limits]\n# how long\nexecution-timeout = "soon"\n',
    );
    expect(readConfig(path).problems).toEqual([
      {
        path,
        line: 9,
        message: '"limits.execution-timeout": expected seconds or a duration such as "90s", "45m" or "1h30m"',
      },
    ]);
  });

  test("TOML that can't be read is a problem with its line", () => {
    const path = write("tether.toml", 'ignore = ["a"]\nselect = [\n');
    const [problem] = loadConfig(repository).problems;
    expect(problem?.path).toBe(path);
    expect(problem?.line).toBeGreaterThan(1);
    expect(problem?.message).toMatch(/^not valid TOML: /);
  });

  test("a file given by name that is not there", () => {
    const path = join(repository, "nowhere.toml");
    expect(loadSettings(repository, { config: path }).problems).toEqual([
      { path, message: "can't be read: it does not exist" },
    ]);
  });

  test("a byte order mark and CRLF are fine", () => {
    write("tether.toml", '\uFEFFprofile = "strict"\r\nignore = ["a"]\r\n');
    expect(loadConfig(repository).options).toMatchObject({ profile: "strict", ignore: ["a"] });
  });
});

describe("selection", () => {
  const rule = (
    code: string,
    name: string,
    group: string,
    profile: Selectable["profile"] = "recommended",
  ): Selectable => {
    return { code, name, group, profile, severity: "warning" };
  };
  const known = [
    rule("TET101", "ssh-bg", "fire-and-forget"),
    rule("TET102", "bash-bg", "fire-and-forget"),
    rule("TET201", "no-limit", "missing-timeout"),
    rule("TET202", "tight-limit", "missing-timeout", "strict"),
    rule("TET900", "syntax-error", "tether"),
  ];
  const select = (options: Partial<Parameters<typeof selectRules>[0]>) => {
    const all = { profile: "recommended" as const, "extend-select": [], ignore: [], rules: {}, ...options };
    return selectRules(all, known, (one) => one.group === "tether");
  };
  const names = (options: Parameters<typeof select>[0]) => [...select(options).enabled.keys()];

  test.each([
    ["the recommended profile", {}, ["ssh-bg", "bash-bg", "no-limit", "syntax-error"]],
    ["strict", { profile: "strict" }, ["ssh-bg", "bash-bg", "no-limit", "tight-limit", "syntax-error"]],
    ["select by name, with what always runs", { select: ["bash-bg"] }, ["bash-bg", "syntax-error"]],
    ["select by code", { select: ["tet102"] }, ["bash-bg", "syntax-error"]],
    ["select by code prefix", { select: ["TET2"] }, ["no-limit", "tight-limit", "syntax-error"]],
    ["select by group", { select: ["missing-timeout"] }, ["no-limit", "tight-limit", "syntax-error"]],
    ["extend", { "extend-select": ["tight-limit"] }, ["ssh-bg", "bash-bg", "no-limit", "tight-limit", "syntax-error"]],
    ["ignore a group", { ignore: ["fire-and-forget"] }, ["no-limit", "syntax-error"]],
    [
      "ignore a group but for one",
      { ignore: ["fire-and-forget"], "extend-select": ["ssh-bg"] },
      ["ssh-bg", "no-limit", "syntax-error"],
    ],
    ["ignore beats select among equals", { select: ["ssh-bg"], ignore: ["TET101"] }, ["syntax-error"]],
    ["ignore what always runs", { ignore: ["syntax-error"] }, ["ssh-bg", "bash-bg", "no-limit"]],
    ["severity off", { rules: { "ssh-bg": { severity: "off" } } }, ["bash-bg", "no-limit", "syntax-error"]],
    [
      "a severity switches on",
      { rules: { "tight-limit": { severity: "info" } } },
      ["ssh-bg", "bash-bg", "no-limit", "tight-limit", "syntax-error"],
    ],
  ] satisfies [string, Parameters<typeof select>[0], string[]][])("%s", (_, options, expected) => {
    expect(names(options)).toEqual(expected);
  });

  test("severities", () => {
    const { enabled, forced } = select({ rules: { "ssh-bg": { severity: "error" } } });
    expect(enabled.get("ssh-bg")).toBe("error");
    expect(enabled.get("bash-bg")).toBe("warning");
    expect([...forced]).toEqual([["ssh-bg", "error"]]);
  });

  test("unknown rules are told with a guess", () => {
    const { problems } = select({ select: ["ssh-gb"], ignore: ["TET999"], rules: { "no-limt": { severity: "off" } } });
    expect(problems.map(({ message }) => message)).toEqual([
      '"select": unknown rule "ssh-gb". Did you mean "ssh-bg"?',
      expect.stringMatching(/^"ignore": unknown rule "TET999"\./),
      'unknown rule "no-limt". Did you mean "no-limit"?',
    ]);
  });
});

describe("settings", () => {
  test("what the project says reaches the rules", () => {
    write(
      "tether.toml",
      '[limits]\nexecution-timeout = "2h"\n[airflow]\ndefault-deferrable = true\n[ssh-connections]\n"10.0.0.5" = "etl_host"\n',
    );
    const { settings, problems } = loadSettings(repository);
    expect(problems).toEqual([]);
    expect(settings.root).toBe(repository);
    expect(settings.project.limits.executionTimeout).toEqual({ seconds: 7200, configured: true });
    expect(settings.project.limits.sensorTimeout.configured).toBe(false);
    expect(settings.project.deployment.defaultDeferrable).toBe(true);
    expect(settings.project.sshConnections).toEqual({ "10.0.0.5": "etl_host" });
  });

  test("an unknown rule in the configuration is told with its line, and the rest runs", () => {
    const path = write(
      "tether.toml",
      'exclude = ["old"]\nignore = ["no-such-rule"]\n[per-file-ignores]\n"x/**" = ["nor-this"]\n',
    );
    const { settings, problems } = loadSettings(repository);
    expect(problems).toEqual([
      { path, line: 2, message: expect.stringMatching(/^"ignore": unknown rule "no-such-rule"\./) },
      { path, line: 4, message: expect.stringMatching(/^"per-file-ignores": unknown rule "nor-this"\./) },
    ]);
    expect(settings.exclude).toEqual(["old"]);
    expect(settings.enabled.get("syntax-error")).toBe("warning");
  });

  test("a selection for one run replaces the file's", () => {
    write("tether.toml", 'ignore = ["syntax-error"]\n');
    expect(loadSettings(repository).settings.enabled.has("syntax-error")).toBe(false);
    expect([...loadSettings(repository, { select: ["unused-suppression"] }).settings.enabled.keys()].sort()).toEqual([
      "internal-error",
      "invalid-config",
      "syntax-error",
      "unreadable-file",
      "unused-suppression",
    ]);
  });

  test("an unknown rule given for one run is told apart from the file's", () => {
    const path = write("tether.toml", 'select = ["syntax-error"]\n');
    expect(loadSettings(repository, { select: ["sintax-error"], ignore: ["nothing-like-it"] }).problems).toEqual([
      { path, message: 'the "select" that was given: unknown rule "sintax-error". Did you mean "syntax-error"?' },
      { path, message: 'the "ignore" that was given: unknown rule "nothing-like-it".' },
    ]);
  });

  test("the resolver answers per directory and tells each problem once", () => {
    write("tether.toml", 'ignore = ["no-such-rule"]\n');
    const resolver = settingsResolver();
    const one = resolver.for(join(repository, "a/one.py"));
    expect(resolver.for(join(repository, "a/two.py"))).toBe(one);
    resolver.for(join(repository, "b/three.py"));
    expect(resolver.problems()).toHaveLength(1);
  });

  test("the Airflow version decides how .airflowignore is read", () => {
    const syntax = (airflowVersion: string) => loadSettings(repository, { airflowVersion }).settings.airflowIgnore;
    expect([syntax("2.9.3"), syntax("3.0.0")]).toEqual(["regexp", "glob"]);
    write("tether.toml", '[airflow]\ndag-ignore-file-syntax = "glob"\n');
    expect(syntax("2.9.3")).toBe("glob");
  });
});
