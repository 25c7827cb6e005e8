/** Whether a task waits for the work that it starts elsewhere. */
import type { Behaviour, LiteralValue, Wait } from "../catalog/behaviour/facts.ts";
import { parameterOf } from "../catalog/index.ts";
import type { Default } from "../catalog/operator.ts";
import { knownText, type Value } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import { hasParameter, parameterDefault, providerAtLeast } from "./availability.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { redefines } from "./kinds.ts";

/**
 * `waits`: it ends with the work. `leaves`: it returns once the work is requested, because nobody asked it to wait.
 * `switched-off`: as `leaves`, and the call says so. `unknown`: it depends on a value that is not known.
 */
export type Waiting = "waits" | "leaves" | "switched-off" | "unknown";

/** How this task, in the project's versions, treats the work that its operator starts. */
export function waitingOf(file: DagFile, task: Task, behaviour: Behaviour): Waiting {
  const { wait } = behaviour;
  const { known } = task.operator;
  if (!known || redefines(task, "execute")) return "unknown";
  if ("always" in wait) {
    const { waitsSince } = behaviour;
    if (wait.unless && switchedOffInside(file, task, wait.unless)) return "switched-off";
    return waitsSince === undefined || providerAtLeast(file.project, known.provider, waitsSince) ? "waits" : "leaves";
  }
  if ("never" in wait) return wait.deferrable ? whenDeferred(file, task, "leaves") : "leaves";
  const own = byParameter(file, task, wait);
  if (own !== "leaves" && own !== "switched-off") return own;
  // Another keyword of the same matter, such as the wait_policy of EMR, may decide as well.
  const others = wait.emit.filter((one) => one.name !== wait.parameter && one.name !== "deferrable");
  if (others.some((one) => argument(file, task, one.name) !== "absent")) return "unknown";
  return wait.impliedByDeferrable ? whenDeferred(file, task, own) : own;
}

/** The keyword that decides whether an operator waits, where one does. */
export function decidingParameter({ wait }: Behaviour): string | undefined {
  if ("parameter" in wait) return wait.parameter;
  return "always" in wait ? wait.unless?.parameter : undefined;
}

/** dataflow_config={"wait_until_finished": False}, dataflow_config=DataflowConfiguration(wait_until_finished=False) */
function switchedOffInside(
  file: DagFile,
  task: Task,
  { parameter, entry, is }: NonNullable<Extract<Wait, { always: true }>["unless"]>,
): boolean {
  const given = argument(file, task, parameter);
  if (typeof given !== "object") return false;
  const { resolved } = given;
  if (resolved.kind === "dict") {
    const found = resolved.entries.findLast((one) => one.key === entry);
    return found !== undefined && literalOf(found.value) === is;
  }
  const keyword = resolved.kind === "call" ? resolved.call.args.find((one) => one.name === entry) : undefined;
  return keyword !== undefined && literalOf(file.values.evaluate(keyword.value, task.scope)) === is;
}

/** Whether a `deferrable=True`, written or by the deployment's default, makes the task wait. */
function whenDeferred(file: DagFile, task: Task, otherwise: Waiting): Waiting {
  const { known } = task.operator;
  if (!known || !hasParameter(file.project, known, "deferrable"))
    return defersByDefault(file, task) ? "waits" : otherwise;
  const given = argument(file, task, "deferrable");
  if (given === "unknown") return "unknown";
  if (given === "absent") return defersByDefault(file, task) ? "waits" : otherwise;
  if (given.resolved.kind !== "boolean") return "unknown";
  return given.resolved.value ? "waits" : otherwise;
}

/**
 * Whether the task is deferred unless its call says otherwise: by the deployment's default, or because its class is made
 * for that, as LivyOperatorAsync is.
 */
export function defersByDefault(file: DagFile, task: Task): boolean {
  const { known } = task.operator;
  if (!known) return false;
  if (/(?:Async(?:Sensor)?|DeferrableOperator)$/.test(known.name)) return true;
  const meant = parameterDefault(file.project, task, "deferrable");
  if (meant?.kind === "literal") return meant.value === true;
  return meant !== undefined && file.project.deployment.defaultDeferrable === true;
}

function byParameter(file: DagFile, task: Task, wait: Extract<Wait, { parameter: string }>): Waiting {
  const given = argument(file, task, wait.parameter);
  if (given === "unknown") return "unknown";
  if (given === "absent") {
    const literal = defaultLiteral(file, task, wait.parameter);
    if (literal === undefined) return "unknown";
    return isWaiting(wait, literal) ? "waits" : "leaves";
  }
  const literal = literalOf(given.resolved);
  if (literal === undefined) return "unknown";
  return isWaiting(wait, literal) ? "waits" : "switched-off";
}

/** What an absent keyword means; a version that lacks it does what its first default kept up. */
export function defaultLiteral(file: DagFile, task: Task, name: string): LiteralValue | undefined {
  const { known } = task.operator;
  const parameter = known && parameterOf(known, name);
  const meant: Default | undefined =
    parameterDefault(file.project, task, name) ?? parameter?.history?.[0]?.default ?? parameter?.default;
  return meant?.kind === "literal" ? meant.value : undefined;
}

/** The Python literal that a value is; undefined when it is none, or not known. */
export function literalOf(value: Value): LiteralValue | undefined {
  switch (value.kind) {
    case "boolean":
    case "number":
      return value.value;
    case "none":
      return null;
    case "string":
      return knownText(value);
    default:
      return undefined;
  }
}

function isWaiting(wait: Extract<Wait, { parameter: string }>, value: LiteralValue): boolean {
  const { waits } = wait;
  if ("above" in waits) return typeof value === "number" && value > waits.above;
  return waits.includes(value);
}
