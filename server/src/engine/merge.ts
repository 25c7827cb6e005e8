/** One cause, one finding: what several rules say of the same thing becomes one finding with related information. */
import type { Finding, Related, Rule } from "../rules/rule.ts";
import { partKey, type SourceSpan, sharesPart } from "../text/span.ts";

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
  // Most files have none, or one that has nothing to merge into.
  if (findings.length < 2) return [...findings];
  const wider = widerOf(rules);
  if (!findings.some((one) => wider.has(one.rule))) return [...findings];
  const byRule = new Map<string, Finding[]>();
  for (const one of findings) {
    const others = byRule.get(one.rule);
    if (others) others.push(one);
    else byRule.set(one.rule, [one]);
  }
  const nearestOf = (finding: Finding): Finding | undefined => {
    const own = reported.get(finding);
    if (!own) return undefined;
    for (const name of wider.get(finding.rule) ?? []) {
      for (const other of byRule.get(name) ?? []) {
        const its = other === finding ? undefined : reported.get(other);
        if (its && sharesPart(its.cause, own.cause)) return other;
      }
    }
    return undefined;
  };
  /** A rule that says more may itself give way to another. */
  const lastOf = (finding: Finding): Finding => {
    const next = nearestOf(finding);
    return next ? lastOf(next) : finding;
  };
  return findings.filter((finding) => {
    const nearest = nearestOf(finding);
    if (!nearest) return true;
    const absorber = lastOf(nearest);
    // One line for each place.
    if (absorber !== nearest && partKey(placeOf(nearest)) === partKey(placeOf(finding))) return false;
    const lines = reported.get(absorber)?.related;
    const { span, message, code, elsewhere, related } = finding;
    // Text of another file is shown there at once; the first related line did nothing else.
    const place = elsewhere ?? { span };
    if (lines && !lines.some((one) => one.message.startsWith(code) && one.span.start === place.span.start))
      lines.push({ ...place, message: `${code}: ${message}` }, ...(elsewhere ? related.slice(1) : related));
    return false;
  });
}

const known = new WeakMap<readonly Rule[], ReadonlyMap<string, readonly string[]>>();

/** The rules that each rule gives way to. */
function widerOf(rules: readonly Rule[]): ReadonlyMap<string, readonly string[]> {
  const before = known.get(rules);
  if (before) return before;
  const wider = new Map(rules.flatMap(({ name, mergesInto }) => (mergesInto ? [[name, mergesInto] as const] : [])));
  known.set(rules, wider);
  return wider;
}

function placeOf({ span, elsewhere }: Finding): SourceSpan {
  return elsewhere ? { ...span, elsewhere } : span;
}
