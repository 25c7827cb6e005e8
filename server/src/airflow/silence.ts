/** How long SSHOperator lets its command be silent. */
import { argument } from "./arguments.ts";
import { hasParameter, providerAtLeast, providerIsKnown } from "./availability.ts";
import { isUnset, secondsOf } from "./bounds.ts";
import type { DagFile, Lookup, Task } from "./dagfile.ts";
import { operators, runsAs } from "./kinds.ts";

/** The task's `cmd_timeout`; absent where its class has none yet: Airflow 1.10 takes it and heeds it not. */
export function silenceLimit(file: DagFile, task: Task): Lookup {
  const { known } = task.operator;
  return known && hasParameter(file.project, known, "cmd_timeout") ? argument(file, task, "cmd_timeout") : "absent";
}

/** The seconds of silence after which SSHOperator gives its command up; undefined: a hook or an unknown value says how many. */
export function silenceSeconds(file: DagFile, task: Task): number | undefined {
  if (!runsAs(task, operators.ssh)) return undefined;
  const given = silenceLimit(file, task);
  if (typeof given === "object") return secondsOf(given.resolved);
  return given === "absent" && isUnset(argument(file, task, "ssh_hook")) ? 10 : undefined;
}

/**
 * The task's `timeout`, which the ssh provider had before 4.0.0, for connecting and for silence; absent where
 * `cmd_timeout` says the same, or where the project is known to have a provider that refuses it.
 */
export function oldTimeout(file: DagFile, task: Task): Lookup {
  const { known } = task.operator;
  if (!known || silenceLimit(file, task) !== "absent") return "absent";
  if (!hasParameter(file.project, known, "timeout") && providerIsKnown(file.project, known.provider)) return "absent";
  return argument(file, task, "timeout");
}

/**
 * The limit that the task gives and that ends nothing: before the ssh provider's 3.3.0 the loop around `select` goes on
 * when its time is up (`operators/ssh.py`; `contrib/operators/ssh_operator.py` of Airflow 1.10).
 */
export function idleSilenceLimit(file: DagFile, task: Task): string | undefined {
  const { known } = task.operator;
  if (!known || !runsAs(task, operators.ssh) || providerAtLeast(file.project, known.provider, "3.3.0"))
    return undefined;
  return ["cmd_timeout", "timeout"].find((name) => {
    const given = name === "cmd_timeout" ? silenceLimit(file, task) : argument(file, task, name);
    return typeof given === "object" && given.resolved.kind !== "none";
  });
}
