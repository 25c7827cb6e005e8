import { type ExtensionContext, Uri } from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";
import { registerCommands } from "./commands.ts";
import { showCancellableProgress } from "./progress.ts";
import { createStatus } from "./status.ts";

let client: LanguageClient | undefined;

/** Starts the language server that travels in the extension's `dist` folder and registers the commands. */
export async function activate(context: ExtensionContext): Promise<void> {
  const server = {
    module: Uri.joinPath(context.extensionUri, "dist", "server.mjs").fsPath,
    transport: TransportKind.ipc,
  };
  // The id is also the section of the `<id>.trace.server` setting, which the client library reads itself.
  client = new LanguageClient("tether", "Tether", server, {
    documentSelector: [
      { scheme: "file", language: "python" },
      { scheme: "untitled", language: "python" },
    ],
    diagnosticCollectionName: "tether",
    middleware: { handleWorkDoneProgress: showCancellableProgress(() => client) },
  });
  context.subscriptions.push(createStatus(client), ...registerCommands(client));
  await client.start();
}

/** Stops the language server; VS Code waits for it. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
