import { FileChangeType } from "vscode-languageserver";
import { z } from "zod";
import { reload } from "./configuration.ts";
import { type Context, guarded } from "./context.ts";
import { pathOf } from "./document.ts";
import { forget, relintClosed } from "./publish.ts";

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
      const written: string[] = [];
      for (const { uri, type } of python) {
        const path = pathOf(uri);
        if (path !== undefined && type === FileChangeType.Deleted) forget(context, path);
        else if (path !== undefined) written.push(path);
      }
      await relintClosed(context, written);
    }),
  );
}
