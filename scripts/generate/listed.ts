import { ownRules } from "../../server/src/engine/own.ts";
import { rules } from "../../server/src/rules/index.ts";
import type { Rule } from "../../server/src/rules/rule.ts";

/** What a list says about a rule, one of ours or one of the tool itself. */
export type ListedRule = Pick<
  Rule,
  "code" | "name" | "group" | "severity" | "summary" | "since" | "status" | "profile"
>;

/** Every rule by code, the tool's own last. */
export function listedRules(): ListedRule[] {
  return [...rules, ...ownRules].sort((a, b) => a.code.localeCompare(b.code));
}

/** A Markdown table of rules, each linked below `folder` (`""` or `docs/rules/`). */
export function ruleTable(listed: readonly ListedRule[], folder: string): string {
  const rows = listed.map(
    (rule) =>
      `| ${rule.code} | [\`${rule.name}\`](${folder}${rule.name}.md) | ${rule.severity}${rule.profile === "strict" ? " (strict)" : ""} | ${rule.summary.replace(/\.$/, "").replaceAll("|", "\\|")} |`,
  );
  return ["| code | rule | severity | what it finds |", "|---|---|---|---|", ...rows, ""].join("\n");
}
