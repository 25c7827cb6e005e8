import { z } from "zod";
import type { JsonClass, JsonDecorator } from "./format.ts";
import operators from "./operators.generated.json" with { type: "json" };
import providers from "./providers.generated.json" with { type: "json" };

// Checking every field takes a fifth of a second, so that is left to a test; here only the outline is looked at.
const operatorsFile = z.object({
  classes: z.array(z.custom<JsonClass>((value) => typeof value === "object" && value !== null && "spellings" in value)),
  decorators: z.array(z.custom<JsonDecorator>((value) => Array.isArray(value))),
});
const providersFile = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

let read: { classes: JsonClass[]; decorators: JsonDecorator[] } | undefined;
let index: Map<string, JsonClass> | undefined;

/** The generated classes; checked once, when first asked for. */
export function classes(): readonly JsonClass[] {
  read ??= operatorsFile.parse(operators);
  return read.classes;
}

/** The generated TaskFlow decorators. */
export function decorators(): readonly JsonDecorator[] {
  classes();
  return read?.decorators ?? [];
}

/** The record of a class by any of its spellings. */
export function recordOf(fqcn: string): JsonClass | undefined {
  if (index === undefined) {
    index = new Map();
    for (const each of classes()) for (const [spelling] of each.spellings) index.set(spelling, each);
  }
  return index.get(fqcn);
}

/** Per distribution, oldest first: its versions that were read, each with the oldest Airflow that it runs with. */
export const releases: Readonly<Record<string, readonly (readonly [version: string, airflow: string])[]>> =
  providersFile.parse(providers);
