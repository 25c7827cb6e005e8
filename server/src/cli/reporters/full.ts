import { applyEdits, type Fix } from "../../text/edit.ts";
import { hunks } from "../diff.ts";
import type { Paint } from "../paint.ts";
import { Places } from "../place.ts";
import { snippet } from "../snippet.ts";
import { type FileReport, type Reporter, relatedPlace } from "./reporter.ts";

function fixLines(file: FileReport, fix: Fix, preferred: boolean, pens: Paint): string {
  const label = fix.safety === "safe" ? pens.green("fix") : pens.yellow("unsafe fix");
  let result = `     ${label}: ${fix.title}\n`;
  if (fix.safety === "unsafe") result += `     ${pens.dim(`but: ${fix.why}`)}\n`;
  // The other fixes are alternatives; their titles are enough to know of them.
  if (!preferred) return result;
  const after = applyEdits(file.text, fix.edits);
  if (after !== undefined) result += hunks(file.text, after, pens, 2).replaceAll(/^(?=.)/gm, "     ");
  return result;
}

/** Everything about each finding: source line, related places, hint, and the preferred fix as a unified diff. */
export const full: Reporter = (files, context) => {
  const { pens } = context;
  let result = "";
  for (const file of files) {
    const places = new Places(file.text);
    for (const finding of file.findings) {
      const { line, column } = places.at(finding.span.start);
      result += `${pens.severity(finding.severity, pens.bold(`${finding.severity}[${finding.code}]`))} ${pens.bold(finding.rule)}: ${finding.message}\n`;
      result += `  ${pens.dim("┌─")} ${file.path}:${line}:${column}\n`;
      // Of a file that could not be read there is no line to show.
      if (file.text !== "") result += snippet(places, finding.span, finding.severity, pens);
      for (const related of finding.related) {
        const place = relatedPlace(file, places, related, context);
        result += `     ${pens.blue("see")}: ${place.path}:${place.range.start.line}:${place.range.start.column}: ${place.message}\n`;
      }
      if (finding.hint !== undefined) result += `     ${pens.cyan("hint")}: ${finding.hint}\n`;
      finding.fixes.forEach((fix, index) => {
        result += fixLines(file, fix, index === 0, pens);
      });
      result += "\n";
    }
  }
  return result;
};
