/** The params of a DAG, and what their schemas let a user who triggers it give. */
import { type Call, keyword } from "../syntax/python.ts";
import type { Value } from "../syntax/value.ts";
import { knownText } from "../syntax/value.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";

/**
 * What may come in under a name: `text`: any text at all; `checked`: the schema allows no shell signs, or the author's own
 * task gives it; `unknown`: that cannot be told; `undeclared`: neither DAG nor task knows the name.
 */
export type Accepts = "text" | "checked" | "undeclared" | "unknown";

/**
 * Looks a param up for a task. A task's own `params` are the author's, though `dag_run.conf` overrides them, too
 * (`process_params` in airflow/sdk/definitions/param.py).
 */
export function paramAccepts(file: DagFile, task: Task, name: string): Accepts {
  const own = argument(file, task, "params");
  const dict = typeof own === "object" && own.resolved.kind === "dict" ? own.resolved : undefined;
  if (dict?.entries.some((one) => one.key === name)) return "checked";
  const accepts = dagParamAccepts(file, task, name);
  // What the DAG declares is meant for its users, wherever else params may come from.
  return accepts === "undeclared" && own !== "absent" && !dict?.complete ? "unknown" : accepts;
}

/** The same for a key of `dag_run.conf`, which Airflow checks against the DAG's params only. */
export function dagParamAccepts(file: DagFile, task: Task, name: string): Accepts {
  const call = task.dag?.call;
  if (!task.dag || task.dag.made) return "unknown";
  if (!call) return "undeclared";
  const given = keyword(call, "params");
  if (!given)
    return call.args.some((one) => one.form === "double-star" || one.form === "star") ? "unknown" : "undeclared";
  const value = file.values.evaluate(given.value, task.dag.scope);
  if (value.kind !== "dict") return "unknown";
  const entry = value.entries.findLast((one) => one.key === name);
  if (entry) return acceptsOf(file, task, entry.value);
  return value.complete ? "undeclared" : "unknown";
}

function acceptsOf(file: DagFile, task: Task, value: Value): Accepts {
  if (value.kind === "string" || value.kind === "none") return "text";
  if (value.kind === "number" || value.kind === "boolean") return "checked";
  if (value.kind === "call" && /(?:^|\.)Param$/.test(value.callee)) return schemaAccepts(file, task, value.call);
  return "unknown";
}

// A format that jsonschema checks; `multiline` and `password` only change the form.
const checkedFormats = /^(?:date|time|date-time|duration|uuid|ipv4|ipv6|hostname|idn-hostname)$/;

/** Param("x", type="string"): jsonschema checks `type`, `enum`, `const`, `pattern` and some formats, `examples` not at all. */
function schemaAccepts(file: DagFile, task: Task, call: Call): Accepts {
  if (call.args.some((one) => one.form === "double-star" || one.form === "star" || one.name === "schema"))
    return "unknown";
  const value = (name: string): Value | undefined => {
    const given = keyword(call, name);
    return given && file.values.evaluate(given.value, task.scope);
  };
  if (["enum", "const", "pattern", "allOf", "anyOf", "oneOf", "not"].some((name) => keyword(call, name)))
    return "checked";
  const format = value("format");
  if (format && checkedFormats.test(knownText(format) ?? "date")) return "checked";
  const type = value("type");
  if (type) {
    const texts = (type.kind === "list" ? type.items : [type]).map((one) => knownText(one));
    if (texts.includes(undefined)) return "unknown";
    if (texts.includes("string")) return "text";
    return texts.includes("array") || texts.includes("object") ? "unknown" : "checked";
  }
  const first = call.args.find((one) => one.form === "positional") ?? keyword(call, "default");
  const start = first && file.values.evaluate(first.value, task.scope);
  return !start || start.kind === "string" || start.kind === "none" ? "text" : "unknown";
}
