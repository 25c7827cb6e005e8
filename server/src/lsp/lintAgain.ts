import { publishConfigProblems } from "./configProblems.ts";
import type { Context } from "./context.ts";
import { folderAround } from "./folder.ts";
import { forget, publishOpen, relintClosed } from "./publish.ts";
import { tellStatus } from "./status.ts";
import { survey } from "./survey.ts";

/** Brings everything that is shown up to new settings. */
export async function lintAgain(context: Context): Promise<void> {
  const { connection, session } = context;
  // Every configuration file that counts is read now, so that its problems are known.
  for (const folder of session.folders) folder.resolver.for(`${folder.path}/dag.py`);
  for (const document of session.documents()) {
    session.settingsFor(document.path);
    publishOpen(context, document);
  }
  publishConfigProblems(context);
  tellStatus(context);
  if (session.client.pulls && session.client.refreshes) await connection.languages.diagnostics.refresh();
  // Folders go or are switched off, and files are taken out.
  for (const path of [...session.linted]) {
    if (!folderAround(session.folders, path)?.editor.enable || session.excluded(path)) forget(context, path);
  }
  await relintClosed(context, [...session.linted]);
  if (session.documents().length > 0) survey(context);
}
