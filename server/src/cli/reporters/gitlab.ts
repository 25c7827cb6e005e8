import { createHash } from "node:crypto";
import { Places } from "../place.ts";
import type { Reporter } from "./reporter.ts";

const severities = { error: "critical", warning: "major", info: "info" } as const;

/** A GitLab code quality report (https://docs.gitlab.com/ci/testing/code_quality/). */
export const gitlab: Reporter = (files) => {
  const entries = files.flatMap((file) => {
    const places = new Places(file.text);
    // A fingerprint without line numbers lets a finding keep its identity when code above it moves.
    const seen = new Map<string, number>();
    return file.findings.map((finding) => {
      const { start, end } = places.range(finding.span);
      const identity = `${file.path}\0${finding.rule}\0${file.text.slice(finding.span.start, finding.span.end)}`;
      const count = seen.get(identity) ?? 0;
      seen.set(identity, count + 1);
      return {
        description: `${finding.code} ${finding.message}`,
        check_name: finding.rule,
        fingerprint: createHash("sha256").update(`${identity}\0${count}`).digest("hex"),
        severity: severities[finding.severity],
        location: { path: file.path, lines: { begin: start.line, end: end.line } },
      };
    });
  });
  return `${JSON.stringify(entries, undefined, 2)}\n`;
};
