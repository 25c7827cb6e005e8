import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseDuration, writeDuration } from "../../server/src/config/duration.ts";
import { optionKinds, readRuleOptions } from "../../server/src/config/ruleOptions.ts";
import { validateOptions } from "../../server/src/config/validate.ts";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { lint } from "../../server/src/engine/lint.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";
import { rules } from "../../server/src/rules/index.ts";
import {
  durationOption,
  integerOption,
  integersOption,
  optionReader,
  textsOption,
} from "../../server/src/rules/option.ts";

const wait = durationOption("wait", 600, "How long.");
const tries = integerOption("tries", 3, "How often.");
const codes = integersOption("codes", "Which codes.");
const names = textsOption("names", "Which names.");
const declared = [wait, tries, codes, names];

const folder = mkdtempSync(join(tmpdir(), "tether-options-"));
mkdirSync(join(folder, ".git"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The settings and problems of one configuration file. */
function load(name: "tether.toml" | "pyproject.toml", toml: string) {
  const config = join(folder, name);
  writeFileSync(config, toml);
  const { settings, problems } = loadSettings(folder, { config });
  return { settings, problems: problems.map(({ line, message }) => `${line}: ${message}`) };
}

describe("a rule's table", () => {
  test("is read by the kinds that the rule declares", () => {
    const table = { severity: "info", wait: "1h30m", tries: 0, codes: [3, 99], names: ["notify"] };
    expect(readRuleOptions("some-rule", table, declared)).toEqual({
      values: { wait: 5400, tries: 0, codes: [3, 99], names: ["notify"] },
      problems: [],
    });
  });

  test.each([
    ["wait", "soon", 'expected seconds or a duration such as "90s", "45m" or "1h30m"'],
    ["wait", true, 'expected seconds or a duration such as "90s", "45m" or "1h30m"'],
    ["wait", 0, 'expected seconds or a duration such as "90s", "45m" or "1h30m"'],
    ["tries", 1.5, "expected a whole number, 0 or more"],
    ["tries", -1, "expected a whole number, 0 or more"],
    ["codes", 3, "expected a list of whole numbers, such as [3, 99]"],
    ["codes", [3, "99"], "expected a list of whole numbers, such as [3, 99]"],
    ["names", "notify", 'expected a list of names in quotes, such as ["a", "b"]'],
    ["names", ["notify", ""], 'expected a list of names in quotes, such as ["a", "b"]'],
  ])("%s = %j is left out, the others count", (name, value, expected) => {
    const rest = { wait: 60, tries: 1, codes: [1], names: ["a"] };
    const { values, problems } = readRuleOptions("some-rule", { ...rest, [name]: value }, declared);
    expect(problems).toEqual([
      { path: ["rules", "some-rule", name], message: `"rules.some-rule.${name}": ${expected}` },
    ]);
    expect(values).toEqual(Object.fromEntries(Object.entries(rest).filter(([key]) => key !== name)));
  });

  test.each([
    ["triess", ' Did you mean "tries"?'],
    ["severty", ' Did you mean "severity"?'],
    ["frobnicate", ""],
    ["constructor", ""],
  ])("the unknown option %s", (name, guess) => {
    const { values, problems } = readRuleOptions("some-rule", { [name]: 1 }, declared);
    expect(values).toEqual({});
    expect(problems.map(({ message }) => message)).toEqual([`unknown option "rules.some-rule.${name}".${guess}`]);
  });
});

describe("the reader", () => {
  test("gives what is configured, else the default", () => {
    const option = optionReader(declared, { wait: 60, names: ["a"] });
    expect([option(wait), option(tries), option(codes), option(names)]).toEqual([60, 3, [], ["a"]]);
  });
  test("refuses an option that the rule does not declare", () => {
    expect(() => optionReader([wait], { tries: 1 })(tries)).toThrow('undeclared option "tries"');
  });
});

describe("in files", () => {
  test("pyproject.toml: a table, and a severity alone", () => {
    const { settings, problems } = load(
      "pyproject.toml",
      `[tool.tether.rules]
ssh-no-batchmode = "error"
popen-not-waited = "off"

[tool.tether.rules.sensor-poke-mode-long-wait]
severity = "info"
short-wait = "20m"
`,
    );
    expect(problems).toEqual([]);
    expect(settings.forced.get("ssh-no-batchmode")).toBe("error");
    expect(settings.enabled.has("popen-not-waited")).toBe(false);
    expect(settings.forced.get("sensor-poke-mode-long-wait")).toBe("info");
    expect(settings.ruleOptions.get("sensor-poke-mode-long-wait")).toEqual({ "short-wait": 1200 });
  });

  test("tether.toml: problems with their lines, and the rest counts", () => {
    const { settings, problems } = load(
      "tether.toml",
      `[rules]
popen-not-waited = "of"
bash-ssh-call = 5
skip-on-exit-code-too-wide = { fine-codes = "2", severity = "info" }

[rules.ssh-operator-long-running]
severity = "loud"
long-run = "2h"
long-silense = "1h"
warn-from = "late"

[rules.syntax-error]
depth = 3
`,
    );
    expect(problems).toEqual([
      '2: "rules.popen-not-waited": expected "error", "warning", "info", "off" or a table',
      '3: "rules.bash-ssh-call": expected "error", "warning", "info", "off" or a table',
      '4: "rules.skip-on-exit-code-too-wide.fine-codes": expected a list of whole numbers, such as [3, 99]',
      '7: "rules.ssh-operator-long-running.severity": expected "error", "warning", "info" or "off"',
      '9: unknown option "rules.ssh-operator-long-running.long-silense". Did you mean "long-silence"?',
      '10: "rules.ssh-operator-long-running.warn-from": expected seconds or a duration such as "90s", "45m" or "1h30m"',
      '13: unknown option "rules.syntax-error.depth".',
    ]);
    expect(settings.ruleOptions.get("ssh-operator-long-running")).toEqual({ "long-run": 7200 });
    expect(settings.forced.get("skip-on-exit-code-too-wide")).toBe("info");
    expect(settings.enabled.has("popen-not-waited")).toBe(true);
  });

  test("options alone switch no rule on, and hold for the rules of one run", () => {
    const toml = '[rules.reschedule-interval-too-short]\nshortest-interval = "5m"\n';
    const { settings } = load("tether.toml", toml);
    expect(settings.enabled.has("reschedule-interval-too-short")).toBe(false);
    const config = join(folder, "tether.toml");
    const selected = loadSettings(folder, { config, select: ["reschedule-interval-too-short"] }).settings;
    expect(selected.enabled.has("reschedule-interval-too-short")).toBe(true);
    expect(selected.ruleOptions.get("reschedule-interval-too-short")).toEqual({ "shortest-interval": 300 });
  });

  test("settings with options can be sent to another thread", () => {
    const { settings } = load("tether.toml", '[rules.exit-status-masked]\nharmless-commands = ["notify"]\n');
    expect(structuredClone(settings).ruleOptions.get("exit-status-masked")).toEqual({
      "harmless-commands": ["notify"],
    });
  });
});

test("a fix that would make a harmless failure matter is not safe", async () => {
  await ensureGrammars();
  const text = `from airflow.operators.bash import BashOperator

load = BashOperator(task_id="load", bash_command="/opt/a.sh; notify done; /opt/b.sh")
`;
  const select = ["multi-statement-without-errexit"];
  const config = join(folder, "tether.toml");
  const fixes = (toml: string) => {
    writeFileSync(config, toml);
    const { settings } = loadSettings(folder, { config, select });
    return lint({ path: join(folder, "dag.py"), text }, settings).findings.flatMap((one) => one.fixes);
  };
  expect(fixes("")).toMatchObject([{ safety: "safe" }]);
  expect(fixes('[rules.multi-statement-without-errexit]\nharmless-commands = ["notify"]\n')).toMatchObject([
    { safety: "unsafe", why: "notify behind it no longer runs after a failure" },
  ]);
});

test("a severity alone is a table with it", () => {
  expect(validateOptions({ rules: { "popen-not-waited": "off" } })).toMatchObject({
    options: { rules: { "popen-not-waited": { severity: "off" } } },
    problems: [],
  });
});

test.each([
  [1, "1s"],
  [600, "10m"],
  [5400, "1h30m"],
  [90061, "25h1m1s"],
])("%d s is written %s", (seconds, text) => {
  expect(writeDuration(seconds)).toBe(text);
  expect(parseDuration(text)).toBe(seconds);
});

test.each(rules.flatMap(({ name, options = [] }) => options.map((option) => ({ rule: name, ...option }))))(
  "$rule: $name has papers and a default of its kind",
  ({ name, kind, default: value, description, accept }) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(optionKinds[kind].safeParse(value).data).toEqual(value);
    expect(accept(value)).toEqual(value);
  },
);
