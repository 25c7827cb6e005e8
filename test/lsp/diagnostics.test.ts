import { describe, expect, test } from "vitest";
import { grammarsLoaded } from "../grammars.ts";
import { able, pushedTo, startEditor } from "./editor.ts";

await grammarsLoaded();

const uri = "file:///project/dags/load.py";
const dag = 'import os\nos.system("ssh h nohup job &")\n';

describe("a client that asks", () => {
  test("gets the findings of a document when it opens", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    const [finding, ...others] = await editor.pulled(uri);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      source: "tether",
      code: "TET199",
      codeDescription: { href: "file:///docs/test-nohup.md" },
      severity: 1,
      message: "Nobody waits for `job`.\nRun it in the foreground.",
      data: { rule: "test-nohup" },
      relatedInformation: [{ location: { uri }, message: "The file begins here." }],
    });
    expect(finding && editor.textIn(uri, finding.range)).toBe("nohup job &");
    expect([...editor.published.keys()]).toEqual([]);
  });

  test("gets what a change makes of it, once typing pauses", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    expect(await editor.pulled(uri)).toHaveLength(1);
    editor.replace(uri, "nohup job &", "job");
    let answered = false;
    const pulled = editor.pulled(uri).finally(() => {
      answered = true;
    });
    // An answer behind it shows that the first has been waiting.
    await editor.taken();
    expect(answered).toBe(false);
    editor.replace(uri, "job", "nohup other &");
    await editor.taken();
    editor.clock.advance(149);
    await editor.taken();
    expect(answered).toBe(false);
    editor.clock.advance(1);
    expect(await pulled).toMatchObject([{ message: expect.stringContaining("`other`") }]);
    expect(editor.clock.pending).toBe(0);
  });

  test("is told when nothing has changed", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    const first = await editor.pull(uri);
    const second = await editor.pull(uri, first.resultId);
    expect(second).toEqual({ kind: "unchanged", resultId: first.resultId });
    // Version 1 of another opening is another text.
    editor.close(uri);
    editor.open(uri, "import os\n");
    expect(await editor.pull(uri, first.resultId)).toMatchObject({ kind: "full", items: [] });
  });

  test("gets nothing for a document that is not open, or not Python", async () => {
    const editor = await startEditor();
    expect(await editor.pulled(uri)).toEqual([]);
    editor.open("file:///project/notes.md", dag, "markdown");
    expect(await editor.pulled("file:///project/notes.md")).toEqual([]);
  });

  test.each(["untitled:Untitled-1", "vscode-vfs://github/a/b/dag.py", "file:///with%20space/d%C3%A4g.py"])(
    "may open %s",
    async (other) => {
      const editor = await startEditor({ folder: "file:///project" });
      editor.open(other, dag);
      expect(await editor.pulled(other)).toHaveLength(1);
    },
  );

  test("gets findings beside broken syntax, and a note of it", async () => {
    const editor = await startEditor();
    editor.open(uri, `${dag}def (:\n`);
    expect((await editor.pulled(uri)).map(({ code, severity }) => [code, severity])).toEqual([
      ["TET199", 1],
      ["TET900", 2],
    ]);
  });

  test("gets an unused ignore comment faded out", async () => {
    const editor = await startEditor();
    editor.open(uri, "import os  # nohup  # tether: ignore[test-nohup]\n");
    expect(await editor.pulled(uri)).toMatchObject([{ code: "TET901", tags: [1] }]);
  });
});

describe("a client that does not ask", () => {
  test("is sent the findings of a document with its version", async () => {
    const editor = await startEditor({ capabilities: pushedTo });
    expect(editor.answer.capabilities.diagnosticProvider).toBeUndefined();
    editor.open(uri, dag);
    await editor.publishedFor(uri, (found) => found.length === 1);
    expect(editor.published.get(uri)?.version).toBe(1);
    editor.replace(uri, "nohup job &", "job");
    await editor.taken();
    expect(editor.published.get(uri)?.version).toBe(1);
    await editor.pause();
    await editor.publishedFor(uri, (found) => found.length === 0);
    expect(editor.published.get(uri)?.version).toBe(2);
  });

  test("is sent one answer to many changes", async () => {
    const editor = await startEditor({ capabilities: pushedTo });
    editor.open(uri, dag);
    await editor.publishedFor(uri, (found) => found.length === 1);
    for (const letter of "abc") editor.replace(uri, "job", `${letter}job`);
    await editor.pause();
    await editor.until(() => editor.published.get(uri)?.version === 4);
    await editor.taken();
    expect(editor.publications).toBe(2);
  });

  test("is sent nothing more once it closes the document", async () => {
    const editor = await startEditor({ capabilities: pushedTo });
    editor.open(uri, dag);
    await editor.publishedFor(uri, (found) => found.length === 1);
    editor.replace(uri, "job", "other");
    editor.close(uri);
    await editor.publishedFor(uri, (found) => found.length === 0);
    expect(editor.clock.pending).toBe(0);
  });
});

describe("columns", () => {
  const odd = 'import os\nnote = "Zürich 東京 🚀"; os.system("nohup job &"); end = "🚀"\n';

  test.each([
    [["utf-8", "utf-16"], "utf-8"],
    [["utf-16", "utf-8"], "utf-16"],
    [["utf-32"], "utf-32"],
    [["utf-7"], "utf-16"],
  ])("offered %s are %s", async (positionEncodings, chosen) => {
    const editor = await startEditor({ capabilities: { ...able, general: { positionEncodings } } });
    expect(editor.answer.capabilities.positionEncoding).toBe(chosen);
    editor.open(uri, odd);
    const [finding] = await editor.pulled(uri);
    expect(finding && editor.textIn(uri, finding.range)).toBe("nohup job &");
    // Changes behind such characters land where they should.
    editor.replace(uri, "🚀", "🚀🚀");
    editor.replace(uri, "job", "東");
    editor.replace(uri, "東 &", "work &");
    await editor.pause();
    const [changed] = await editor.pulled(uri);
    expect(changed && editor.textIn(uri, changed.range)).toBe("nohup work &");
  });
});
