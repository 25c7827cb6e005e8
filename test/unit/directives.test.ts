import { describe, expect, test } from "vitest";
import { fixThrough } from "../../server/src/engine/fix.ts";
import { ensureGrammars } from "../../server/src/engine/grammars.ts";
import { ignoreFix } from "../../server/src/engine/ignore.ts";
import { examine } from "../../server/src/engine/lint.ts";
import { applyEdits } from "../../server/src/text/edit.ts";
import { pipelineOf, places, ruleFor, settingsFor } from "./engine-pipeline.ts";

await ensureGrammars();
const through = pipelineOf(ruleFor("lost-job", "TET101", /LOST/), ruleFor("no-limit", "TET201", /LIMIT/));
const head = "from airflow.providers.standard.operators.bash import BashOperator\n";
const check = (body: string) => places(through, head + body);

describe("a directive hides", () => {
  test.each([
    ["behind the finding", "LOST()  # tether: ignore[lost-job]\n"],
    ["by code, in any case", "LOST()  # tether: ignore[tet101]\n"],
    ["with a reason behind it", "LOST()  # tether: ignore[lost-job] the host reboots nightly\n"],
    ["behind another comment", "LOST()  # type: ignore  # tether: ignore[lost-job]\n"],
    ["on the line above", "# tether: ignore[lost-job]\nLOST()\n"],
    ["above, with a comment in between", "# tether: ignore[lost-job]\n# Starts the loader.\nLOST()\n"],
    ["two rules at once", "# tether: ignore[lost-job, no-limit]\nLOST(LIMIT)\n"],
    ["two lines above each other", "# tether: ignore[lost-job]\n# tether: ignore[no-limit]\nLOST(LIMIT)\n"],
    ["above a statement of several lines", "# tether: ignore[lost-job]\nx = f(\n    1,\n    LOST,\n)\n"],
    ["inside the brackets, above an argument", "x = f(\n    # tether: ignore[lost-job]\n    a=LOST,\n)\n"],
    [
      "above an argument that is a long string",
      'x = f(\n    # tether: ignore[lost-job]\n    a="""\n  LOST &\n""",\n)\n',
    ],
    ["behind the end of a long string", 'x = f(\n    a="""\n  LOST &\n""",  # tether: ignore[lost-job]\n)\n'],
    ["behind a backslash", "x = LOST + \\\n    1  # tether: ignore[lost-job]\n"],
    ["for the whole file", "LOST()\n\n# tether: file-ignore[lost-job]\n"],
    ["as noqa", "LOST()  # noqa: TET101\n"],
    ["as noqa among others", "LOST(LIMIT)  # noqa: E501, TET101,TET201\n"],
  ])("%s", (_, body) => {
    expect(check(body)).toEqual([]);
  });

  test("in shell text, on the line or above it", () => {
    const shell = (lines: string) => `t = BashOperator(task_id="t", bash_command="""\n${lines}\n""")\n`;
    expect(check(shell("LOST &  # tether: ignore[lost-job]"))).toEqual([]);
    expect(check(shell("  # tether: ignore[lost-job]\n  LOST &"))).toEqual([]);
    expect(check(shell("echo# tether: ignore[lost-job]\nLOST &"))).toEqual(["4:lost-job"]);
  });

  test.each([
    [
      "the line below a trailing one",
      "f()  # tether: ignore[lost-job]\nLOST()\n",
      ["2:unused-suppression", "3:lost-job"],
    ],
    ["behind the statement that it stands above", "# tether: ignore[lost-job]\nLOST()\nLOST()\n", ["4:lost-job"]],
    ["below an argument", "x = f(\n    # tether: ignore[lost-job]\n    a=LOST,\n    b=LOST,\n)\n", ["5:lost-job"]],
    ["another rule", "LIMIT()  # tether: ignore[lost-job]\n", ["2:no-limit", "2:unused-suppression"]],
    ["a bare noqa", "LOST()  # noqa\n", ["2:lost-job"]],
    [
      "the body of a with",
      "# tether: ignore[lost-job]\nwith f():\n    LOST()\n",
      ["2:unused-suppression", "4:lost-job"],
    ],
  ])("but not %s", (_, body, expected) => {
    expect(check(body)).toEqual(expected);
  });
});

describe("a directive that is wrong or not needed", () => {
  const repaired = (body: string) =>
    fixThrough(through, { path: "/a.py", text: head + body }, settingsFor(through.rules), "safe").text.slice(
      head.length,
    );

  test.each([
    ["unused, trailing", "f()  # tether: ignore[lost-job]\n", ["2:unused-suppression"], "f()\n"],
    ["unused, on a line of its own", "    # tether: ignore[lost-job]\nf()\n", ["2:unused-suppression"], "f()\n"],
    ["unused, at the very end", "f()\n# tether: file-ignore[lost-job]", ["3:unused-suppression"], "f()\n"],
    [
      "unused, before another comment",
      "f()  # tether: ignore[lost-job]  # noqa: E501\n",
      ["2:unused-suppression"],
      "f()  # noqa: E501\n",
    ],
    [
      "one of two unused",
      "LOST()  # tether: ignore[lost-job, no-limit]\n",
      ["2:unused-suppression"],
      "LOST()  # tether: ignore[lost-job]\n",
    ],
    [
      "noqa, the other tool's code stays",
      "f()  # noqa: E501, TET101\n",
      ["2:unused-suppression"],
      "f()  # noqa: E501\n",
    ],
    ["unknown", "f()  # tether: ignore[no-such-thing]\n", ["2:unknown-suppression"], "f()\n"],
    [
      "unknown and unused",
      "f()  # tether: ignore[no-such-thing, lost-job]\n",
      ["2:unknown-suppression", "2:unused-suppression"],
      "f()\n",
    ],
    ["no brackets", "f()  # tether: ignore\n", ["2:unknown-suppression"], "f()\n"],
    ["an empty list", "f()  # tether: ignore[]\n", ["2:unknown-suppression"], "f()\n"],
    ["a misspelt word", "f()  # tether: ignroe[lost-job]\n", ["2:unknown-suppression"], "f()\n"],
  ])("%s", (_, body, expected, fixed) => {
    expect(check(body)).toEqual(expected);
    expect(repaired(body)).toBe(fixed);
  });

  test("prose and docstrings are left alone", () => {
    expect(
      check(
        '"""Write `# tether: ignore[lost-job]`, or\n    # tether: ignore[lost-job]\n"""\n# tether: see the manual\n',
      ),
    ).toEqual([]);
  });

  test("in a shell text it is reported, and its removal is unsafe", () => {
    const body = 't = BashOperator(task_id="t", bash_command="""\n# tether: ignore[lost-job]\nls\n""")\n';
    expect(check(body)).toEqual(["3:unused-suppression"]);
    const text = head + body;
    const settings = settingsFor(through.rules);
    expect(fixThrough(through, { path: "/a.py", text }, settings, "safe").text).toBe(text);
    expect(fixThrough(through, { path: "/a.py", text }, settings, "unsafe").text).toBe(
      `${head}t = BashOperator(task_id="t", bash_command="""\nls\n""")\n`,
    );
  });

  test("a guess is offered for a misspelt rule", () => {
    const text = `${head}LOST()  # tether: ignore[lost-jb]\n`;
    const { findings } = examine(through, { path: "/a.py", text }, settingsFor(through.rules));
    const finding = findings.find((one) => one.rule === "unknown-suppression");
    expect(finding?.message).toBe('There is no rule lost-jb. Did you mean "lost-job"?');
    const change = finding?.fixes[1];
    expect(change?.safety).toBe("unsafe");
    expect(applyEdits(text, change?.edits ?? [])).toBe(`${head}LOST()  # tether: ignore[lost-job]\n`);
  });

  test("a rule that did not run makes nothing unused", () => {
    const settings = settingsFor(through.rules);
    const enabled = new Map(settings.enabled);
    enabled.delete("lost-job");
    expect(places(through, `${head}f()  # tether: ignore[lost-job]\n`, { ...settings, enabled })).toEqual([]);
  });

  test("it can be ignored itself", () => {
    expect(check("# tether: file-ignore[unused-suppression]\nf()  # tether: ignore[lost-job]\n")).toEqual([]);
  });
});

describe("ignore here", () => {
  const ignored = (body: string) => {
    const text = head + body;
    const [finding] = examine(through, { path: "/a.py", text }, settingsFor(through.rules)).findings;
    if (!finding) throw new Error("nothing to ignore");
    const fix = ignoreFix(text, finding);
    const after = applyEdits(text, fix?.edits ?? []) ?? "";
    expect(places(through, after).filter((place) => place.endsWith(finding.rule))).toEqual([]);
    return after.slice(head.length);
  };

  test.each([
    ["behind the line", "LOST()\n", "LOST()  # tether: ignore[lost-job]\n"],
    ["behind a comment", "LOST()  # why  \n", "LOST()  # why  # tether: ignore[lost-job]\n"],
    ["at the end of the file", "LOST()", "LOST()  # tether: ignore[lost-job]"],
    ["inside brackets", "f(\n    LOST,\n)\n", "f(\n    LOST,  # tether: ignore[lost-job]\n)\n"],
    [
      "joining one behind the line",
      "LOST()  # tether: ignore[no-limit] why\n",
      "LOST()  # tether: ignore[no-limit, lost-job] why\n",
    ],
    [
      "joining one above",
      "# tether: ignore[no-limit]\nLOST(LIMIT)\n",
      "# tether: ignore[no-limit, lost-job]\nLOST(LIMIT)\n",
    ],
    [
      "in a long string",
      'def f():\n    x = """\n  LOST &\n"""\n',
      'def f():\n    # tether: ignore[lost-job]\n    x = """\n  LOST &\n"""\n',
    ],
    ["on the last line of a long string", 'x = """\nLOST"""\n', 'x = """\nLOST"""  # tether: ignore[lost-job]\n'],
    ["before a backslash", "x = LOST + \\\n    1\n", "# tether: ignore[lost-job]\nx = LOST + \\\n    1\n"],
    ["with CRLF", 'x = """\r\nLOST\r\n"""\r\n', '# tether: ignore[lost-job]\r\nx = """\r\nLOST\r\n"""\r\n'],
  ])("%s", (_, body, expected) => {
    expect(ignored(body)).toBe(expected);
  });

  test("keeps a byte order mark first", () => {
    const text = '\uFEFFx = """airflow\nLOST\n"""\n';
    const start = text.indexOf("LOST");
    const fix = ignoreFix(text, { rule: "lost-job", span: { start, end: start + 4 } });
    expect(applyEdits(text, fix?.edits ?? [])).toBe('\uFEFF# tether: ignore[lost-job]\nx = """airflow\nLOST\n"""\n');
  });
});

test("what hides a finding only of those who run a helper is not called unused while they are unknown", () => {
  const comment = "# tether: ignore[lost-job]";
  const helper = `import airflow\n\n\ndef load():\n    pass  ${comment}\n\n\nx = 1  ${comment}\n`;
  expect(places(through, helper)).toEqual(["8:unused-suppression"]);
});
