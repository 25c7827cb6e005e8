import { z } from "zod";
import { didYouMean } from "./nearest.ts";
import { defaultOptions, type Options, optionsSchema } from "./schema.ts";

/** What is wrong with one option; `path` leads to it from the top of the options. */
export type OptionProblem = { readonly path: readonly string[]; readonly message: string };

/**
 * Options from a parsed TOML table. A wrong option is left out and reported; the others count.
 */
export function validateOptions(raw: unknown): { options: Options; problems: OptionProblem[] } {
  const problems: OptionProblem[] = [];
  let input = raw;
  // Each round takes out what the last one complained of. Two rounds do: a default stands in for what is missing.
  for (let round = 0; round < 3; round++) {
    const parsed = optionsSchema.safeParse(input);
    if (parsed.success) return { options: parsed.data, problems };
    for (const issue of parsed.error.issues.flatMap(inner)) {
      const path = issue.path.map(String);
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) {
          const where = [...path, key];
          problems.push({
            path: where,
            message: `unknown option "${where.join(".")}".${didYouMean(key, keysAt(path))}`,
          });
          input = without(input, where);
        }
        continue;
      }
      problems.push({ path, message: `"${path.join(".")}": ${issue.message}` });
      if (path.length === 0) return { options: defaultOptions, problems };
      input = without(input, path);
    }
  }
  return { options: defaultOptions, problems };
}

type Issue = z.core.$ZodIssue;

/** Of several forms, what is wrong inside the one that was meant; the issue itself where no form fits at all. */
function inner(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((form) => form.every((one) => one.path.length > 0));
  return meant && meant.length > 0 ? meant.map((one) => ({ ...one, path: [...issue.path, ...one.path] })) : [issue];
}

/** The option names that may stand below `path`. */
function keysAt(path: readonly string[]): string[] {
  let schema: unknown = optionsSchema;
  for (const key of path) {
    schema = unwrapped(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[key];
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else return [];
  }
  schema = unwrapped(schema);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrapped(schema.unwrap());
  return schema;
}

/** A copy of `value` without what stands at `path`; an array loses the whole array, since its other elements would shift. */
function without(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || !isTable(value)) return undefined;
  const { [key]: held, ...others } = value;
  if (rest.length === 0 || !isTable(held)) return others;
  return { ...others, [key]: without(held, rest) };
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
