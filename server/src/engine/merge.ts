/** One cause, one finding: what several rules say of the same thing becomes one finding with related information. */
import type { Finding, Related, Rule } from "../rules/rule.ts";
import { type SourceSpan, sharesPart } from "../text/span.ts";

/** What the engine keeps of a reported finding until all rules have run. */
export type Reported = {
  /** What is at fault. */
  readonly cause: SourceSpan;
  /** The finding's own list, open for what others say of the same cause. */
  readonly related: Related[];
};

/** The findings that stand for themselves; each other one has become a line of the first finding that it merges into. */
export function merged(
  findings: readonly Finding[],
  reported: ReadonlyMap<Finding, Reported>,
  rules: readonly Rule[],
): Finding[] {
  const wider = new Map(rules.flatMap(({ name, mergesInto }) => (mergesInto ? [[name, mergesInto] as const] : [])));
  if (!findings.some((one) => wider.has(one.rule))) return [...findings];
  const absorberOf = (finding: Finding): Finding | undefined => {
    const own = reported.get(finding);
    if (!own) return undefined;
    for (const name of wider.get(finding.rule) ?? []) {
      for (const other of findings) {
        const its = other.rule === name && other !== finding ? reported.get(other) : undefined;
        // A rule that says more may itself give way to another.
        if (its && sharesPart(its.cause, own.cause)) return absorberOf(other) ?? other;
      }
    }
    return undefined;
  };
  return findings.filter((finding) => {
    const absorber = absorberOf(finding);
    if (!absorber) return true;
    const lines = reported.get(absorber)?.related;
    const { span, message, code } = finding;
    if (lines && !lines.some((one) => one.message.startsWith(code) && one.span.start === span.start))
      lines.push({ span, message: `${code}: ${message}` }, ...finding.related);
    return false;
  });
}
