import { type Context, guarded } from "./context.ts";
import { uriOf } from "./document.ts";
import { follow } from "./follow.ts";
import { clear, publishOpen, relintClosed } from "./publish.ts";
import { survey, surveyed } from "./survey.ts";

/** Keeps the session's documents as the editor has them. */
export function registerSync(context: Context): void {
  const { connection, session } = context;

  const push = guarded<string, void>(context, "Linting", undefined, async (uri) => {
    await session.configured;
    await session.quiet.of(uri);
    const document = session.document(uri);
    if (!document) return;
    publishOpen(context, document);
    await follow(context, [document.path]);
  });

  connection.onDidOpenTextDocument(
    guarded(context, "Opening a document", undefined, ({ textDocument }) => {
      session.open(textDocument);
      const document = session.document(textDocument.uri);
      // What the workspace lint said about the file would stand beside what is now found in the document.
      if (document) clear(context, uriOf(document.path));
      void push(textDocument.uri).then(() => survey(context));
    }),
  );

  connection.onDidChangeTextDocument(
    guarded(context, "Changing a document", undefined, ({ textDocument, contentChanges }) => {
      session.change(textDocument.uri, textDocument.version, contentChanges);
      void push(textDocument.uri);
    }),
  );

  connection.onDidCloseTextDocument(
    guarded(context, "Closing a document", undefined, async ({ textDocument }) => {
      const document = session.document(textDocument.uri);
      session.close(textDocument.uri);
      clear(context, textDocument.uri);
      // Unsaved changes are gone: the file is what the disk says.
      if (!document) return;
      await relintClosed(context, [document.path]);
      if (document.language === "python") await fromDisk(context, document.path);
      await follow(context, [document.path]);
    }),
  );
}

// What an open document asked of other files, it asked as it was typed.
async function fromDisk(context: Context, path: string): Promise<void> {
  context.session.neighbours.remove(path);
  if (context.session.folderFor(path).editor.enable) await surveyed(context, [path]);
}
