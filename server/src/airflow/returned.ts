/** What a task's own callable returns: it becomes an XCom, and the task succeeds whatever it is. */
import { Kept } from "../syntax/kept.ts";
import { type Lambda, unwrap } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import type { Use } from "../syntax/uses.ts";
import { contains } from "../text/span.ts";
import { argument } from "./arguments.ts";
import type { DagFile, RemoteCall, Task } from "./dagfile.ts";
import { operators, redefines } from "./kinds.ts";
import { outputUsed } from "./mentions.ts";

/** Operators that do nothing with what their callable returns; ShortCircuitOperator, branches and sensors decide by it. */
const onlyPush = new Set<string>([
  operators.python,
  "airflow.providers.standard.operators.python.PythonVirtualenvOperator",
  "airflow.providers.standard.operators.python.ExternalPythonOperator",
]);

/**
 * Whether this use of a call's result returns it to Airflow alone: `return os.system(…)` in a function that tasks run
 * as their callable, that no code of the file calls, and whose XCom no task of the file reads.
 */
export function isReturnedToAirflow(file: DagFile, call: RemoteCall, use: Use): boolean {
  const { tasks } = call;
  if (tasks.length === 0 || !isReturned(file, use)) return false;
  if (call.function && called.of(file).has(call.function.name) && !tasks.every((one) => one.form === "taskflow"))
    return false;
  return tasks.every(
    (task) =>
      onlyPush.has(task.operator.known?.fqcn ?? "") &&
      !redefines(task, "execute") &&
      isCallableOf(file, task, call) &&
      outputUsed(file, task) === "no",
  );
}

function isReturned(file: DagFile, use: Use): boolean {
  if (use.kind === "returned") return true;
  const statement = file.results.statementOf(use.expr);
  return statement?.kind === "return" && statement.value !== undefined && unwrap(statement.value) === use.expr;
}

/** The call stands in the task's callable itself: `python_callable=lambda: os.system(…)` too. */
function isCallableOf(file: DagFile, task: Task, call: RemoteCall): boolean {
  const given = task.form === "operator" ? argument(file, task, "python_callable") : "absent";
  const lambda: Lambda | undefined =
    typeof given === "object" && given.resolved.kind === "function" && given.resolved.definition.kind === "lambda"
      ? given.resolved.definition
      : undefined;
  if (lambda) return contains(lambda.span, call.span);
  return call.function !== undefined && task.callable === call.function;
}

/** The names that code of the file calls. */
const called = new Kept((file: DagFile): ReadonlySet<string> => {
  const found = new Set<string>();
  everyExpression(file.module.body, (one) => {
    if (one.kind === "call" && one.func.kind === "name") found.add(one.func.id);
  });
  return found;
});
