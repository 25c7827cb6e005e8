import { Places } from "../place.ts";
import type { Reporter } from "./reporter.ts";

const commands = { error: "error", warning: "warning", info: "notice" } as const;

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** Workflow commands, which GitHub Actions shows as annotations on the changed lines. */
export const github: Reporter = (files) => {
  let result = "";
  for (const file of files) {
    const places = new Places(file.text);
    for (const finding of file.findings) {
      const { start, end } = places.range(finding.span);
      const title = `${finding.code} ${finding.rule}`;
      // GitHub takes columns only on annotations of one line.
      const columns = start.line === end.line ? `,col=${start.column},endColumn=${end.column}` : "";
      const where = `file=${property(file.path)},line=${start.line},endLine=${end.line}${columns},title=${property(title)}`;
      result += `::${commands[finding.severity]} ${where}::${data(finding.message)}\n`;
    }
  }
  return result;
};
