/** The options of single rules: which kinds there are, and what a table of them comes to. */
import { z } from "zod";
import { writeDuration } from "./duration.ts";
import { didYouMean } from "./nearest.ts";
import { duration, durationExpected, severityName } from "./schema.ts";
import type { OptionProblem } from "./validate.ts";

/** What each kind of option may be in TOML. */
export const optionKinds = {
  duration,
  integer: z.int().min(0),
  integers: z.array(z.int().min(0)),
  texts: z.array(z.string().min(1)),
} as const;

/** What a value of each kind is, in a few words. */
export const optionKindNames = {
  duration: "duration",
  integer: "whole number",
  integers: "list of whole numbers",
  texts: "list of names",
} as const;

const expected = {
  duration: durationExpected,
  integer: "expected a whole number, 0 or more",
  integers: "expected a list of whole numbers, such as [3, 99]",
  texts: 'expected a list of names in quotes, such as ["a", "b"]',
} as const;

/** What reading needs to know of an option that a rule declares. */
export type DeclaredOption = { readonly name: string; readonly kind: keyof typeof optionKinds };

/** A value by its kind; durations in seconds. */
export type RuleOptionValue = number | number[] | string[];

/** A value as it is written in TOML: `"10m"`, `["notify"]`. */
export function writtenOption(
  kind: DeclaredOption["kind"],
  value: number | readonly number[] | readonly string[],
): string {
  return JSON.stringify(kind === "duration" && typeof value === "number" ? writeDuration(value) : value);
}

/**
 * The options in one rule's table, `severity` aside. A wrong one is left out and reported, with its path from the top
 * of the configuration; the others count.
 */
export function readRuleOptions(
  rule: string,
  table: Readonly<Record<string, unknown>>,
  declared: readonly DeclaredOption[],
): { values: Record<string, RuleOptionValue>; problems: OptionProblem[] } {
  const values: Record<string, RuleOptionValue> = {};
  const problems: OptionProblem[] = [];
  for (const [name, given] of Object.entries(table)) {
    if (name === severityName) continue;
    const path = ["rules", rule, name];
    const option = declared.find((one) => one.name === name);
    if (!option) {
      const names = [severityName, ...declared.map((one) => one.name)];
      problems.push({ path, message: `unknown option "${path.join(".")}".${didYouMean(name, names)}` });
      continue;
    }
    const { data } = optionKinds[option.kind].safeParse(given);
    if (data === undefined) problems.push({ path, message: `"${path.join(".")}": ${expected[option.kind]}` });
    else values[name] = data;
  }
  return { values, problems };
}
