/** What limits the tasks that are made of a class of the file, where no task of it is in sight. */
import { type ClassDef, dottedName } from "../syntax/python.ts";
import type { Home } from "../syntax/value.ts";
import { contains, slice } from "../text/span.ts";
import { hasUnboundedRunner } from "./bounds.ts";
import type { DagFile, RemoteCall } from "./dagfile.ts";
import { operatorOf } from "./operators.ts";

/**
 * Whether something ends, or may end, every task that runs the call. An operator's own code is reached by the tasks that
 * others make of it: those have no limit but what the class, or a base of it, gives them.
 */
export function mayBeBounded(file: DagFile, call: RemoteCall): boolean {
  if (call.tasks.length + call.users.length > 0) return !hasUnboundedRunner(file, call);
  const owner = file.module.body.find((one) => one.kind === "class" && contains(one.span, call.span));
  return owner?.kind === "class" && makesTasks(owner) && mayLimit(file, owner);
}

function makesTasks({ bases }: ClassDef): boolean {
  return bases.some((base) => /(?:Operator|Sensor)$/.test(dottedName(base.value) ?? ""));
}

/** Whether the class, or a base of it, gives an execution_timeout, or has a base that cannot be read. */
function mayLimit(file: DagFile, definition: ClassDef): boolean {
  for (const base of definition.bases) {
    const found = base.form === "positional" ? operatorOf(base.value, file.names.module, file.values) : undefined;
    if (!found) continue;
    const homes = found.homes ?? new Map<ClassDef, Home>();
    return (
      limits(file.text, definition) ||
      found.subclasses.some((one) => limits(homes.get(one)?.module.text ?? file.text, one))
    );
  }
  return true;
}

/** `execution_timeout: timedelta | None = None`, `execution_timeout=execution_timeout` give none. */
const handedOn = /\bexecution_timeout\b(?:\s*:[^=,)]*)?\s*=\s*(?:None|(?:self\.)?execution_timeout)\b/g;

function limits(text: string, definition: ClassDef): boolean {
  return slice(text, definition.span).replace(handedOn, "").includes("execution_timeout");
}
