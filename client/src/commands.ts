import { commands, type Disposable, window } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import {
  type FixAllParams,
  type FixAllResult,
  fixAllRequest,
  type LintWorkspaceResult,
  lintWorkspaceRequest,
} from "../../server/src/lsp/protocol.ts";

/** Registers the commands of the command palette; each answers with what it did, for key bindings and tests. */
export function registerCommands(client: LanguageClient): Disposable[] {
  return [
    commands.registerCommand("tether.lintWorkspace", () => lintWorkspace(client)),
    commands.registerCommand("tether.fixAllInFile", () => fixAllInFile(client)),
    commands.registerCommand("tether.restartServer", () => client.restart()),
    commands.registerCommand("tether.showOutput", () => client.outputChannel.show()),
  ];
}

async function lintWorkspace(client: LanguageClient): Promise<LintWorkspaceResult> {
  const result = await client.sendRequest<LintWorkspaceResult>(lintWorkspaceRequest, {});
  if (!result.cancelled) {
    const text = `Tether: ${count(result.findings, "finding")} in ${count(result.files, "file")}.`;
    window.setStatusBarMessage(text, 10_000);
    if (result.findings > 0) await commands.executeCommand("workbench.actions.view.problems");
  }
  return result;
}

async function fixAllInFile(client: LanguageClient): Promise<FixAllResult | undefined> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== "python") {
    void window.showInformationMessage("Tether: open a Python file to fix it.");
    return undefined;
  }
  const params: FixAllParams = { uri: client.code2ProtocolConverter.asUri(document.uri) };
  const result = await client.sendRequest<FixAllResult>(fixAllRequest, params);
  const text =
    result.applied === 0 ? "Tether: nothing to fix." : `Tether: ${count(result.applied, "fix", "fixes")} applied.`;
  window.setStatusBarMessage(text, 10_000);
  return result;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
