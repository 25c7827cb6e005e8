import type { Finding } from "../../rules/rule.ts";
import { Places } from "../place.ts";
import { type FileReport, type ReportContext, type Reporter, relatedPlace } from "./reporter.ts";

function element(file: FileReport, places: Places, finding: Finding, context: ReportContext): unknown {
  return {
    path: file.path,
    code: finding.code,
    rule: finding.rule,
    group: finding.group,
    severity: finding.severity,
    message: finding.message,
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
    ...places.range(finding.span),
    related: finding.related.map((related) => {
      const { path, range, message } = relatedPlace(file, places, related, context);
      return { path, ...range, message };
    }),
    fixes: finding.fixes.map((fix) => ({
      title: fix.title,
      safety: fix.safety,
      ...(fix.safety === "unsafe" ? { why: fix.why } : {}),
      edits: fix.edits.map((edit) => ({ ...places.range(edit.span), text: edit.text })),
    })),
  };
}

/** One array with an element for each finding, one element a line. Lines and columns are 1-based Unicode characters. */
export const json: Reporter = (files, context) => {
  const elements = files.flatMap((file) => {
    const places = new Places(file.text);
    return file.findings.map((finding) => JSON.stringify(element(file, places, finding, context)));
  });
  return elements.length === 0 ? "[]\n" : `[\n${elements.join(",\n")}\n]\n`;
};
