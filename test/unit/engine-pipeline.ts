/** A pipeline of the real builder and rules made for the test: each reports every place where a pattern matches. */
import { build, relevant } from "../../server/src/airflow/build.ts";
import { examine } from "../../server/src/engine/lint.ts";
import { ownRules } from "../../server/src/engine/own.ts";
import type { Pipeline } from "../../server/src/engine/pipeline.ts";
import { loadSettings, type Settings } from "../../server/src/engine/settings.ts";
import type { Finding, Rule } from "../../server/src/rules/rule.ts";
import type { Fix } from "../../server/src/text/edit.ts";
import type { Span } from "../../server/src/text/span.ts";

/** What a made-up rule does with one match. */
export type Made = { readonly severity?: Finding["severity"]; readonly fixes?: (span: Span, text: string) => Fix[] };

/** A rule that reports each match of `pattern`. */
export function ruleFor(name: string, code: string, pattern: RegExp, made: Made = {}): Rule {
  return {
    code,
    name,
    group: "fire-and-forget",
    severity: "error",
    summary: name,
    since: "0.1.0",
    status: "stable",
    profile: "recommended",
    docs: { why: "", bad: "", good: "", links: [] },
    check: (file, report) => {
      for (const match of file.text.matchAll(new RegExp(pattern, "g"))) {
        const span = { start: match.index, end: match.index + match[0].length };
        const fixes = made.fixes?.(span, file.text) ?? [];
        report({ span, message: `${name}: ${match[0]}`, fixes, ...(made.severity ? { severity: made.severity } : {}) });
      }
    },
  };
}

/** The real builder with these rules; `airflow` is in every text that is relevant. */
export function pipelineOf(...rules: Rule[]): Pipeline {
  return { relevant, build, rules };
}

/** Default settings in which these rules, and the tool's own, are on. */
export function settingsFor(rules: readonly Rule[], directory = "/nowhere/at/all"): Settings {
  const { settings } = loadSettings(directory);
  const enabled = new Map([...ownRules, ...rules].map((rule) => [rule.name, rule.severity]));
  return { ...settings, enabled };
}

/** `3:rule-name` for every finding, its line 1-based. */
export function places(through: Pipeline, text: string, settings = settingsFor(through.rules)): string[] {
  return examine(through, { path: "/nowhere/dag.py", text }, settings).findings.map((finding) =>
    placeOf(finding, text),
  );
}

/** `3:rule-name` */
export function placeOf(finding: Finding, text: string): string {
  return `${text.slice(0, finding.span.start).split(/\r\n|\r|\n/).length}:${finding.rule}`;
}
