import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TextDocumentContentChangeEvent, TextDocumentItem } from "vscode-languageserver";
import { type Encoding, LineIndex } from "../text/lines.ts";

/** One version of a document that is open in the editor. */
export type OpenDocument = {
  /** Which opening of a document it is: versions begin anew with each. */
  readonly opening: number;
  readonly uri: string;
  /** The file, or for a document that is none (`untitled:`) the name that it would have in `directory`. */
  readonly path: string;
  readonly language: string;
  readonly version: number;
  readonly text: string;
  readonly lines: LineIndex;
};

/** The document as the editor opens it; `directory` is where a document without a file is taken to be. */
export function openDocument(item: TextDocumentItem, directory: string, opening: number): OpenDocument {
  const { uri, languageId, version, text } = item;
  const path = pathOf(uri) ?? `${directory}/${basename(decoded(uri)) || "untitled"}`;
  return { opening, uri, path, language: languageId, version, text, lines: new LineIndex(text) };
}

/** The document after the editor's changes, each of which counts in the text that those before it left. */
export function changedDocument(
  document: OpenDocument,
  version: number,
  changes: readonly TextDocumentContentChangeEvent[],
  encoding: Encoding,
): OpenDocument {
  let { text, lines } = document;
  for (const change of changes) {
    if ("range" in change) {
      const start = lines.offset(change.range.start, encoding);
      const end = Math.max(start, lines.offset(change.range.end, encoding));
      text = text.slice(0, start) + change.text + text.slice(end);
    } else text = change.text;
    lines = new LineIndex(text);
  }
  return { ...document, version, text, lines };
}

/** The path of a `file:` URI; undefined for any other and for those that name no path of this machine. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith("file:")) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** The `file:` URI of a path. */
export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

// untitled:Untitled-1, untitled:/home/me/new%20dag.py
function decoded(uri: string): string {
  const rest = uri.slice(uri.indexOf(":") + 1);
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}
