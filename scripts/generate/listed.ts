import { optionKindNames, writtenOption } from "../../server/src/config/ruleOptions.ts";
import { ownRules } from "../../server/src/engine/own.ts";
import { rules } from "../../server/src/rules/index.ts";
import type { RuleOption } from "../../server/src/rules/option.ts";
import type { Rule } from "../../server/src/rules/rule.ts";

/** What a list says about a rule, one of ours or one of the tool itself. */
export type ListedRule = Pick<
  Rule,
  "code" | "name" | "group" | "severity" | "summary" | "since" | "status" | "profile" | "options"
>;

/** Every rule by code, the tool's own last. */
export function listedRules(): ListedRule[] {
  return [...rules, ...ownRules].sort((a, b) => a.code.localeCompare(b.code));
}

/** A Markdown table of one rule's options. */
export function optionTable(options: readonly RuleOption[]): string {
  const rows = options.map(
    ({ name, kind, default: value, description }) =>
      `| \`${name}\` | ${optionKindNames[kind]} | \`${writtenOption(kind, value)}\` | ${description.replaceAll("|", "\\|")} |`,
  );
  return ["| option | type | default | |", "|---|---|---|---|", ...rows, ""].join("\n");
}

/** A Markdown table of rules, each linked below `folder` (`""` or `docs/rules/`). */
export function ruleTable(listed: readonly ListedRule[], folder: string): string {
  const rows = listed.map(
    (rule) =>
      `| ${rule.code} | [\`${rule.name}\`](${folder}${rule.name}.md) | ${rule.severity}${rule.profile === "strict" ? " (strict)" : ""} | ${rule.summary.replace(/\.$/, "").replaceAll("|", "\\|")} |`,
  );
  return ["| code | rule | severity | what it finds |", "|---|---|---|---|", ...rows, ""].join("\n");
}
