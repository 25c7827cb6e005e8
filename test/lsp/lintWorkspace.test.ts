import { describe, expect, test } from "vitest";
import { CancellationTokenSource, FileChangeType } from "vscode-languageserver/node";
import { loadSettings } from "../../server/src/engine/settings.ts";
import type { Summary, WorkspaceOptions } from "../../server/src/engine/workspace.ts";
import { lintWorkspaceRequest } from "../../server/src/lsp/protocol.ts";
import type { Finding } from "../../server/src/rules/rule.ts";
import { grammarsLoaded } from "../grammars.ts";
import { type Editor, pushedTo, startEditor } from "./editor.ts";
import { nohupParts } from "./nohup.ts";
import { Workspace } from "./workspace.ts";

await grammarsLoaded();

const dag = 'import os\nos.system("nohup job &")\n';

/** A workspace lint that goes on one file at a time, when the test says so. */
function stepwise(paths: () => readonly string[]) {
  const steps: (() => void)[] = [];
  let tell = () => {};
  const step = (): Promise<void> =>
    new Promise((resolve) => {
      steps.push(resolve);
      tell();
    });
  const lintWorkspace = async (
    _: readonly string[],
    settingsFor: unknown,
    options: WorkspaceOptions = {},
  ): Promise<Summary> => {
    void settingsFor;
    let files = 0;
    for (const path of paths()) {
      await step();
      if (options.signal?.aborted) return { files, findings: files, cancelled: true };
      options.onFile?.({ path, text: dag, findings: found(path) });
      options.onProgress?.(++files, paths().length);
    }
    return { files, findings: files, cancelled: false };
  };
  return {
    lintWorkspace,
    steps,
    onStep: (run: () => void) => {
      tell = run;
    },
  };
}

function found(path: string): readonly Finding[] {
  return nohupParts.lint({ path, text: dag }, loadSettings("/").settings).findings;
}

describe("linting the workspace", () => {
  test("with the engine itself shows what is wrong in files that are not open", async () => {
    const workspace = new Workspace({ "dags/binary.py": "\0\0", "dags/fine.py": "x = 1\n", "notes.txt": "\0" });
    const editor = await startEditor({ folder: workspace.uri });
    const { progress } = editor;
    expect(await editor.connection.sendRequest(lintWorkspaceRequest, {})).toEqual({
      files: 2,
      findings: 1,
      cancelled: false,
    });
    const uri = workspace.uriOf("dags/binary.py");
    expect(await editor.publishedFor(uri)).toMatchObject([{ code: "TET903", source: "tether" }]);
    expect([...editor.published.keys()]).toEqual([uri]);
    expect(progress[0]?.value).toMatchObject({
      kind: "begin",
      title: "Tether: linting the workspace",
      cancellable: true,
    });
    expect(progress.at(-1)?.value).toEqual({ kind: "end" });
    expect(editor.statuses.map(({ state }) => state).slice(-2)).toEqual(["linting", "ready"]);

    // Mended: a second run takes the finding back.
    workspace.write("dags/binary.py", "x = 1\n");
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    expect(await editor.publishedFor(uri)).toEqual([]);
  });

  test("takes back what was found in a file that is gone", async () => {
    const workspace = new Workspace({ "binary.py": "\0", "other.py": "\0" });
    const editor = await startEditor({ folder: workspace.uri });
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    const [gone, other] = [workspace.uriOf("binary.py"), workspace.uriOf("other.py")];
    await editor.publishedFor(gone, (found) => found.length === 1);
    workspace.delete("binary.py");
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    await editor.publishedFor(gone, (found) => found.length === 0);
    workspace.delete("other.py");
    const changes = [{ uri: other, type: FileChangeType.Deleted }];
    void editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
    await editor.publishedFor(other, (found) => found.length === 0);
  });

  test.each([
    [
      "its own progress",
      (editor: Editor, token: string | number) => {
        void editor.connection.sendNotification("window/workDoneProgress/cancel", { token });
      },
    ],
    ["the request", (_editor: Editor, _token: string | number, source: CancellationTokenSource) => source.cancel()],
  ])("ends early when %s is cancelled, and keeps what was found", async (_name, cancel) => {
    const workspace = new Workspace({});
    const paths = ["a.py", "b.py", "c.py"].map((name) => workspace.pathOf(name));
    const steps = stepwise(() => paths);
    const editor = await startEditor({ folder: workspace.uri, parts: { lintWorkspace: steps.lintWorkspace } });
    const { progress } = editor;
    const source = new CancellationTokenSource();
    const first = new Promise<void>((resolve) => steps.onStep(resolve));
    const done = editor.connection.sendRequest(lintWorkspaceRequest, {}, source.token);
    await first;
    const second = new Promise<void>((resolve) => steps.onStep(resolve));
    steps.steps.shift()?.();
    await second;
    await editor.publishedFor(workspace.uriOf("a.py"), (found) => found.length === 1);
    await editor.until(() => progress.length === 2);
    expect(progress[1]?.value).toEqual({ kind: "report", percentage: 33, message: "1 of 3 files" });
    cancel(editor, progress[0]?.token ?? "", source);
    await editor.taken();
    steps.steps.shift()?.();
    expect(await done).toEqual({ files: 1, findings: 1, cancelled: true });
    expect([...editor.published.keys()]).toEqual([workspace.uriOf("a.py")]);
    expect(editor.published.get(workspace.uriOf("a.py"))?.diagnostics).toHaveLength(1);
  });

  test("reports on the client's own token", async () => {
    const workspace = new Workspace({ "a.py": "" });
    const editor = await startEditor({ folder: workspace.uri });
    const { progress } = editor;
    await editor.connection.sendRequest(lintWorkspaceRequest, { workDoneToken: 7 });
    expect(new Set(progress.map(({ token }) => token))).toEqual(new Set([7]));
  });

  test("is replaced by a second request", async () => {
    const workspace = new Workspace({});
    const steps = stepwise(() => [workspace.pathOf("a.py")]);
    const editor = await startEditor({ folder: workspace.uri, parts: { lintWorkspace: steps.lintWorkspace } });
    const begun = new Promise<void>((resolve) => steps.onStep(resolve));
    const first = editor.connection.sendRequest(lintWorkspaceRequest, {});
    await begun;
    const again = new Promise<void>((resolve) => steps.onStep(resolve));
    const second = editor.connection.sendRequest(lintWorkspaceRequest, {});
    await again;
    for (const step of steps.steps) step();
    expect(await first).toMatchObject({ cancelled: true });
    expect(await second).toMatchObject({ cancelled: false, files: 1 });
  });

  test("goes without a progress when the editor refuses one", async () => {
    const workspace = new Workspace({ "a.py": "" });
    const editor = await startEditor({ folder: workspace.uri });
    editor.connection.onRequest("window/workDoneProgress/create", () => Promise.reject(new Error("none today")));
    const answer = await editor.connection.sendRequest(lintWorkspaceRequest, {});
    expect(answer).toMatchObject({ files: 1, cancelled: false });
    expect(editor.progress).toEqual([]);
  });

  test("without a folder finds nothing", async () => {
    const editor = await startEditor();
    expect(await editor.connection.sendRequest(lintWorkspaceRequest)).toEqual({
      files: 0,
      findings: 0,
      cancelled: false,
    });
  });

  test.each([
    [
      "Tether is switched off",
      (editor: Editor) => {
        editor.settings = { enable: false };
        void editor.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
      },
    ],
    [
      "its folder goes",
      (editor: Editor, { uri }: Workspace) => {
        const event = { added: [], removed: [{ uri, name: "" }] };
        void editor.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event });
      },
    ],
    [
      "the configuration takes it out",
      (editor: Editor, workspace: Workspace) => {
        workspace.write("tether.toml", 'exclude = ["binary.py"]\n');
        const changes = [{ uri: workspace.uriOf("tether.toml"), type: FileChangeType.Created }];
        void editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
      },
    ],
  ])("takes back what was found in a file when %s", async (_name, change) => {
    const workspace = new Workspace({ "binary.py": "\0" });
    const editor = await startEditor({ folder: workspace.uri });
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    const uri = workspace.uriOf("binary.py");
    await editor.publishedFor(uri, (found) => found.length === 1);
    change(editor, workspace);
    await editor.publishedFor(uri, (found) => found.length === 0);
  });

  test("reads open documents from the editor", async () => {
    const workspace = new Workspace({ "binary.py": "\0" });
    const editor = await startEditor({ folder: workspace.uri });
    editor.open(workspace.uriOf("binary.py"), "x = 1\n");
    expect(await editor.connection.sendRequest(lintWorkspaceRequest, {})).toMatchObject({ files: 1, findings: 0 });
  });

  test("leaves alone what is sent for an open document whose file is gone", async () => {
    const workspace = new Workspace({ "load.py": dag, "other.py": "\0" });
    const editor = await startEditor({ folder: workspace.uri, capabilities: pushedTo });
    const uri = workspace.uriOf("load.py");
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    editor.open(uri, dag);
    await editor.publishedFor(uri, (found) => found.some(({ code }) => code === "TET199"));
    workspace.delete("load.py");
    expect(await editor.connection.sendRequest(lintWorkspaceRequest, {})).toMatchObject({ files: 1 });
    expect(editor.published.get(uri)?.diagnostics).toHaveLength(1);
  });

  test("keeps what an earlier run found when it is cancelled", async () => {
    const workspace = new Workspace({});
    const [first, second] = [workspace.pathOf("a.py"), workspace.pathOf("b.py")];
    let cancelled = false;
    const lintWorkspace = async (_: readonly string[], __: unknown, { onFile }: WorkspaceOptions = {}) => {
      for (const path of cancelled ? [first] : [first, second]) onFile?.({ path, text: dag, findings: found(path) });
      return { files: 0, findings: 0, cancelled };
    };
    const editor = await startEditor({ folder: workspace.uri, parts: { lintWorkspace } });
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    cancelled = true;
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    expect(editor.published.get(workspace.uriOf("b.py"))?.diagnostics).toHaveLength(1);
  });

  test("is brought up to date when the configuration changes", async () => {
    const workspace = new Workspace({});
    const path = workspace.pathOf("a.py");
    let mended = false;
    const lintWorkspace = async (_: readonly string[], __: unknown, { onFile }: WorkspaceOptions = {}) => {
      onFile?.({ path, text: dag, findings: mended ? [] : found(path) });
      return { files: 1, findings: 1, cancelled: false };
    };
    const editor = await startEditor({ folder: workspace.uri, parts: { lintWorkspace } });
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    const uri = workspace.uriOf("a.py");
    await editor.publishedFor(uri, (diagnostics) => diagnostics.length === 1);
    mended = true;
    void editor.connection.sendNotification("workspace/didChangeConfiguration", { settings: null });
    await editor.publishedFor(uri, (diagnostics) => diagnostics.length === 0);
  });

  test("reports each percent once, however many files there are", async () => {
    const workspace = new Workspace({});
    const total = 5_000;
    const lintWorkspace = async (_: readonly string[], __: unknown, { onProgress }: WorkspaceOptions = {}) => {
      for (let done = 1; done <= total; done++) onProgress?.(done, total);
      return { files: total, findings: 0, cancelled: false };
    };
    const editor = await startEditor({ folder: workspace.uri, parts: { lintWorkspace } });
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    await editor.until(() => editor.progress.at(-1)?.value.kind === "end");
    expect(editor.progress).toHaveLength(1 + 100 + 1);
    expect(editor.progress.at(-2)?.value).toMatchObject({ percentage: 100, message: "5000 of 5000 files" });
  });

  test("is what closed files are shown after: before it, nothing is said of them", async () => {
    const workspace = new Workspace({ "binary.py": "\0" });
    const asked: string[] = [];
    const lintWorkspace = async (paths: readonly string[]): Promise<Summary> => {
      asked.push(...paths);
      return { files: 0, findings: 0, cancelled: false };
    };
    const editor = await startEditor({ folder: workspace.uri, parts: { lintWorkspace } });
    const uri = workspace.uriOf("binary.py");
    editor.open(uri, dag);
    editor.close(uri);
    const changes = [{ uri, type: FileChangeType.Changed }];
    void editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
    await editor.taken();
    expect(asked).toEqual([]);
    expect(editor.publications).toBe(0);
  });

  test("leaves out a folder in which Tether is off", async () => {
    const workspace = new Workspace({ "binary.py": "\0" });
    const editor = await startEditor({ folder: workspace.uri, settings: { enable: false } });
    expect(await editor.connection.sendRequest(lintWorkspaceRequest, {})).toMatchObject({ files: 0 });
  });
});

describe.each([
  ["that asks", undefined],
  ["that does not ask", pushedTo],
])("a client %s", (_name, capabilities) => {
  test("sees a file's findings once, whether it is open or closed", async () => {
    const workspace = new Workspace({ "binary.py": "\0", "other.py": "\0" });
    const editor = await startEditor({ folder: workspace.uri, ...(capabilities ? { capabilities } : {}) });
    const uri = workspace.uriOf("binary.py");
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    await editor.publishedFor(uri, (found) => found.some(({ code }) => code === "TET903"));
    // The buffer says something else than the disk.
    editor.open(uri, dag);
    if (capabilities) await editor.publishedFor(uri, (found) => found.some(({ code }) => code === "TET199"));
    else {
      await editor.publishedFor(uri, (found) => found.length === 0);
      expect(await editor.pulled(uri)).toMatchObject([{ code: "TET199" }]);
    }
    // A workspace lint meanwhile says nothing about it.
    await editor.connection.sendRequest(lintWorkspaceRequest, {});
    await editor.taken();
    expect(editor.published.get(uri)?.diagnostics.map(({ code }) => code)).toEqual(capabilities ? ["TET199"] : []);
    editor.close(uri);
    await editor.publishedFor(uri, (found) => found.some(({ code }) => code === "TET903"));
    // Changed on disk while closed.
    workspace.write("binary.py", "x = 1\n");
    const changes = [{ uri, type: FileChangeType.Changed }];
    void editor.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
    await editor.publishedFor(uri, (found) => found.length === 0);
  });
});
