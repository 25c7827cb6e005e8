import { describe, expect, test } from "vitest";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { examine, lint } from "../../server/src/engine/lint.ts";
import { ownRules } from "../../server/src/engine/own.ts";
import { loadSettings } from "../../server/src/engine/settings.ts";
import { pipelineOf, places, ruleFor, settingsFor } from "./engine-pipeline.ts";

await ensureGrammars();

describe("lint", () => {
  const one = ruleFor("one", "TET101", /ONE/);

  test("a text without a trigger is not parsed", () => {
    const through = { ...pipelineOf(one), build: () => expect.unreachable("it was parsed") };
    const result = examine(through, { path: "/a.py", text: "ONE = 1\n" }, settingsFor([one]));
    expect(result).toEqual({
      findings: [],
      errors: [],
      calls: [],
      runs: [],
      dependencies: [],
      madeElsewhere: false,
      skipped: "no-trigger",
    });
  });

  test("findings come sorted by place, and once", () => {
    const twice = ruleFor("one", "TET101", /ONE/);
    const through = pipelineOf(ruleFor("zero", "TET100", /ZERO/), one, twice);
    expect(places(through, "import airflow\nONE\nZERO\nONE\n")).toEqual(["2:one", "3:zero", "4:one"]);
  });

  test("one cause is one finding: what another rule says of it becomes related information", () => {
    const wide = ruleFor("wide", "TET101", /ssh_h_load/);
    const narrow = { ...ruleFor("narrow", "TET102", /ssh/), mergesInto: ["wide"] };
    const narrowest = { ...ruleFor("narrowest", "TET103", /sh/), mergesInto: ["narrow"] };
    const through = pipelineOf(wide, narrow, narrowest);
    const text = "import airflow\nssh_h_load\nssh\n";
    const { findings } = examine(through, { path: "/a.py", text }, settingsFor(through.rules));
    expect(findings.map((one) => [one.code, one.span.start, one.related.map(({ message }) => message)])).toEqual([
      ["TET101", 15, ["TET102: narrow: ssh", "TET103: narrowest: sh"]],
      ["TET102", 26, ["TET103: narrowest: sh"]],
    ]);
    // Alone, or when the wider finding is hidden, the narrow one speaks for itself.
    expect(places(pipelineOf(narrow), text)).toEqual(["2:narrow", "3:narrow"]);
    expect(places(through, "import airflow\nssh_h_load  # tether: ignore[wide]\n")).toEqual(["2:narrow"]);
  });

  test("a rule that throws is an internal error, and the others go on", () => {
    const broken = {
      ...ruleFor("broken", "TET199", /x/),
      check: () => {
        throw new TypeError("oh no");
      },
    };
    const rules = [broken, one];
    const { findings } = examine(
      pipelineOf(...rules),
      { path: "/a.py", text: "import airflow\nONE\n" },
      settingsFor(rules),
    );
    expect(findings.map((finding) => `${finding.code} ${finding.message}`)).toEqual([
      "TET905 The rule broken failed on this file: oh no",
      "TET101 one: ONE",
    ]);
  });

  test("a builder that throws is an internal error too", () => {
    const through = {
      ...pipelineOf(one),
      build: () => {
        throw new RangeError("Maximum call stack size exceeded");
      },
    };
    const { findings } = examine(through, { path: "/a.py", text: "airflow" }, settingsFor([one]));
    expect(findings.map((finding) => finding.rule)).toEqual(["internal-error"]);
  });

  test("broken syntax is a finding on its first line; findings elsewhere stay", () => {
    const text = "import airflow\nONE\ndef broken(:\n    pass\n\nx = ONE\n";
    const found = places(pipelineOf(one), text);
    expect(found).toContain("2:one");
    expect(found).toContain("6:one");
    expect(found).toContain("3:syntax-error");
  });

  test("a file that is broken all over is told of three times", () => {
    const text = `import airflow\n${"def f(:\n    pass\n\nx = 1\n".repeat(9)}`;
    const through = pipelineOf();
    expect(examine(through, { path: "/a.py", text }, settingsFor([])).errors.length).toBeGreaterThan(3);
    expect(places(through, text)).toHaveLength(3);
  });

  test("severity: the configuration's before the finding's before the rule's", () => {
    const mild = ruleFor("one", "TET101", /ONE/, { severity: "info" });
    const severity = (settings: ReturnType<typeof settingsFor>) =>
      examine(pipelineOf(mild), { path: "/a.py", text: "import airflow\nONE\n" }, settings).findings[0]?.severity;
    expect(severity(settingsFor([mild]))).toBe("info");
    expect(severity({ ...settingsFor([mild]), forced: new Map([["one", "warning"]]) })).toBe("warning");
  });

  test("per-file-ignores hide a rule, and nothing else", () => {
    const settings = {
      ...settingsFor([one]),
      root: "/repo",
      perFileIgnores: [{ glob: "old/**", rules: new Set(["one"]) }],
    };
    const on = (path: string) =>
      examine(pipelineOf(one), { path, text: "import airflow\nONE\n" }, settings).findings.length;
    expect([on("/repo/old/a.py"), on("/repo/new/a.py"), on("/elsewhere/old/a.py")]).toEqual([0, 1, 1]);
  });

  test("the real pipeline answers on a real file", () => {
    const { settings } = loadSettings("/nowhere/at/all");
    const text = "from airflow import DAG\n\nwith DAG('a'):\n    pass\ndef broken(:\n";
    expect(lint({ path: "/a.py", text }, settings).findings.map((finding) => finding.code)).toContain("TET900");
  });

  test("the tool's own rules have codes of their own", () => {
    expect(ownRules.map((rule) => rule.code)).toEqual(["TET900", "TET901", "TET902", "TET903", "TET904", "TET905"]);
  });
});
