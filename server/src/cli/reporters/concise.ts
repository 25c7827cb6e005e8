import { Places } from "../place.ts";
import { snippet } from "../snippet.ts";
import type { Reporter } from "./reporter.ts";

/** `path:line:column: severity CODE rule-name: message`, then the source line with carets. */
export const concise: Reporter = (files, { pens }) => {
  let result = "";
  for (const file of files) {
    const places = new Places(file.text);
    for (const finding of file.findings) {
      const { line, column } = places.at(finding.span.start);
      const mark = finding.fixes.length > 0 ? ` ${pens.cyan("[*]")}` : "";
      result += `${pens.bold(file.path)}${pens.dim(":")}${line}${pens.dim(":")}${column}${pens.dim(":")} `;
      result += `${pens.severity(finding.severity, finding.severity)} ${pens.bold(finding.code)} ${finding.rule}${mark}${pens.dim(":")} ${finding.message}\n`;
      // Of a file that could not be read there is no line to show.
      if (file.text !== "") result += snippet(places, finding.span, finding.severity, pens);
    }
  }
  return result;
};
