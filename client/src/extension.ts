import { type ExtensionContext, Uri } from "vscode";
import { registerCommands } from "./commands.ts";
import { Server } from "./server.ts";
import { Status } from "./status.ts";

let server: Server | undefined;

/** Starts the language server that travels in the extension's `dist` folder and registers the commands. */
export async function activate(context: ExtensionContext): Promise<void> {
  const status = new Status();
  const module = Uri.joinPath(context.extensionUri, "dist", "server.mjs").fsPath;
  server = new Server(module, (client) => status.follow(client));
  context.subscriptions.push(status, server.output, ...registerCommands(server));
  await server.start();
}

/** Stops the language server; VS Code waits for it. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
