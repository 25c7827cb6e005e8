import { type Diagnostic, DiagnosticSeverity, DiagnosticTag, type Range } from "vscode-languageserver";
import { unusedSuppression } from "../engine/own.ts";
import type { Finding } from "../rules/rule.ts";
import { type Encoding, LineIndex } from "../text/lines.ts";
import type { Span } from "../text/span.ts";
import type { Context } from "./context.ts";
import { uriOf } from "./document.ts";

/** What the name beside a message in the editor is, and how others know that a diagnostic is ours. */
export const diagnosticSource = "tether";

/** The text that a finding's spans count in. */
export type Place = { readonly uri: string; readonly lines: LineIndex };

/** The rule behind a diagnostic, carried in its `data`. Its fixes are not: building them is for those who ask. */
export type DiagnosticData = { readonly rule: string };

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

/** A span as the client counts. */
export function rangeOf(lines: LineIndex, span: Span, encoding: Encoding): Range {
  return { start: lines.position(span.start, encoding), end: lines.position(span.end, encoding) };
}

/** A finding as the client sees it. */
export function diagnosticOf(context: Context, place: Place, finding: Finding): Diagnostic {
  const { encoding } = context.session.client;
  const href = context.parts.papers(finding.rule)?.page;
  const related = finding.related.flatMap(({ path, span, message }) => {
    const there = path === undefined ? place : placeOf(context, path);
    return there ? [{ location: { uri: there.uri, range: rangeOf(there.lines, span, encoding) }, message }] : [];
  });
  return {
    range: rangeOf(place.lines, finding.span, encoding),
    severity: severities[finding.severity],
    source: diagnosticSource,
    code: finding.code,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    message: finding.hint === undefined ? finding.message : `${finding.message}\n${finding.hint}`,
    ...(finding.rule === unusedSuppression.name ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
    data: { rule: finding.rule } satisfies DiagnosticData,
  };
}

// Another file: as the editor has it, else as it is on disk.
function placeOf({ session, parts }: Context, path: string): Place | undefined {
  const open = session.documentAt(path);
  if (open) return open;
  const read = parts.readSource(path);
  return "source" in read ? { uri: uriOf(path), lines: new LineIndex(read.source.text) } : undefined;
}
