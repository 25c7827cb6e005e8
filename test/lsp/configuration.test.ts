import { describe, expect, test } from "vitest";
import { FileChangeType } from "vscode-languageserver/node";
import { folderAround } from "../../server/src/lsp/folder.ts";
import { grammarsLoaded } from "../grammars.ts";
import { type Editor, pushedTo, startEditor } from "./editor.ts";
import { Workspace } from "./workspace.ts";

await grammarsLoaded();

const dag = 'import os\nos.system("nohup job &")\n';

function changed(editor: Editor, uri: string, type: FileChangeType = FileChangeType.Changed): void {
  void editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: [{ uri, type }] });
}

describe("the project's configuration", () => {
  test("counts anew when its file changes", async () => {
    const workspace = new Workspace({ "tether.toml": "" });
    const editor = await startEditor({ folder: workspace.uri });
    const uri = workspace.uriOf("dags/load.py");
    editor.open(uri, dag);
    const first = await editor.pull(uri);
    expect(first).toMatchObject({ kind: "full", items: [{ code: "TET199" }] });
    const { refreshes } = editor;
    workspace.write("tether.toml", 'exclude = ["dags"]\n');
    changed(editor, workspace.uriOf("tether.toml"));
    await editor.until(() => editor.refreshes > refreshes);
    expect(await editor.pull(uri, first.resultId)).toMatchObject({ kind: "full", items: [] });
    expect(await editor.actions(uri, "nohup")).toEqual([]);
  });

  test("is followed by what is sent to a client that does not ask", async () => {
    const workspace = new Workspace({ "tether.toml": 'exclude = ["dags"]\n' });
    const editor = await startEditor({ folder: workspace.uri, capabilities: pushedTo });
    const uri = workspace.uriOf("dags/load.py");
    editor.open(uri, dag);
    expect(await editor.publishedFor(uri)).toEqual([]);
    workspace.write("tether.toml", "");
    changed(editor, workspace.uriOf("tether.toml"));
    expect(await editor.publishedFor(uri, (found) => found.length > 0)).toMatchObject([{ code: "TET199" }]);
  });

  test("shows what is wrong in it, on its line, until it is right", async () => {
    const workspace = new Workspace({ "tether.toml": '\nignore = ["no-such-rule"]\n' });
    const editor = await startEditor({ folder: workspace.uri });
    const config = workspace.uriOf("tether.toml");
    expect(await editor.publishedFor(config, (found) => found.length > 0)).toMatchObject([
      {
        code: "TET904",
        severity: 1,
        source: "tether",
        range: { start: { line: 1 } },
        message: expect.stringContaining("no-such-rule"),
      },
    ]);
    expect(editor.statuses.at(-1)).toMatchObject({ state: "error", message: expect.stringContaining("tether.toml:2") });
    const uri = workspace.uriOf("load.py");
    editor.open(uri, dag);
    expect(await editor.pulled(uri)).toMatchObject([{ code: "TET199" }]);

    workspace.write("tether.toml", "");
    changed(editor, config);
    await editor.publishedFor(config, (found) => found.length === 0);
    await editor.until(() => editor.statuses.at(-1)?.state === "ready");
  });

  test("that is no TOML leaves the defaults", async () => {
    const workspace = new Workspace({ "tether.toml": "exclude = [" });
    const editor = await startEditor({ folder: workspace.uri });
    await editor.publishedFor(workspace.uriOf("tether.toml"), (found) => found.length === 1);
    const uri = workspace.uriOf("load.py");
    editor.open(uri, dag);
    expect(await editor.pulled(uri)).toMatchObject([{ code: "TET199" }]);
  });
});

describe("the editor's settings", () => {
  const uri = "file:///project/load.py";

  test("turn Tether off and on", async () => {
    const editor = await startEditor({ settings: { enable: false } });
    editor.open(uri, dag);
    expect(await editor.pulled(uri)).toEqual([]);
    const { refreshes } = editor;
    editor.settings = { enable: true };
    void editor.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
    await editor.until(() => editor.refreshes > refreshes);
    expect(await editor.pulled(uri)).toHaveLength(1);
  });

  test("reach the engine as overrides; null is not set", async () => {
    const workspace = new Workspace({});
    const editor = await startEditor({ folder: workspace.uri, settings: { exclude: ["generated"], select: null } });
    const [excluded, other] = [workspace.uriOf("generated/load.py"), workspace.uriOf("load.py")];
    editor.open(excluded, dag);
    editor.open(other, dag);
    expect(await editor.pulled(excluded)).toEqual([]);
    expect(await editor.pulled(other)).toHaveLength(1);
  });

  test.each([
    [{ enable: "yes" }, "`tether.enable` is ignored"],
    [{ profile: "lax", enable: true }, "`tether.profile` is ignored"],
    [{ airflowVersion: "two" }, "`tether.airflowVersion` is ignored"],
    [{ colour: 1 }, "`tether.colour` is no setting"],
    ["nonsense", "`tether` is not a table of settings"],
    [{ select: 5, trace: { server: "messages" } }, "`tether.select` is ignored"],
  ])("that are wrong are told and left out: %j", async (settings, told) => {
    const editor = await startEditor({ settings });
    expect(editor.logged.filter((line) => line.includes(told))).toHaveLength(1);
    expect(editor.logged).toHaveLength(1);
    editor.open(uri, dag);
    expect(await editor.pulled(uri)).toHaveLength(1);
  });

  test("are taken from the notification of a client that cannot be asked", async () => {
    const editor = await startEditor({ capabilities: {} });
    editor.open(uri, dag);
    await editor.publishedFor(uri, (found) => found.length === 1);
    void editor.connection.sendNotification("workspace/didChangeConfiguration", {
      settings: { tether: { enable: false } },
    });
    await editor.publishedFor(uri, (found) => found.length === 0);
    // They still hold when something else is read anew.
    const { length } = editor.statuses;
    changed(editor, "file:///project/requirements.txt");
    await editor.until(() => editor.statuses.length > length);
    expect(editor.published.get(uri)?.diagnostics).toEqual([]);
  });
});

test("settings come with the first message from a client that cannot be asked", async () => {
  const initializationOptions = { settings: { enable: false } };
  const editor = await startEditor({ capabilities: {}, initializationOptions });
  editor.open("file:///project/load.py", dag);
  expect(await editor.publishedFor("file:///project/load.py")).toEqual([]);
});

test("two folders added at once both count", async () => {
  const workspaces = [new Workspace({ "tether.toml": "wrong = 1\n" }), new Workspace({ "tether.toml": "bad = 1\n" })];
  const editor = await startEditor();
  for (const { uri } of workspaces) {
    const event = { added: [{ uri, name: "" }], removed: [] };
    void editor.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event });
  }
  await editor.taken();
  // The status after both says so.
  await editor.until(() => editor.statuses.at(-1)?.message?.includes("(and 1 more)") === true);
  for (const workspace of workspaces) {
    expect(editor.published.get(workspace.uriOf("tether.toml"))?.diagnostics).toHaveLength(1);
  }
});

test("a file belongs to the innermost folder around it", () => {
  const folders = ["/a", "/a/b/c", "/a/b", "/"].map((path) => ({ path }));
  expect(folderAround(folders, "/a/b/x.py")).toEqual({ path: "/a/b" });
  expect(folderAround(folders, "/a/b/c/x.py")).toEqual({ path: "/a/b/c" });
  expect(folderAround(folders, "/a/bc/x.py")).toEqual({ path: "/a" });
  expect(folderAround(folders, "/x.py")).toEqual({ path: "/" });
  expect(folderAround([{ path: "/a" }], "/b/x.py")).toBeUndefined();
});

test("a folder added later brings its configuration, one removed takes it along", async () => {
  const workspace = new Workspace({ "tether.toml": "nonsense = 1\n" });
  const config = workspace.uriOf("tether.toml");
  const editor = await startEditor();
  const folder = { uri: workspace.uri, name: "later" };
  void editor.connection.sendNotification("workspace/didChangeWorkspaceFolders", {
    event: { added: [folder], removed: [] },
  });
  await editor.publishedFor(config, (found) => found.length === 1);
  void editor.connection.sendNotification("workspace/didChangeWorkspaceFolders", {
    event: { added: [], removed: [folder] },
  });
  await editor.publishedFor(config, (found) => found.length === 0);
});
