import { commands, type Disposable, window } from "vscode";
import {
  type FixAllParams,
  type FixAllResult,
  fixAllRequest,
  type LintWorkspaceResult,
  lintWorkspaceRequest,
} from "../../server/src/lsp/protocol.ts";
import type { Server } from "./server.ts";

/** Registers the commands of the command palette; each answers with what it did, for key bindings and tests. */
export function registerCommands(server: Server): Disposable[] {
  return [
    commands.registerCommand("tether.lintWorkspace", () => lintWorkspace(server)),
    commands.registerCommand("tether.fixAllInFile", () => fixAllInFile(server)),
    commands.registerCommand("tether.restartServer", () => server.restart()),
    commands.registerCommand("tether.showOutput", () => server.output.show()),
  ];
}

async function lintWorkspace({ client }: Server): Promise<LintWorkspaceResult | undefined> {
  if (!client?.isRunning()) return notRunning();
  const result = await client.sendRequest<LintWorkspaceResult>(lintWorkspaceRequest, {});
  if (!result.cancelled) {
    tell(`${count(result.findings, "finding")} in ${count(result.files, "file")}`);
    if (result.findings > 0) await commands.executeCommand("workbench.actions.view.problems");
  }
  return result;
}

async function fixAllInFile({ client }: Server): Promise<FixAllResult | undefined> {
  if (!client?.isRunning()) return notRunning();
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== "python") {
    void window.showInformationMessage("Tether: open a Python file to fix it.");
    return undefined;
  }
  const params: FixAllParams = { uri: client.code2ProtocolConverter.asUri(document.uri) };
  const result = await client.sendRequest<FixAllResult>(fixAllRequest, params);
  tell(result.applied === 0 ? "nothing to fix" : `${count(result.applied, "fix", "fixes")} applied`);
  return result;
}

function notRunning(): undefined {
  const restart = "Restart Server";
  void window.showErrorMessage("Tether: the language server is not running.", restart).then((chosen) => {
    if (chosen === restart) void commands.executeCommand("tether.restartServer");
  });
  return undefined;
}

function tell(text: string): void {
  const milliseconds = 10_000;
  window.setStatusBarMessage(`Tether: ${text}`, milliseconds);
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
