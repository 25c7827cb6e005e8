import type { FileResult } from "../engine/workspace.ts";
import { LineIndex } from "../text/lines.ts";
import type { Context } from "./context.ts";
import { diagnosticOf } from "./diagnostic.ts";
import { type OpenDocument, uriOf } from "./document.ts";

/** Sends the findings of an open document to a client that does not ask for them, once per version and settings. */
export function publishOpen(context: Context, document: OpenDocument): void {
  const { connection, session } = context;
  if (session.client.pulls) return;
  const id = session.identity(document);
  if (session.sent.get(document.uri) === id) return;
  session.sent.set(document.uri, id);
  const diagnostics = session.findings(document).map((finding) => diagnosticOf(context, document, finding));
  void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
}

/** Sends the findings of a file that is not open, whoever asks for the others. */
export function publishClosed(context: Context, { path, text, findings }: FileResult): void {
  const { connection, session } = context;
  if (session.documentAt(path)) return;
  const uri = uriOf(path);
  if (findings.length === 0) {
    clear(context, uri);
    return;
  }
  const place = { uri, lines: new LineIndex(text ?? "") };
  session.sent.set(uri, "closed");
  const diagnostics = findings.map((finding) => diagnosticOf(context, place, finding));
  void connection.sendDiagnostics({ uri, diagnostics });
}

/** Takes back what was sent for a URI, if anything was. */
export function clear({ connection, session }: Context, uri: string): void {
  if (session.sent.delete(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
}

/** What the workspace lint found in a file is no longer shown while it is closed. */
export function forget(context: Context, path: string): void {
  context.session.linted.delete(path);
  if (!context.session.documentAt(path)) clear(context, uriOf(path));
}

/** Lints files again that are not open and that the workspace lint has shown. */
export async function relintClosed(context: Context, paths: readonly string[]): Promise<void> {
  const { session, parts } = context;
  const shown = paths.filter((path) => session.linted.has(path) && !session.documentAt(path));
  if (shown.length === 0) return;
  await parts.lintWorkspace(shown, (path) => session.settingsFor(path), {
    uses: session.neighbours.uses,
    roots: session.folders.map(({ path }) => path),
    open: session.texts(),
    onFile: (result) => {
      session.depends(result.path, result.dependencies ?? []);
      // Also a file whose functions those run may come, which nobody asked to see.
      if (session.linted.has(result.path)) publishClosed(context, result);
    },
  });
}
