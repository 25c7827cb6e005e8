import { Places } from "../place.ts";
import { snippet } from "../snippet.ts";
import type { Reporter } from "./reporter.ts";

/** `path:line:column: severity CODE rule-name: message`, then the source line with carets, and the line of another file that it stands for. */
export const concise: Reporter = (files, { pens, shown, textOf }) => {
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
      const { elsewhere } = finding;
      const text = elsewhere && textOf(elsewhere.path);
      if (!elsewhere || text === undefined) continue;
      const there = new Places(text);
      const at = there.at(elsewhere.span.start);
      result += `     ${pens.dim("in")} ${shown(elsewhere.path)}${pens.dim(":")}${at.line}${pens.dim(":")}${at.column}\n`;
      result += snippet(there, elsewhere.span, finding.severity, pens);
    }
  }
  return result;
};
