/** Limits that a call hands to the service that does the work. */
import type { Lasting, LastingCase, ServiceEnd, WorkLimits } from "../catalog/behaviour/facts.ts";
import type { Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";

/** Whether the call gives the work a limit, or may: `json={"timeout_seconds": 3600}`, for Databricks. */
export function mayBeLimited(
  file: DagFile,
  task: Task,
  { keywords = [], within = [], entries = [] }: WorkLimits,
): boolean {
  return (
    keywords.some((name) => argument(file, task, name) !== "absent") ||
    within.some((name) => {
      const given = argument(file, task, name);
      return given !== "absent" && (given === "unknown" || mayHaveEntry(given.resolved, entries, true));
    })
  );
}

/** Whether a description for a service has, or may have, one of these entries, in the dicts and lists inside it, too. */
function mayHaveEntry(value: Value, names: readonly string[], whole = false): boolean {
  if (value.kind === "list") return value.items.some((one) => mayHaveEntry(one, names));
  // A single value deep inside is no entry; what stands for the whole description may be anything.
  if (value.kind !== "dict") return whole && value.kind !== "none";
  return (
    !value.complete ||
    value.entries.some((one) => (one.key !== undefined && names.includes(one.key)) || mayHaveEntry(one.value, names))
  );
}

/** The seconds that the call gives the work; `unknown` where it may give it a limit that cannot be told; undefined: none. */
export function givenLimit(file: DagFile, task: Task, limits: WorkLimits): number | "unknown" | undefined {
  if (!mayBeLimited(file, task, limits)) return undefined;
  const { within = [], entries = [], unit } = limits;
  for (const name of within) {
    const given = argument(file, task, name);
    const number = typeof given === "object" ? numberAt(given.resolved, entries) : undefined;
    if (number !== undefined) return unit === "minutes" ? number * 60 : number;
  }
  return "unknown";
}

function numberAt(value: Value, names: readonly string[]): number | undefined {
  if (value.kind !== "dict") return undefined;
  for (const { key, value: one } of value.entries) {
    const found = one.kind === "number" && key !== undefined && names.includes(key) ? one.value : numberAt(one, names);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the service does about work that goes on, as far as the task's arguments tell which kind of work it is. */
export function serviceEnd(file: DagFile, task: Task, lasting: Lasting): ServiceEnd {
  return lasting.cases?.find((one) => fits(file, task, one)) ?? lasting;
}

function fits(file: DagFile, task: Task, { parameter, entry, begins }: LastingCase): boolean {
  const given = argument(file, task, parameter);
  const value = typeof given === "object" ? entryOf(given.resolved, entry?.split(".") ?? []) : undefined;
  if (!value || !begins) return value !== undefined;
  const text = value.kind === "string" ? value.folded.text.replace(/^(?:\s|--.*\n|\/\*[\s\S]*?\*\/|\()+/, "") : "";
  return text.search(begins) === 0;
}

function entryOf(value: Value, keys: readonly string[]): Value | undefined {
  const [key, ...others] = keys;
  if (key === undefined) return value;
  const found = value.kind === "dict" ? value.entries.findLast((one) => one.key === key) : undefined;
  return found && entryOf(found.value, others);
}
