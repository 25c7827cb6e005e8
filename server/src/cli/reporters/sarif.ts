import type { Finding } from "../../rules/rule.ts";
import { Places, type Range } from "../place.ts";
import { type FileReport, type ReportContext, type Reporter, relatedPlace } from "./reporter.ts";

const levels = { error: "error", warning: "warning", info: "note" } as const;

function region(range: Range): unknown {
  return {
    startLine: range.start.line,
    startColumn: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
  };
}

function location(path: string, range: Range): { physicalLocation: unknown } {
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri }, region: region(range) } };
}

function result(file: FileReport, places: Places, finding: Finding, context: ReportContext): unknown {
  return {
    ruleId: finding.code,
    level: levels[finding.severity],
    message: { text: finding.hint === undefined ? finding.message : `${finding.message} ${finding.hint}` },
    locations: [location(file.path, places.range(finding.span))],
    relatedLocations: finding.related.map((related) => {
      const { path, range, message } = relatedPlace(file, places, related, context);
      return { ...location(path, range), message: { text: message } };
    }),
    fixes: finding.fixes.map((fix) => ({
      description: { text: fix.title },
      artifactChanges: [
        {
          artifactLocation: { uri: file.path.split("/").map(encodeURIComponent).join("/") },
          replacements: fix.edits.map((edit) => ({
            deletedRegion: region(places.range(edit.span)),
            insertedContent: { text: edit.text },
          })),
        },
      ],
    })),
  };
}

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code scanning services read it. */
export const sarif: Reporter = (files, context) => {
  const rules = new Map(
    files.flatMap((file) => file.findings).map((finding) => [finding.code, { id: finding.code, name: finding.rule }]),
  );
  const run = {
    tool: { driver: { name: "Tether", version: context.version, rules: [...rules.values()] } },
    columnKind: "unicodeCodePoints",
    results: files.flatMap((file) => {
      const places = new Places(file.text);
      return file.findings.map((finding) => result(file, places, finding, context));
    }),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};
