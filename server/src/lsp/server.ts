import { CodeActionKind, type Connection, type ServerCapabilities, TextDocumentSyncKind } from "vscode-languageserver";
import { z } from "zod";
import { clientOf } from "./client.ts";
import { fixAllKind, registerCodeActions } from "./codeActions.ts";
import type { Context } from "./context.ts";
import { registerDiagnostics } from "./diagnostics.ts";
import { registerFixAll } from "./fixAll.ts";
import { folderOf, onDisk } from "./folder.ts";
import { registerHover } from "./hover.ts";
import { registerLintWorkspace } from "./lintWorkspace.ts";
import { type Parts, realParts } from "./parts.ts";
import { Session } from "./session.ts";
import { registerStart } from "./start.ts";
import { registerSync } from "./sync.ts";
import { registerWatch } from "./watch.ts";

const initializationOptions = z.object({ settings: z.unknown() });

/** Makes a language server of a connection and begins to listen; `parts` replaces what a test wants replaced. */
export function createServer(connection: Connection, parts: Partial<Parts> = {}): void {
  const all: Parts = { ...realParts, ...parts };
  const session = new Session(all, process.cwd());
  const context: Context = { connection, session, parts: all };

  connection.onInitialize(async (params) => {
    await all.ready();
    session.client = clientOf(params);
    session.given = initializationOptions.safeParse(params.initializationOptions).data?.settings;
    const root = params.rootUri ? [{ uri: params.rootUri, name: "" }] : [];
    const folders = onDisk(params.workspaceFolders ?? root).map((place) => folderOf(all, place));
    session.configure(folders, session.elsewhere);
    return { capabilities: capabilities(session), serverInfo: { name: "tether" } };
  });
  connection.onShutdown(() => {
    session.running?.abort();
    session.survey?.abort();
    session.quiet.releaseAll();
  });

  registerSync(context);
  registerDiagnostics(context);
  registerCodeActions(context);
  registerFixAll(context);
  registerHover(context);
  registerLintWorkspace(context);
  registerWatch(context);
  registerStart(context);
  connection.listen();
}

function capabilities({ client }: Session): ServerCapabilities {
  return {
    positionEncoding: client.encoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    ...(client.pulls
      ? { diagnosticProvider: { identifier: "tether", interFileDependencies: true, workspaceDiagnostics: false } }
      : {}),
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
    hoverProvider: true,
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
