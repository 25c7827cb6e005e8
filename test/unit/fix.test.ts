import { describe, expect, test } from "vitest";
import { fixThrough } from "../../server/src/engine/fix.ts";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import type { Rule } from "../../server/src/rules/rule.ts";
import type { Fix } from "../../server/src/text/edit.ts";
import type { Span } from "../../server/src/text/span.ts";
import { pipelineOf, ruleFor, settingsFor } from "./engine-pipeline.ts";

await ensureGrammars();

function run(rules: Rule[], text: string, mode: "safe" | "unsafe" = "safe") {
  return fixThrough(pipelineOf(...rules), { path: "/a.py", text }, settingsFor(rules), mode);
}

const replacing = (by: string) => {
  return (span: Span): Fix[] => [{ title: "replace", safety: "safe", edits: [{ span, text: by }] }];
};

describe("the fix loop", () => {
  test("applies all, lints again, and a second run changes nothing", () => {
    const rules = [
      ruleFor("one", "TET101", /ONE/, { fixes: replacing("TWO") }),
      ruleFor("two", "TET102", /TWO/, { fixes: replacing("three") }),
    ];
    const result = run(rules, "import airflow\nONE\nTWO\nONE\n");
    expect(result).toEqual({ text: "import airflow\nthree\nthree\nthree\n", applied: 5, remaining: [], passes: 2 });
    expect(run(rules, result.text)).toEqual({ text: result.text, applied: 0, remaining: [], passes: 0 });
  });

  test("takes the first fix that is allowed", () => {
    const fixes = (span: Span): Fix[] => [
      { title: "big", safety: "unsafe", why: "it changes more", edits: [{ span, text: "unsafe" }] },
      { title: "small", safety: "safe", edits: [{ span, text: "safe" }] },
    ];
    const rules = [ruleFor("one", "TET101", /ONE/, { fixes })];
    expect(run(rules, "import airflow\nONE\n").text).toBe("import airflow\nsafe\n");
    expect(run(rules, "import airflow\nONE\n", "unsafe").text).toBe("import airflow\nunsafe\n");
  });

  test("takes two rules' fixes of one task one after the other, those of two tasks together", () => {
    // The second has nothing to add once the first has changed the operator.
    const adds = (span: Span): Fix[] => {
      const end = span.end - 1;
      const edits = [
        // Comes first in the file, but not first of the two.
        { span: { start: 0, end: 0 }, text: "import os\n" },
        { span: { start: end, end }, text: ", cmd_timeout=5" },
      ];
      return [{ title: "add", safety: "safe", edits }];
    };
    const rules = [
      ruleFor("operator", "TET101", /SSHOperator(?=\(task_id="a")/, { fixes: replacing("SSHRemoteJobOperator") }),
      ruleFor("argument", "TET102", /SSHOperator\(task_id="[a-z]+"\)/, { fixes: adds }),
    ];
    const file = (a: string, b: string) =>
      `from airflow.providers.ssh.operators.ssh import SSHOperator, SSHRemoteJobOperator\n${a}(task_id="a")\n${b})\n`;
    expect(run(rules, file("SSHOperator", 'SSHOperator(task_id="b"'))).toMatchObject({
      text: `import os\n${file("SSHRemoteJobOperator", 'SSHOperator(task_id="b", cmd_timeout=5')}`,
      passes: 1,
      applied: 2,
    });
  });

  test("an unsafe fix alone is left in safe mode", () => {
    const fixes = (span: Span): Fix[] => [
      { title: "big", safety: "unsafe", why: "it changes more", edits: [{ span, text: "x" }] },
    ];
    const result = run([ruleFor("one", "TET101", /ONE/, { fixes })], "import airflow\nONE\n");
    expect(result.applied).toBe(0);
    expect(result.remaining.map((finding) => finding.rule)).toEqual(["one"]);
  });

  test("two fixes that add the same import add it once, in one pass", () => {
    const fixes = (span: Span): Fix[] => [
      {
        title: "limit",
        safety: "safe",
        edits: [
          { span: { start: 0, end: 0 }, text: "from datetime import timedelta\n" },
          { span, text: "timedelta" },
        ],
      },
    ];
    const result = run([ruleFor("one", "TET101", /ONE/, { fixes })], "import airflow\nONE\nONE\n");
    expect(result.text).toBe("from datetime import timedelta\nimport airflow\ntimedelta\ntimedelta\n");
    expect(result).toMatchObject({ applied: 2, passes: 1 });
  });

  test("an import that two fixes leave without a use goes, one that nobody used before stays", () => {
    const rules = [ruleFor("one", "TET101", /Old\(\)/, { fixes: replacing("new()") })];
    const text = "import airflow\nimport sys\nfrom legacy import Old, kept\nOld()\nOld()\nkept\n";
    expect(run(rules, text).text).toBe("import airflow\nimport sys\nfrom legacy import kept\nnew()\nnew()\nkept\n");
  });

  test("brackets that two fixes add at one place are both kept", () => {
    const wrap = (span: Span, text: string): Fix[] => {
      if (text.includes("(")) return [];
      return [
        {
          title: "wrap",
          safety: "safe",
          edits: [
            { span: { start: span.start, end: span.start }, text: "f(" },
            { span: { start: text.length - 1, end: text.length - 1 }, text: ")" },
          ],
        },
      ];
    };
    const rules = [
      ruleFor("outer", "TET101", /a \+ bb/, { fixes: wrap }),
      ruleFor("inner", "TET102", /bb/, { fixes: wrap }),
    ];
    const result = run(rules, "import airflow\na + bb\n");
    expect(result.text).toBe("import airflow\nf(a + bb)\n");
    expect(result.problem).toBeUndefined();
  });

  test("overlapping fixes wait for the next pass", () => {
    const rules = [
      ruleFor("outer", "TET101", /wrap\(.*\)/, {
        fixes: (span, text) => [
          { title: "unwrap", safety: "safe", edits: [{ span, text: text.slice(span.start + 5, span.end - 1) }] },
        ],
      }),
      ruleFor("inner", "TET102", /ONE/, { fixes: replacing("two") }),
    ];
    expect(run(rules, "import airflow\nwrap(ONE)\n")).toMatchObject({
      text: "import airflow\ntwo\n",
      applied: 2,
      passes: 2,
    });
  });

  test("a fix that breaks the syntax is left out and told of; the others go in", () => {
    const rules = [
      ruleFor("breaks", "TET101", /BAD/, { fixes: replacing("((") }),
      ruleFor("works", "TET102", /ONE/, { fixes: replacing("two") }),
    ];
    const result = run(rules, "import airflow\nBAD\nONE\n");
    expect(result.text).toBe("import airflow\nBAD\ntwo\n");
    expect(result.applied).toBe(1);
    expect(result.problem).toBe("left out, since it would break the syntax: breaks");
    expect(result.remaining.map((finding) => finding.rule)).toEqual(["breaks"]);
  });

  test("a fix after which a rule fails is left out", () => {
    const touchy = {
      ...ruleFor("touchy", "TET103", /x/),
      check: ({ text }: { text: string }) => {
        if (text.includes("two")) throw new Error("no");
      },
    };
    const rules = [ruleFor("works", "TET102", /ONE/, { fixes: replacing("two") }), touchy];
    expect(run(rules, "import airflow\nONE\n")).toMatchObject({ text: "import airflow\nONE\n", applied: 0 });
  });

  test("a rule that cannot build its fixes keeps no other from being applied, and is told of", () => {
    const broken: Rule = {
      ...ruleFor("broken", "TET103", /BAD/),
      check: ({ text }, report) => {
        const start = text.indexOf("BAD");
        const fixes = () => {
          throw new Error("no");
        };
        if (start >= 0) report({ span: { start, end: start + 3 }, message: "broken", fixes });
      },
    };
    const rules = [broken, ruleFor("works", "TET102", /ONE/, { fixes: replacing("two") })];
    const result = run(rules, "import airflow\nBAD\nONE\n");
    expect(result.text).toBe("import airflow\nBAD\ntwo\n");
    expect(result.remaining.map(({ rule, fixes }) => [rule, fixes])).toEqual([
      ["broken", []],
      ["internal-error", []],
    ]);
  });

  test("a file that is broken elsewhere is still fixed", () => {
    const rules = [ruleFor("works", "TET102", /ONE/, { fixes: replacing("two") })];
    expect(run(rules, "import airflow\nONE\ndef (:\n").text).toBe("import airflow\ntwo\ndef (:\n");
  });

  test("fixes that undo one another end", () => {
    const rules = [
      ruleFor("ab", "TET101", /AAA/, { fixes: replacing("BBB") }),
      ruleFor("ba", "TET102", /BBB/, { fixes: replacing("AAA") }),
    ];
    const result = run(rules, "import airflow\nAAA\n");
    expect(result.problem).toBe("fixes undo one another");
  });

  test("a fix that never satisfies its rule ends after ten passes", () => {
    const rules = [
      ruleFor("more", "TET101", /x+/, {
        fixes: (span) => [
          { title: "m", safety: "safe", edits: [{ span: { start: span.end, end: span.end }, text: "x" }] },
        ],
      }),
    ];
    const result = run(rules, "import airflow\nx = 1\n");
    expect(result.passes).toBe(10);
    expect(result.problem).toBe("fixes were still left after 10 passes");
  });
});

describe("line breaks and byte order mark", () => {
  const adds = (span: Span): Fix[] => [
    {
      title: "add",
      safety: "safe",
      edits: [
        { span: { start: 0, end: 0 }, text: "import os\n" },
        { span, text: "two\nthree" },
      ],
    },
  ];
  const rules = [ruleFor("one", "TET101", /ONE/, { fixes: adds })];

  test("CRLF stays CRLF", () => {
    expect(run(rules, "import airflow\r\nONE\r\n").text).toBe("import os\r\nimport airflow\r\ntwo\r\nthree\r\n");
  });
  test("the mark stays first", () => {
    expect(run(rules, "\uFEFFimport airflow\nONE\n").text).toBe("\uFEFFimport os\nimport airflow\ntwo\nthree\n");
  });
});
