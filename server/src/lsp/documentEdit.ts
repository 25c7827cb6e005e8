import type { TextEdit, WorkspaceEdit } from "vscode-languageserver";
import type { Edit } from "../text/edit.ts";
import type { Client } from "./client.ts";
import { rangeOf } from "./diagnostic.ts";
import type { OpenDocument } from "./document.ts";

/** Edits of one document for exactly the version that they were made for, where the client can check that. */
export function documentEdit(client: Client, document: OpenDocument, edits: readonly Edit[]): WorkspaceEdit {
  const { uri, version, lines } = document;
  const changes: TextEdit[] = edits.map(({ span, text }) => ({
    range: rangeOf(lines, span, client.encoding),
    newText: text,
  }));
  if (!client.versionedEdits) return { changes: { [uri]: changes } };
  return { documentChanges: [{ textDocument: { uri, version }, edits: changes }] };
}
