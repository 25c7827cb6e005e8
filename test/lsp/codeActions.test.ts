import { describe, expect, test } from "vitest";
import { CodeActionKind } from "vscode-languageserver/node";
import { fixAllRequest } from "../../server/src/lsp/protocol.ts";
import { grammarsLoaded } from "../grammars.ts";
import { able, startEditor } from "./editor.ts";
import { fixesBuilt } from "./nohup.ts";

await grammarsLoaded();

const uri = "file:///project/dags/load.py";
const dag = 'import os\nos.system("é🚀 nohup job &")\nos.system("nohup other &")\n';

describe("quick fixes", () => {
  test("are those of the findings at the place, with the safe one preferred and an ignore comment last", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    const actions = await editor.actions(uri, "nohup job");
    expect(actions.map(({ title, kind, isPreferred }) => [title, kind, isPreferred])).toEqual([
      ["Use run(job) (unsafe)", "quickfix", undefined],
      ["Run job in the foreground", "quickfix", true],
      ["Ignore test-nohup here", "quickfix", undefined],
    ]);
    expect(actions[0]?.diagnostics).toMatchObject([{ code: "TET199", range: editor.rangeOf(uri, "nohup job &") }]);
    expect(await editor.actions(uri, "import")).toEqual([]);
  });

  test("are built when they are asked for, not to show the findings", async () => {
    const editor = await startEditor();
    const before = fixesBuilt;
    editor.open(uri, dag);
    expect(await editor.pulled(uri)).toHaveLength(2);
    expect(fixesBuilt).toBe(before);
    await editor.actions(uri, "nohup job");
    await editor.actions(uri, "nohup job");
    expect(fixesBuilt).toBe(before + 1);
  });

  test("that cannot be built are left out and logged; everything else goes on", async () => {
    const editor = await startEditor();
    editor.open(uri, `${dag}os.system("nohup stubborn &")\n`);
    expect(await editor.pulled(uri)).toHaveLength(3);
    const titles = async (from: string, to = from) => {
      const range = { start: editor.rangeOf(uri, from).start, end: editor.rangeOf(uri, to).end };
      return (await editor.actions(uri, from, [CodeActionKind.QuickFix], range)).map(({ title }) => title);
    };
    expect(await titles("nohup stubborn")).toEqual(["Ignore test-nohup here"]);
    expect(await titles("nohup other", "nohup stubborn")).toContain("Run other in the foreground");
    expect(editor.logged.join("\n")).toContain("Building the fixes of test-nohup failed: Error: it cannot be");
    expect(await editor.hover(uri, "stubborn")).toMatchObject({ contents: { kind: "markdown" } });
    expect(await editor.connection.sendRequest(fixAllRequest, { uri })).toEqual({ applied: 2 });
  });

  test("carry what else they change to a client that shows it with the edit", async () => {
    const { workspace } = able;
    const workspaceEdit = { documentChanges: true, changeAnnotationSupport: {} };
    const editor = await startEditor({ capabilities: { ...able, workspace: { ...workspace, workspaceEdit } } });
    editor.open(uri, dag);
    const [unsafe, safe] = await editor.actions(uri, "nohup job");
    const why = { label: "Use run(job) (unsafe)", description: "the task waits", needsConfirmation: false };
    expect(unsafe?.edit?.changeAnnotations).toEqual({ why });
    expect(unsafe?.edit?.documentChanges).toMatchObject([{ edits: [{ annotationId: "why", newText: "run job" }] }]);
    expect(safe?.edit?.changeAnnotations).toBeUndefined();
    expect(unsafe?.edit && editor.apply(unsafe.edit)).toBeUndefined();
    expect(editor.text(uri)).toBe(dag.replace("nohup job &", "run job"));
  });

  test.each([["utf-8"], ["utf-16"], ["utf-32"]])("apply in %s columns, and the finding is gone", async (encoding) => {
    const editor = await startEditor({ capabilities: { ...able, general: { positionEncodings: [encoding] } } });
    editor.open(uri, dag);
    const fix = (await editor.actions(uri, "nohup job")).find(({ isPreferred }) => isPreferred);
    expect(fix?.edit?.documentChanges).toMatchObject([{ textDocument: { uri, version: 1 } }]);
    expect(fix?.edit && editor.apply(fix.edit)).toBeUndefined();
    expect(editor.text(uri)).toBe(dag.replace("nohup job &", "job"));
    await editor.pause();
    expect(await editor.pulled(uri)).toMatchObject([{ message: expect.stringContaining("`other`") }]);
  });

  test("the ignore comment hides the finding", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    const ignore = (await editor.actions(uri, "nohup job")).at(-1);
    expect(ignore?.edit && editor.apply(ignore.edit)).toBeUndefined();
    expect(editor.text(uri)).toContain('job &")  # tether: ignore[test-nohup]\n');
    await editor.pause();
    expect(await editor.pulled(uri)).toMatchObject([{ message: expect.stringContaining("`other`") }]);
  });

  test("keep Windows line ends and a byte order mark", async () => {
    const editor = await startEditor();
    const text = `\uFEFF${dag.replaceAll("\n", "\r\n")}`;
    editor.open(uri, text);
    const fix = (await editor.actions(uri, "nohup other")).find(({ isPreferred }) => isPreferred);
    expect(fix?.edit && editor.apply(fix.edit)).toBeUndefined();
    const [all] = await editor.actions(uri, "import", ["source.fixAll.tether"]);
    expect(all?.edit && editor.apply(all.edit)).toBeUndefined();
    expect(editor.text(uri)).toBe(text.replace("nohup job &", "job").replace("nohup other &", "other"));
  });

  test("do not offer to ignore what the tool could not read", async () => {
    const editor = await startEditor();
    editor.open(uri, `${dag}def (:\n`);
    expect(await editor.pulled(uri)).toMatchObject([{}, {}, { code: "TET900" }]);
    expect(await editor.actions(uri, "def (")).toEqual([]);
  });

  test("made for a version that is gone are refused", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    const [fix] = await editor.actions(uri, "nohup job");
    editor.replace(uri, "import os", "import os, sys");
    expect(fix?.edit && editor.apply(fix.edit)).toBe("version 1 is not 2");
    // Those asked for now fit, though typing has not paused.
    const [fresh] = await editor.actions(uri, "nohup job");
    expect(fresh?.edit && editor.apply(fresh.edit)).toBeUndefined();
    expect(editor.text(uri)).toBe(dag.replace("import os", "import os, sys").replace("nohup job &", "run job"));
  });

  test("come without a version for a client that knows none", async () => {
    const editor = await startEditor({ capabilities: { ...able, workspace: { configuration: true } } });
    editor.open(uri, dag);
    const [fix] = await editor.actions(uri, "nohup job");
    expect(fix?.edit?.documentChanges).toBeUndefined();
    expect(fix?.edit && editor.apply(fix.edit)).toBeUndefined();
    expect(editor.text(uri)).toBe(dag.replace("nohup job &", "run job"));
  });

  test.each([
    [[CodeActionKind.QuickFix], ["quickfix", "quickfix", "quickfix"]],
    [[CodeActionKind.Source], ["source.fixAll.tether"]],
    [[CodeActionKind.SourceFixAll], ["source.fixAll.tether"]],
    [["source.fixAll.tether"], ["source.fixAll.tether"]],
    [["source.fixAll.eslint"], []],
    [[CodeActionKind.Refactor], []],
  ])("asked for %s are %s", async (only, kinds) => {
    const editor = await startEditor();
    editor.open(uri, dag);
    expect((await editor.actions(uri, "nohup job", only)).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe("fixing all", () => {
  test("as a source action applies every safe fix", async () => {
    const editor = await startEditor();
    editor.open(uri, dag);
    const [fix] = await editor.actions(uri, "import", ["source.fixAll.tether"]);
    expect(fix?.edit && editor.apply(fix.edit)).toBeUndefined();
    expect(editor.text(uri)).toBe('import os\nos.system("é🚀 job")\nos.system("other")\n');
    expect(await editor.actions(uri, "import", ["source.fixAll.tether"])).toEqual([]);
  });

  test.each([
    [false, 'import os\nos.system("é🚀 job")\nos.system("other")\n'],
    [true, 'import os\nos.system("é🚀 run job")\nos.system("run other")\n'],
  ])("on request, unsafe ones too: %s", async (unsafe, after) => {
    const editor = await startEditor();
    editor.open(uri, dag);
    expect(await editor.connection.sendRequest(fixAllRequest, { uri, unsafe })).toEqual({ applied: 2 });
    expect(editor.text(uri)).toBe(after);
    expect(await editor.connection.sendRequest(fixAllRequest, { uri, unsafe })).toEqual({ applied: 0 });
  });

  test("leaves the lines between alone", async () => {
    const editor = await startEditor();
    editor.open(uri, `${dag}x = 1\nos.system("nohup last &")\n`);
    const [fix] = await editor.actions(uri, "import", ["source.fixAll.tether"]);
    const [change] = fix?.edit?.documentChanges ?? [];
    const edits = change && "edits" in change ? change.edits : [];
    expect(edits).toMatchObject([
      { range: { start: { line: 1, character: 0 }, end: { line: 3, character: 0 } } },
      { range: { start: { line: 4, character: 0 }, end: { line: 5, character: 0 } }, newText: 'os.system("last")\n' },
    ]);
  });

  test("says 0 when the editor refuses the edit, and warns", async () => {
    const editor = await startEditor({
      parts: {
        fixAll: ({ text }) => {
          // The user types while the fixes are made.
          editor.replace(uri, "import os", "import os, re");
          return { text: text.replace("nohup job &", "job"), applied: 1, remaining: [], passes: 1 };
        },
      },
    });
    editor.open(uri, dag);
    expect(await editor.connection.sendRequest(fixAllRequest, { uri })).toEqual({ applied: 0 });
    expect(editor.logged).toContain("The edit was not applied: version 1 is not 2.");
    expect(editor.text(uri)).toContain("nohup job &");
  });

  test("of an unknown document does nothing", async () => {
    const editor = await startEditor();
    expect(await editor.connection.sendRequest(fixAllRequest, { uri })).toEqual({ applied: 0 });
    await expect(editor.connection.sendRequest(fixAllRequest, { wrong: 1 })).rejects.toThrow();
  });
});
