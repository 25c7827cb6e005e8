/** What every output format is given. */
import type { Finding, Related } from "../../rules/rule.ts";
import type { Paint } from "../paint.ts";
import { Places, type Range } from "../place.ts";

/** One file and what was found in it. */
export type FileReport = {
  /** As shown: relative to the working directory, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly findings: readonly Finding[];
};

/** What stands around the findings. */
export type ReportContext = {
  readonly pens: Paint;
  readonly version: string;
  /** A related path, as findings carry it, as it is shown. */
  readonly shown: (path: string) => string;
  /** The text of a related file; undefined when it cannot be read. */
  readonly textOf: (path: string) => string | undefined;
};

/** One output format: the text for all files that have findings, sorted by path. */
export type Reporter = (files: readonly FileReport[], context: ReportContext) => string;

/** A related place, ready to be shown. */
export type RelatedPlace = { readonly path: string; readonly range: Range; readonly message: string };

/** Where a finding's related place stands; a file that cannot be read any more is shown from its start. */
export function relatedPlace(file: FileReport, places: Places, related: Related, context: ReportContext): RelatedPlace {
  if (related.path === undefined) {
    return { path: file.path, range: places.range(related.span), message: related.message };
  }
  const text = context.textOf(related.path);
  const start = { line: 1, column: 1 };
  const range = text === undefined ? { start, end: start } : new Places(text).range(related.span);
  return { path: context.shown(related.path), range, message: related.message };
}

/** `&`, `<`, `>` and quotes as XML wants them; characters that XML cannot hold are left out. */
export function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
