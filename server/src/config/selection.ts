import { didYouMean } from "./nearest.ts";
import type { OptionProblem } from "./validate.ts";

type Severity = "error" | "warning" | "info";

/** What selection needs to know of a rule. */
export type Selectable = {
  readonly name: string;
  readonly code: string;
  readonly group: string;
  readonly severity: Severity;
  readonly profile: "recommended" | "strict";
};

/** What the user said about rules. */
export type SelectionOptions = {
  readonly profile: "recommended" | "strict";
  readonly select?: readonly string[] | undefined;
  readonly "extend-select": readonly string[];
  readonly ignore: readonly string[];
  readonly rules: Readonly<Record<string, { readonly severity?: Severity | "off" | undefined }>>;
};

/** The rules to run. */
export type Selection = {
  /** Rule name → severity of its findings. */
  readonly enabled: ReadonlyMap<string, Severity>;
  /** Rule name → severity, only where the configuration gives one; it outweighs what a rule says of a single finding. */
  readonly forced: ReadonlyMap<string, Severity>;
  readonly problems: readonly OptionProblem[];
};

/**
 * Which rules run. The more exact selector decides: a rule's name or code before its group or code prefix before a
 * profile; `ignore` wins among equals. `always` rules run unless they are ignored or switched off.
 */
export function selectRules(
  options: SelectionOptions,
  known: readonly Selectable[],
  always: (rule: Selectable) => boolean,
): Selection {
  const problems: OptionProblem[] = [];
  const selected = [...(options.select ?? [options.profile]), ...options["extend-select"]];
  for (const [option, selectors] of [
    ["select", options.select ?? []],
    ["extend-select", options["extend-select"]],
    ["ignore", options.ignore],
  ] as const) {
    for (const selector of selectors) {
      const problem = unknownSelector(selector, known);
      if (problem !== undefined) problems.push({ path: [option], message: `"${option}": ${problem}` });
    }
  }
  const enabled = new Map<string, Severity>();
  const forced = new Map<string, Severity>();
  for (const name of Object.keys(options.rules)) {
    if (known.some((rule) => rule.name === name)) continue;
    const names = known.map((rule) => rule.name);
    problems.push({ path: ["rules", name], message: `unknown rule "${name}".${didYouMean(name, names)}` });
  }
  for (const rule of known) {
    const severity = options.rules[rule.name]?.severity;
    if (severity === "off") continue;
    const wanted = Math.max(exactness(rule, selected), always(rule) ? 0 : -1, severity === undefined ? -1 : 1);
    if (wanted < 0 || exactness(rule, options.ignore) >= wanted) continue;
    enabled.set(rule.name, severity ?? rule.severity);
    if (severity !== undefined) forced.set(rule.name, severity);
  }
  return { enabled, forced, problems };
}

/** The names of the rules that any of these selectors mean. */
export function matchRules(selectors: readonly string[], known: readonly Selectable[]): ReadonlySet<string> {
  return new Set(known.filter((rule) => exactness(rule, selectors) >= 0).map((rule) => rule.name));
}

/** Why a selector means no rule, with a guess at what was meant; undefined when it means some. */
export function unknownSelector(selector: string, known: readonly Selectable[]): string | undefined {
  if (profiles.includes(selector) || known.some((rule) => exactness(rule, [selector]) >= 0)) return undefined;
  const candidates = known.flatMap((rule) => [rule.name, rule.code, rule.group]).concat(profiles);
  return `unknown rule "${selector}".${didYouMean(selector, new Set(candidates))}`;
}

const profiles = ["recommended", "strict", "all"];

// 2: this rule, 1: its group or code prefix, 0: a profile that has it, -1: not meant
function exactness(rule: Selectable, selectors: readonly string[]): number {
  let best = -1;
  for (const selector of selectors) {
    if (selector === rule.name || selector.toUpperCase() === rule.code) return 2;
    const prefix = /^tet\d{1,2}$/i.test(selector) && rule.code.startsWith(selector.toUpperCase());
    if (selector === rule.group || prefix) best = Math.max(best, 1);
    else if (selector === "all" || selector === "strict" || selector === rule.profile) best = Math.max(best, 0);
  }
  return best;
}
