/** The language server as its users start it: the packed product in a process of its own. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  createProtocolConnection,
  DocumentDiagnosticRequest,
  InitializeRequest,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { lintWorkspaceRequest } from "../../server/src/lsp/protocol.ts";
import { pack } from "../cli/packed.ts";
import { able } from "./editor.ts";
import { Workspace } from "./workspace.ts";

const packed = pack();
const server = join(packed.folder, "dist/server.mjs");

type Running = { readonly child: ChildProcess; readonly connection: ProtocolConnection; readonly errors: () => string };

function overStdio(words: readonly string[], cwd: string): Running {
  const child = spawn(process.execPath, words, { cwd, stdio: "pipe" });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString("utf8");
  });
  return begun({ child, connection, errors: () => errors });
}

function overIpc(cwd: string): Running {
  // As the VS Code client library starts it.
  const child = fork(server, ["--node-ipc"], { cwd, silent: true, execArgv: [] });
  return begun({
    child,
    connection: createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child)),
    errors: () => "",
  });
}

function begun(running: Running): Running {
  onTestFinished(() => {
    running.connection.dispose();
    running.child.kill("SIGKILL");
  });
  running.connection.onRequest("workspace/configuration", ({ items }: { items: readonly unknown[] }) =>
    items.map(() => null),
  );
  for (const method of [
    "client/registerCapability",
    "workspace/diagnostic/refresh",
    "window/workDoneProgress/create",
  ]) {
    running.connection.onRequest(method, () => null);
  }
  running.connection.listen();
  return running;
}

async function initialized({ connection }: Running, workspace: Workspace): Promise<void> {
  const answer = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: workspace.uri,
    capabilities: able,
    workspaceFolders: [{ uri: workspace.uri, name: "workspace" }],
  });
  expect(answer.serverInfo?.name).toBe("tether");
  await connection.sendNotification("initialized", {});
}

async function ended({ child, connection }: Running): Promise<number | null> {
  const exit = once(child, "exit");
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  await exit;
  return child.exitCode;
}

async function codesOf({ connection }: Running, uri: string, text: string): Promise<unknown[]> {
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "python", version: 1, text },
  });
  const report = await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
  return report.kind === "full" ? report.items.map(({ code }) => code) : [];
}

const broken = "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\ndef (:\n";

describe("the packed server", () => {
  test("speaks over standard input and output when the command line starts it", async () => {
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`dags/d${index}.py`, "\0"]));
    const workspace = new Workspace(files);
    const running = overStdio([packed.command, "server", "--stdio"], workspace.path);
    await initialized(running, workspace);
    expect(await codesOf(running, workspace.uriOf("broken.py"), broken)).toContain("TET900");
    // Enough files for threads of the product's own worker.
    const published: PublishDiagnosticsParams[] = [];
    running.connection.onNotification("textDocument/publishDiagnostics", (params) => {
      published.push(params);
    });
    const result = await running.connection.sendRequest(lintWorkspaceRequest, {});
    expect(result).toEqual({ files: 60, findings: 60, cancelled: false });
    expect(published.map(({ uri, diagnostics }) => [uri, diagnostics[0]?.code]).sort()).toEqual(
      Object.keys(files)
        .map((name) => [workspace.uriOf(name), "TET903"])
        .sort(),
    );
    expect(await ended(running)).toBe(0);
    expect(running.errors()).toBe("");
  });

  test("speaks over the channel of the process that forks it", async () => {
    const workspace = new Workspace({});
    const running = overIpc(workspace.path);
    await initialized(running, workspace);
    expect(await codesOf(running, "untitled:Untitled-1", broken)).toContain("TET900");
    expect(await ended(running)).toBe(0);
  });

  test("ends when its input does", async () => {
    const workspace = new Workspace({});
    const running = overStdio([server], workspace.path);
    await initialized(running, workspace);
    const exit = once(running.child, "exit");
    running.child.stdin?.end();
    expect(await exit).toEqual([1, null]);
  });
});
