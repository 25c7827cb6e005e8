import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { Argument, DagFile, Task } from "../airflow/dagfile.ts";
import { isA, operators, redefines, shownName } from "../airflow/kinds.ts";
import { dropArgument, setTaskArguments } from "../edits/task.ts";
import { lastStatus } from "../shell/deciding.ts";
import { isCleanup } from "../shell/weight.ts";
import { dottedName, unwrap } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { integersOption } from "./option.ts";
import { defineRule } from "./rule.ts";

/** Exit statuses that programs and shells use for failures of all kinds; 128 + n is a signal. */
const failures: ReadonlyMap<number, string> = new Map([
  [0, "success"],
  [1, "what most programs return for any failure"],
  [2, "wrong usage, and many programs' failure"],
  [124, "a timeout"],
  [126, "a program that cannot be run"],
  [127, "a program that was not found"],
  [130, "an interrupt"],
  [134, "an abort"],
  [137, "SIGKILL, often for lack of memory"],
  [139, "a segmentation fault"],
  [143, "SIGTERM"],
  [255, "a failed ssh connection"],
]);

const fineCodes = integersOption(
  "fine-codes",
  "Exit statuses on which a task may be skipped, though other programs fail with them.",
);

export default defineRule({
  code: "TET413",
  name: "skip-on-exit-code-too-wide",
  group: "lost-failure",
  severity: "warning",
  summary: "A task is skipped on an exit status that real failures have",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `With \`skip_on_exit_code\` a status is no failure: the task is skipped, no retry is made, no alert is sent, and downstream tasks are skipped as well. That is meant for one status that the program returns on purpose, 99 by default for BashOperator. 1 is what most programs return when anything goes wrong, 127 a program that was not found, 137 a process killed for its memory, 255 an ssh that could not connect; 0 skips every run that succeeds.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="/opt/load.py --day {{ ds }}", skip_on_exit_code=[1, 99])
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="/opt/load.py --day {{ ds }}", skip_on_exit_code=99)
`,
    limits:
      "A text that ends with a question (grep, diff, test …) has 1 for an answer, and may be skipped on it. Other statuses than the well-known ones are the program's own, and left alone. `fine-codes` names well-known ones that your programs return on purpose.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html#skipping",
      "https://tldp.org/LDP/abs/html/exitcodes.html",
    ],
  },
  options: [fineCodes],
  check(file, report, option) {
    const fine = option(fineCodes);
    for (const task of file.operators) {
      const { known } = task.operator;
      if (!known || redefines(task, "execute")) continue;
      // skip_exit_code: its first name.
      for (const name of ["skip_on_exit_code", "skip_exit_code"]) {
        if (!hasParameter(file.project, known, name)) continue;
        const found = argument(file, task, name);
        if (typeof found !== "object") continue;
        const codes = codesOf(file, task, found);
        const wide = codes?.find((one) => isFailure(one, fine) && !isAnswer(task, one));
        if (codes === undefined || wide === undefined) continue;
        report({
          span: found.span,
          message: message(task, wide, codes),
          hint: "Skip on one status that the program returns on purpose, such as 99.",
          fixes: () => [narrowed(file, task, found, codes, fine)],
        });
      }
    }
  },
});

function message(task: Task, wide: number, codes: readonly number[]): string {
  const many = codes.length > 20 ? ` and ${codes.length - 1} more` : "";
  if (wide === 0)
    return `${shownName(task)} skips the task on status 0${many}: whenever the program succeeds, downstream tasks are skipped.`;
  return `${shownName(task)} skips the task on status ${wide}${many}, ${failures.get(wide)}: such a failure is neither retried nor reported.`;
}

/** The statuses of `1`, `[1, 2]`, `{1, 2}`, `range(1, 256)`; undefined when they are not known. */
function codesOf(file: DagFile, task: Task, { value, resolved }: Argument): readonly number[] | undefined {
  if (resolved.kind === "number") return [resolved.value];
  if (resolved.kind === "list") {
    const codes = resolved.items.flatMap((one) => (one.kind === "number" ? one.value : []));
    return resolved.complete && codes.length === resolved.items.length ? codes : undefined;
  }
  const expr = unwrap(value);
  if (expr.kind !== "call") return undefined;
  const name = dottedName(expr.func);
  const [first] = expr.args;
  // set([1, 2]), list(range(1, 256)), tuple(…)
  if (first && expr.args.length === 1 && /^(?:set|frozenset|list|tuple)$/.test(name ?? "")) {
    const inner = file.values.evaluate(first.value, task.scope);
    return codesOf(file, task, {
      name: "",
      value: first.value,
      resolved: inner,
      span: first.span,
      origin: "call",
      call: undefined,
    });
  }
  if (name !== "range" || expr.args.length > 2) return undefined;
  const bounds = expr.args.map((one) => file.values.evaluate(one.value, task.scope));
  const [start, end] = bounds.length === 2 ? bounds : [undefined, bounds[0]];
  if (end?.kind !== "number" || (start && start.kind !== "number")) return undefined;
  const from = start?.kind === "number" ? start.value : 0;
  const length = end.value - from;
  return length > 0 && length <= 512 ? Array.from({ length }, (_, index) => from + index) : undefined;
}

/** `grep x file`: 1 says that it found nothing. */
function isAnswer(task: Task, code: number): boolean {
  const last = task.scripts.flatMap(({ script }) => lastStatus(script));
  return code === 1 && last.length > 0 && last.every((one) => isCleanup(one));
}

function isFailure(code: number, fine: readonly number[]): boolean {
  return failures.has(code) && !fine.includes(code);
}

function narrowed(
  file: DagFile,
  task: Task,
  found: Argument,
  codes: readonly number[],
  fine: readonly number[],
): Fix | undefined {
  const rest = codes.filter((one) => !isFailure(one, fine));
  const edits =
    rest.length === 0 || rest.length > 5
      ? dropArgument(file, task, found, isA(task, operators.bash) ? "99" : "None")
      : setTaskArguments(file, task, [
          { name: found.name, text: rest.length === 1 ? `${rest[0]}` : `[${rest.join(", ")}]` },
        ]);
  if (!edits || edits.length === 0) return undefined;
  const title = rest.length === 0 || rest.length > 5 ? `Remove ${found.name}` : `Skip on ${rest.join(", ")} only`;
  return { title, edits, safety: "unsafe", why: "runs that were skipped now fail, and are retried" };
}
