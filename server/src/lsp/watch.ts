import { FileChangeType } from "vscode-languageserver";
import { z } from "zod";
import { reload } from "./configuration.ts";
import { type Context, guarded } from "./context.ts";
import { pathOf } from "./document.ts";
import { follow } from "./follow.ts";
import { forget, relintClosed } from "./publish.ts";
import { surveyed } from "./survey.ts";

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
      const code = changes.filter(({ uri }) => /\.(?:py|sh|bash)$/.test(uri));
      if (code.length < changes.length) reload(context);
      session.neighbours.files.forget();
      const paths: string[] = [];
      const written: string[] = [];
      for (const { uri, type } of code) {
        const path = pathOf(uri);
        if (path === undefined) continue;
        paths.push(path);
        if (!path.endsWith(".py")) continue;
        if (type !== FileChangeType.Deleted) written.push(path);
        else {
          forget(context, path);
          if (!session.documentAt(path)) session.neighbours.remove(path);
        }
      }
      // What a name means may be another file now, for anybody.
      const moved = code.some(({ type }) => type !== FileChangeType.Changed);
      const all = moved ? session.documents().map(({ path }) => path) : [];
      await relintClosed(context, written);
      await follow(context, paths, all);
      if (session.survey) {
        await surveyed(
          context,
          written.filter((path) => session.surveys(path)),
        );
      }
    }),
  );
}
