/** Operators of the file that defer themselves. */
import type { Call, ClassDef, Expr, Stmt } from "../syntax/python.ts";
import { expressionsOf, walkExpr, walkStatements } from "../syntax/traverse.ts";
import { slice } from "../text/span.ts";
import { argument } from "./arguments.ts";
import { isUnbounded as hasNoEnd } from "./bounds.ts";
import type { DagFile, Task } from "./dagfile.ts";

/** `self.defer(trigger=…)` in a class of the file. */
export type Deferral = {
  readonly call: Call;
  readonly operator: string;
  /** Some task is known that comes here, and has no end of its own. */
  readonly known: boolean;
};

/** What in a trigger's arguments says that it ends by itself. */
const ending = /immediate|timeout|deadline|end_time|end_date|attempt|expir|moment|delta|until|max_/i;

/** The deferrals of the file's classes for which neither the call nor, by its arguments, the trigger has an end. */
export function unboundedDeferrals(file: DagFile): readonly Deferral[] {
  if (!file.text.includes(".defer(")) return [];
  const found: Deferral[] = [];
  const visit = (body: readonly Stmt[], owner: ClassDef | undefined): void => {
    walkStatements(body, (statement) => {
      if (statement.kind === "class") {
        visit(statement.body, statement);
        return false;
      }
      for (const expr of owner ? expressionsOf(statement) : []) {
        walkExpr(expr, (one) => {
          const by = owner && isUnbounded(file, one) ? deferredBy(file, owner, one) : "nobody";
          if (owner && one.kind === "call" && by !== "nobody")
            found.push({ call: one, operator: owner.name, known: by === "known" });
          return true;
        });
      }
      if (statement.kind !== "function" || !owner) return true;
      visit(statement.body, owner);
      return false;
    });
  };
  visit(file.module.body, undefined);
  return found;
}

/** Whether tasks that come to the deferral are known to have no end; `nobody`: tasks are known, and none of them does. */
function deferredBy(file: DagFile, owner: ClassDef, call: Call): "known" | "unknown" | "nobody" {
  const tasks = file.tasks.filter((one) => one.operator.subclasses.includes(owner));
  const users = file.usersAt(call.span.start);
  if (tasks.length + users.length === 0) return "unknown";
  const asks = defersIfTold(file, owner);
  const endless =
    tasks.some(
      (one) => comesTo(file, one, owner, call) && hasNoEnd(file, one) && (!asks || isToldToDefer(file, one)),
    ) || users.some((one) => !one.bounded && (!asks || one.deferrable));
  return endless ? "known" : "nobody";
}

/** Whether no class between the task and the owner puts another method in the place of the one that defers. */
function comesTo(file: DagFile, { operator }: Task, owner: ClassDef, call: Call): boolean {
  const method = file.results.functionOf(call)?.name;
  const nearer = operator.subclasses.slice(0, operator.subclasses.indexOf(owner));
  return !nearer.some((one) =>
    one.body.some(
      (each) => each.kind === "function" && each.name === method && !slice(file.text, each.span).includes("super("),
    ),
  );
}

/** def __init__(self, deferrable=False, …) */
function defersIfTold(file: DagFile, owner: ClassDef): boolean {
  for (const method of owner.body) {
    if (method.kind !== "function" || method.name !== "__init__") continue;
    const own = method.parameters.find((one) => one.name === "deferrable")?.default;
    const value = own && file.values.evaluate(own, file.names.module);
    return value?.kind === "none" || (value?.kind === "boolean" && !value.value);
  }
  return false;
}

/** Whether the task is given `deferrable=`, and not False. */
export function isToldToDefer(file: DagFile, task: Task): boolean {
  const given = argument(file, task, "deferrable");
  if (given === "absent" || (typeof given === "object" && given.origin === "class")) return false;
  if (given === "unknown") return true;
  const { resolved } = given;
  return resolved.kind !== "none" && (resolved.kind !== "boolean" || resolved.value);
}

function isUnbounded(file: DagFile, one: Expr): one is Call {
  if (one.kind !== "call" || one.func.kind !== "attribute" || one.func.name !== "defer") return false;
  if (one.func.value.kind !== "name" || one.func.value.id !== "self") return false;
  if (one.args.length === 0 || one.args.some((arg) => arg.form !== "keyword" || arg.name === "timeout")) return false;
  const trigger = one.args.find((arg) => arg.name === "trigger")?.value;
  // The trigger's arguments must be in sight.
  return trigger?.kind === "call" && !ending.test(slice(file.text, trigger.span)) && trigger.args.every(isNamed);
}

function isNamed(one: Call["args"][number]): boolean {
  return one.form === "keyword" || one.form === "positional";
}
