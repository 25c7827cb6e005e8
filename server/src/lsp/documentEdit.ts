import type { ChangeAnnotation, TextEdit, WorkspaceEdit } from "vscode-languageserver";
import type { Edit } from "../text/edit.ts";
import type { Client } from "./client.ts";
import { rangeOf } from "./diagnostic.ts";
import type { OpenDocument } from "./document.ts";

/**
 * Edits of one document for exactly the version that they were made for, where the client can check that. A client that
 * lets its user look before it edits shows the annotation there.
 */
export function documentEdit(
  client: Client,
  document: OpenDocument,
  edits: readonly Edit[],
  annotation?: ChangeAnnotation,
): WorkspaceEdit {
  const { uri, version, lines } = document;
  const changes: TextEdit[] = edits.map(({ span, text }) => ({
    range: rangeOf(lines, span, client.encoding),
    newText: text,
  }));
  if (!client.versionedEdits) return { changes: { [uri]: changes } };
  const textDocument = { uri, version };
  if (!annotation || !client.annotatedEdits) return { documentChanges: [{ textDocument, edits: changes }] };
  const annotated = changes.map((change) => ({ ...change, annotationId: "why" }));
  return { documentChanges: [{ textDocument, edits: annotated }], changeAnnotations: { why: annotation } };
}
