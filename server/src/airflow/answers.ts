/** Tasks whose product is what their shell text prints: an XCom that another task works with. */
import { slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import type { DagFile, Task } from "./dagfile.ts";
import { downstreamOf } from "./edges.ts";
import { isA, operators, runsAs } from "./kinds.ts";
import { readsOutput } from "./mentions.ts";

/** The task that reads what this one prints; `unseen`: the one behind it whose code is not in sight, and may. */
export type Reader = { readonly task: Task; readonly unseen: boolean };

/** Who reads what a BashOperator (its last line) or an SSHOperator (all of it) prints; undefined where nobody is known to. */
export function readerOf(file: DagFile, task: Task): Reader | undefined {
  if (!runsAs(task, operators.bash) && !runsAs(task, operators.ssh)) return undefined;
  const pushes = argument(file, task, "do_xcom_push");
  if (typeof pushes === "object" && pushes.resolved.kind === "boolean" && !pushes.resolved.value) return undefined;
  const others = file.tasks.filter((one) => one !== task);
  const reader = others.find((one) => readsOutput(file, one, task) === "yes");
  if (reader) return { task: reader, unseen: false };
  const behind = downstreamOf(file.edges, task).find((one) => mayPullUnseen(file, one));
  return behind && { task: behind, unseen: true };
}

/** A Python task whose callable comes from elsewhere: what it pulls stands there. */
function mayPullUnseen(file: DagFile, task: Task): boolean {
  if (!isA(task, operators.python) || task.form !== "operator" || task.callable) return false;
  const given = argument(file, task, "python_callable");
  if (typeof given !== "object") return false;
  const { resolved } = given;
  if (resolved.kind !== "function") return true;
  const { definition, home } = resolved;
  return home !== undefined && slice(home.module.text, definition.span).includes("xcom_pull");
}
