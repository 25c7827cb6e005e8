import { describe, expect, test } from "vitest";
import { addToList, fixtureSource, ruleSource } from "../scripts/new-rule.ts";
import { lowerModule } from "../server/src/syntax/lower.ts";
import { readCases, readMarkers, replaceBlocks, replaceMessage } from "./fixtures.ts";
import { grammarsLoaded } from "./grammars.ts";

await grammarsLoaded();

/** The cases of a document that can be read. */
function cases(document: string) {
  const read = readCases(document);
  if ("problem" in read) throw new Error(read.problem);
  return read;
}

describe("markers", () => {
  test("are cut out with the white space before them, and keep their lines", () => {
    const py =
      'a = 1  # error: [one-rule]\nb = """\nssh h x &  # warning: [other-rule] "some \\"words\\""\n"""\nc = 2  # a comment\n';
    expect(readMarkers(py)).toEqual({
      text: 'a = 1\nb = """\nssh h x &\n"""\nc = 2  # a comment\n',
      markers: [
        { rule: "one-rule", severity: "error", line: 0, message: undefined },
        { rule: "other-rule", severity: "warning", line: 2, message: 'some "words"' },
      ],
    });
  });
  test("may follow one another and an ordinary comment", () => {
    const { text, markers } = readMarkers("a = 1  # why  # error: [one-rule]  # info: [two-rule]\n");
    expect(text).toBe("a = 1  # why\n");
    expect(markers.map(({ rule, severity }) => [rule, severity])).toEqual([
      ["one-rule", "error"],
      ["two-rule", "info"],
    ]);
  });
  test("stand at the end of a line only", () => {
    expect(readMarkers("a = '# error: [one-rule]'\n").markers).toEqual([]);
  });
});

const document = `# one-rule

## First

What is wrong.

\`\`\`py
## no heading
a = 1  # error: [one-rule] "old"  # info: [two-rule]
\`\`\`

\`\`\`fixed
\`\`\`

\`\`\`fixed: In place
a = 2
\`\`\`

## Second

\`\`\`toml
airflow-version = "2.11"
\`\`\`

\`\`\`py
b = 1
\`\`\`
`;

describe("documents", () => {
  test("have a case for each heading outside of code", () => {
    const [first, second, ...more] = cases(document);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ title: "First", sentence: "What is wrong.", line: 3, toml: "" });
    expect(first?.text).toBe("## no heading\na = 1\n");
    expect(first?.fixed?.content).toBe("");
    expect(first?.alternatives.map(({ title, block }) => [title, block.content])).toEqual([["In place", "a = 2\n"]]);
    expect(second).toMatchObject({ title: "Second", sentence: "", toml: 'airflow-version = "2.11"\n', markers: [] });
    expect(second?.fixed).toBeUndefined();
  });

  test("are rewritten in place", () => {
    const [first] = cases(document);
    if (!first?.fixed) throw new Error("no fixed block");
    const [marker] = first.markers;
    if (!marker) throw new Error("no marker");
    const py = replaceMessage(first.py.content, marker, 'new "words"');
    expect(py).toBe('## no heading\na = 1  # error: [one-rule] "new \\"words\\""  # info: [two-rule]\n');
    const rewritten = replaceBlocks(document, [
      { block: first.fixed, content: "a = 3\n" },
      { block: first.py, content: py },
    ]);
    const [again, second] = cases(rewritten);
    expect(again?.fixed?.content).toBe("a = 3\n");
    expect(again?.markers.map(({ message }) => message)).toEqual(['new "words"', undefined]);
    expect(again?.alternatives[0]?.block.content).toBe("a = 2\n");
    expect(second?.text).toBe("b = 1\n");
    expect(rewritten.length).toBe(document.length + "a = 3\n".length + 'new \\"words\\"'.length - "old".length);
  });

  test.each([
    ["no py block", "## A\n\nwords\n", "exactly one py block"],
    ["two py blocks", "## A\n\n```py\n```\n\n```py\n```\n", "exactly one py block"],
    ["a block of another kind", "## A\n\n```py\n```\n\n```json\n```\n", 'unknown kind "json"'],
  ])("with %s are refused", (_name, text, problem) => {
    expect(readCases(text)).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});

describe("a new rule", () => {
  test("stands in the list: its import by the alphabet, its entry by its code", () => {
    const list = `import { defineRule } from "./rule.ts";
import alphaRule from "./alpha-rule.ts";
import gammaRule from "./gamma-rule.ts";

export const rules = [
  gammaRule,
  alphaRule,
];
`;
    const codes = new Map([
      ["gamma-rule", "TET101"],
      ["alpha-rule", "TET201"],
    ]);
    const middle = addToList(list, { name: "beta-rule", code: "TET102" }, codes);
    expect(middle).toContain('alpha-rule.ts";\nimport betaRule from "./beta-rule.ts";\nimport gamma');
    expect(middle).toContain("  gammaRule,\n  betaRule,\n  alphaRule,\n");
    const last = addToList(list, { name: "omega-rule", code: "TET701" }, codes);
    expect(last).toContain('gamma-rule.ts";\nimport omegaRule from "./omega-rule.ts";\n');
    expect(last).toContain("  alphaRule,\n  omegaRule,\n];");
    expect(addToList("export const rules = [];\n", { name: "omega-rule", code: "TET701" }, codes)).toBeUndefined();
  });
  test("has a fixture with a finding and four silent cases, and is TypeScript in our form", () => {
    const read = cases(fixtureSource("my-new-rule"));
    expect(read.map(({ markers }) => markers.length)).toEqual([1, 0, 0, 0, 0]);
    for (const { text } of read) expect(lowerModule(text).errors).toEqual([]);
    const source = ruleSource("my-new-rule", "unmonitored", "TET399", "0.1.0");
    expect(source).toContain('  code: "TET399",\n  name: "my-new-rule",\n  group: "unmonitored",\n');
  });
});
