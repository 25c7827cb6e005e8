import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  FileChangeType,
} from "vscode-languageserver";
import { z } from "zod";
import { reload } from "./configuration.ts";
import { type Context, guarded } from "./context.ts";
import { pathOf } from "./document.ts";
import { onDisk } from "./folder.ts";
import { clear, relintClosed } from "./publish.ts";

/** Files that say what holds for the DAGs beside and below them. */
const projectFiles = [
  "{tether,pyproject}.toml",
  "*{requirements,constraints}*.{txt,in}",
  "{uv,poetry,pdm,Pipfile}.lock",
  "Dockerfile*",
  "airflow.cfg",
  ".airflowignore",
];
const section = z.object({ tether: z.unknown() });

/** Keeps settings and closed files up to date. */
export function registerWatch(context: Context): void {
  const { connection, session } = context;

  connection.onDidChangeConfiguration(
    guarded(context, "Changing the settings", undefined, ({ settings }) => {
      session.given = section.safeParse(settings).data?.tether;
      reload(context);
    }),
  );

  connection.onDidChangeWatchedFiles(
    guarded(context, "Watching files", undefined, async ({ changes }) => {
      const python = changes.filter(({ uri }) => uri.endsWith(".py"));
      if (python.length < changes.length) reload(context);
      for (const { uri, type } of python) if (type === FileChangeType.Deleted) clear(context, uri);
      await relintClosed(
        context,
        python.filter(({ type }) => type !== FileChangeType.Deleted).flatMap(({ uri }) => pathOf(uri) ?? []),
      );
    }),
  );

  connection.onInitialized(
    guarded(context, "Starting", undefined, async () => {
      const { client } = session;
      reload(context);
      if (client.folders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          const gone = new Set(removed.map(({ uri }) => uri));
          reload(context, (folders) => [
            ...folders.filter(({ uri }) => uri === undefined || !gone.has(uri)),
            ...onDisk(added),
          ]);
        });
      }
      if (client.registersConfiguration) {
        await connection.client.register(DidChangeConfigurationNotification.type, { section: "tether" });
      }
      if (client.watches) {
        const watchers = ["*.py", ...projectFiles].map((name) => ({ globPattern: `**/${name}` }));
        await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      }
    }),
  );
}
