import { Places } from "../place.ts";
import { type Reporter, xml } from "./reporter.ts";

/** JUnit XML: a suite for each file with findings, a failed case for each finding. */
export const junit: Reporter = (files) => {
  const total = files.reduce((sum, file) => sum + file.findings.length, 0);
  let result = '<?xml version="1.0" encoding="UTF-8"?>\n';
  result += `<testsuites name="tether" tests="${total}" failures="${total}">\n`;
  for (const file of files) {
    const places = new Places(file.text);
    const count = file.findings.length;
    result += `  <testsuite name="${xml(file.path)}" tests="${count}" failures="${count}">\n`;
    for (const finding of file.findings) {
      const { line, column } = places.at(finding.span.start);
      const text = finding.hint === undefined ? finding.message : `${finding.message} ${finding.hint}`;
      result += `    <testcase name="${finding.code} ${finding.rule}" classname="${xml(file.path)}" file="${xml(file.path)}" line="${line}">\n`;
      result += `      <failure type="${finding.severity}" message="${xml(finding.message)}">${xml(`${file.path}:${line}:${column}: ${text}`)}</failure>\n`;
      result += "    </testcase>\n";
    }
    result += "  </testsuite>\n";
  }
  return `${result}</testsuites>\n`;
};
