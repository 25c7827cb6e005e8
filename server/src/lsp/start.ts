import { DidChangeConfigurationNotification, DidChangeWatchedFilesNotification } from "vscode-languageserver";
import { reload } from "./configuration.ts";
import { type Context, guarded } from "./context.ts";
import { onDisk } from "./folder.ts";

/** The DAGs, and the files that say what holds for those beside and below them. */
const watched = [
  "*.py",
  "*.{sh,bash}",
  "{tether,pyproject}.toml",
  "*{requirements,constraints}*.{txt,in}",
  "requirements/*.{txt,in}",
  "{uv,poetry,pdm}.lock",
  "Pipfile*",
  "{Docker,Container}file*",
  "*.Dockerfile",
  "*compose*.{yml,yaml}",
  ".{airflow,git}ignore",
];

/** `initialized`: reads the settings and asks to be told when something changes. */
export function registerStart(context: Context): void {
  const { connection, session } = context;
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
        const watchers = watched.map((name) => ({ globPattern: `**/${name}` }));
        await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      }
    }),
  );
}
