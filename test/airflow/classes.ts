/** Asks a real Airflow environment whether the classes and parameters that we believe in exist. */
import { z } from "zod";
import { type Environment, runScript } from "./environment.ts";

/** What to look up: a dotted name and the constructor arguments to look for. */
export type ClassQuestion = { readonly fqcn: string; readonly parameters: readonly string[] };

const parameterDefault = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("required") }),
  /** Durations in seconds, enumerations as their value. */
  z.strictObject({ kind: z.literal("value"), value: z.json() }),
  /** What JSON cannot say, as Python shows it; `NOTSET` for Airflow's marker. */
  z.strictObject({ kind: z.literal("expression"), text: z.string() }),
]);

const missingClass = z.strictObject({ fqcn: z.string(), missing: z.string() });

const foundClass = z.strictObject({
  fqcn: z.string(),
  /** Where the class is defined; differs from `fqcn` for a re-export or a deprecated spelling. */
  canonical: z.string(),
  /** The asked parameters that exist, with the class that declares each. */
  parameters: z.record(z.string(), z.strictObject({ default: parameterDefault, declared: z.string() })),
  /** The asked parameters that the constructor does not accept. */
  unknown: z.array(z.string()),
});

const classReport = z.array(z.union([foundClass, missingClass]));

/** A parameter's default in the real class. */
export type ParameterDefault = z.infer<typeof parameterDefault>;
/** The answer to one question. */
export type ClassAnswer = z.infer<typeof foundClass> | z.infer<typeof missingClass>;

/** Answers the questions in their order, from the packages installed in `environment`. */
export async function checkClasses(
  environment: Environment,
  questions: readonly ClassQuestion[],
): Promise<ClassAnswer[]> {
  return classReport.parse(JSON.parse(await runScript(environment, "check_classes.py", [], JSON.stringify(questions))));
}
