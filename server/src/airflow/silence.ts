/** How long SSHOperator lets its command be silent. */
import { argument } from "./arguments.ts";
import { hasParameter } from "./availability.ts";
import type { DagFile, Lookup, Task } from "./dagfile.ts";

/** The task's `cmd_timeout`; absent where its class has none yet: Airflow 1.10 takes it and heeds it not. */
export function silenceLimit(file: DagFile, task: Task): Lookup {
  const { known } = task.operator;
  return known && hasParameter(file.project, known, "cmd_timeout") ? argument(file, task, "cmd_timeout") : "absent";
}
