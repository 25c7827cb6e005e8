import { fixThrough } from "../../server/src/engine/fix.ts";
import { examine } from "../../server/src/engine/lint.ts";
import { type Pipeline, pipeline } from "../../server/src/engine/pipeline.ts";
import type { Settings } from "../../server/src/engine/settings.ts";
import type { Parts } from "../../server/src/lsp/parts.ts";
import { defineRule, type Report } from "../../server/src/rules/rule.ts";
import type { Fix } from "../../server/src/text/edit.ts";
import type { Span } from "../../server/src/text/span.ts";

const because = "the task waits";

/** How often a finding's fixes were built. */
export let fixesBuilt = 0;

/** A rule made for these tests: `nohup x &` is a finding, with one unsafe and one safe fix; `stubborn` has none that can be built. */
export const nohup = defineRule({
  code: "TET199",
  name: "test-nohup",
  group: "fire-and-forget",
  severity: "error",
  summary: "A command in the background.",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: { why: "Nobody waits for it.", bad: "", good: "", links: ["https://example.org/nohup"] },
  check({ text }, report) {
    for (const { index, 0: found, 1: command = "" } of text.matchAll(/nohup (\w+) &/g)) {
      reportNohup(report, index, found, command);
    }
  },
});

function reportNohup(report: Report, start: number, found: string, command: string): void {
  const span = { start, end: start + found.length };
  report({
    span,
    message: `Nobody waits for \`${command}\`.`,
    hint: "Run it in the foreground.",
    related: [{ span: { start: 0, end: 6 }, message: "The file begins here." }],
    fixes: () => fixesOf(span, command),
  });
}

function fixesOf(span: Span, command: string): Fix[] {
  const { start } = span;
  fixesBuilt++;
  if (command === "stubborn") throw new Error("it cannot be");
  return [
    { title: `Use run(${command})`, edits: [{ span, text: `run ${command}` }], safety: "unsafe", why: because },
    {
      title: `Run ${command} in the foreground`,
      edits: [
        { span: { start, end: start + "nohup ".length }, text: "" },
        { span: { start: span.end - " &".length, end: span.end }, text: "" },
      ],
      safety: "safe",
    },
  ];
}

const through: Pipeline = { ...pipeline, relevant: (text) => text.includes("nohup"), rules: [nohup] };

function withRule(settings: Settings): Settings {
  return { ...settings, enabled: new Map([...settings.enabled, [nohup.name, nohup.severity]]) };
}

/** The engine as it is, with that rule only. */
export const nohupParts = {
  lint: (source, settings, around?) => examine(through, source, withRule(settings), around),
  fixAll: (source, settings, mode, around?) => fixThrough(through, source, withRule(settings), mode, around),
  papers: (name) =>
    name === nohup.name
      ? { why: nohup.docs.why, links: nohup.docs.links, page: "file:///docs/test-nohup.md" }
      : undefined,
} satisfies Partial<Parts>;
