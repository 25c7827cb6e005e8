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

/** The one edit of whole lines that turns `before` into `after`, so that the cursor and marks elsewhere stay. */
export function lineEdit(before: string, after: string): Edit {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  for (let at = 0; at < shortest && before[at] === after[at]; at++) if (before[at] === "\n") start = at + 1;
  let tail = 0;
  for (let length = 1; length <= shortest - start; length++) {
    if (before[before.length - length] !== after[after.length - length]) break;
    // Only a whole line counts as the same.
    if (before[before.length - length - 1] === "\n" && after[after.length - length - 1] === "\n") tail = length;
  }
  return { span: { start, end: before.length - tail }, text: after.slice(start, after.length - tail) };
}
