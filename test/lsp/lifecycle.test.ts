import { expect, test } from "vitest";
import { grammarsLoaded } from "../grammars.ts";
import { able, Editor, startEditor } from "./editor.ts";
import { nohupParts } from "./nohup.ts";

await grammarsLoaded();

const uri = "file:///project/dags/load.py";
const dag = 'import os\nos.system("nohup job &")\n';

test("says what it can do", async () => {
  const { answer } = await startEditor();
  expect(answer).toEqual({
    capabilities: {
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: 2 },
      diagnosticProvider: { identifier: "tether", interFileDependencies: true, workspaceDiagnostics: false },
      codeActionProvider: { codeActionKinds: ["quickfix", "source.fixAll.tether"] },
      hoverProvider: true,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
    serverInfo: { name: "tether" },
  });
});

test("asks to be told of changed settings and files", async () => {
  const editor = await startEditor();
  await editor.until(() => editor.registered.length === 2);
  expect(editor.registered).toEqual(["workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles"]);
});

test("registers nothing with a client that cannot", async () => {
  const editor = await startEditor({ capabilities: {} });
  editor.open(uri, dag);
  await editor.publishedFor(uri, (found) => found.length === 1);
  expect(editor.registered).toEqual([]);
  expect(editor.refreshes).toBe(0);
});

test("goes on after a failure in a handler, and logs it", async () => {
  let broken = true;
  const editor = await startEditor({
    parts: {
      lint: (source, settings) => {
        if (broken) throw new Error("out of order");
        return nohupParts.lint(source, settings);
      },
    },
  });
  editor.open(uri, dag);
  expect(await editor.pulled(uri)).toEqual([]);
  expect(await editor.actions(uri, "nohup")).toEqual([]);
  expect(await editor.hover(uri, "nohup")).toBeNull();
  await expect(editor.connection.sendRequest("tether/fixAll", { uri })).rejects.toThrow("out of order");
  for (const what of ["Linting", "Listing code actions", "Hovering", "Fixing"]) {
    expect(editor.logged.some((line) => line.startsWith(`${what} failed: Error: out of order`))).toBe(true);
  }
  broken = false;
  expect(await editor.pulled(uri)).toHaveLength(1);
});

test("takes changes that fit no text", async () => {
  const editor = await startEditor();
  editor.open(uri, dag);
  const range = { start: { line: 90, character: 7 }, end: { line: 0, character: 2 } };
  void editor.connection.sendNotification("textDocument/didChange", {
    textDocument: { uri, version: 2 },
    contentChanges: [{ range, text: "x = 1\n" }],
  });
  void editor.connection.sendNotification("textDocument/didChange", {
    textDocument: { uri: "file:///not/open.py", version: 2 },
    contentChanges: [{ text: "" }],
  });
  await editor.pause();
  expect(await editor.pulled(uri)).toHaveLength(1);
});

test("refuses to start without its parsers", async () => {
  const editor = new Editor({
    parts: { ready: () => Promise.reject(new Error("tree-sitter-python.wasm is missing")) },
  });
  const params = { processId: null, rootUri: null, capabilities: able };
  await expect(editor.connection.sendRequest("initialize", params)).rejects.toThrow("tree-sitter-python.wasm");
  editor.connection.dispose();
});

test.each([
  ["after a shutdown", true, 0],
  ["without one", false, 1],
])("exit %s", async (_when, shutdown, code) => {
  const editor = await startEditor();
  editor.open(uri, dag);
  await editor.pulled(uri);
  editor.replace(uri, "job", "other");
  if (shutdown) {
    const waiting = editor.pulled(uri);
    await editor.connection.sendRequest("shutdown");
    // Nothing waits for a pause in typing any more.
    expect(await waiting).toHaveLength(1);
    expect(editor.clock.pending).toBe(0);
  }
  void editor.connection.sendNotification("exit");
  await editor.until(() => editor.exitCode !== undefined);
  expect(editor.exitCode).toBe(code);
});
