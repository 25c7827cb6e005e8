import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { Argument, DagFile, Lookup, Task } from "../airflow/dagfile.ts";
import { operators, redefines, runsAs } from "../airflow/kinds.ts";
import { localName, withImports } from "../edits/imports.ts";
import { setTaskArguments } from "../edits/task.ts";
import { type Expected, expectations } from "../shell/environment.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { type Expr, unwrap } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { slice } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET416",
  name: "env-drops-inherited",
  group: "lost-failure",
  severity: "warning",
  summary: "env= takes the worker's environment away from a command that needs it",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `BashOperator hands \`env\` to the process as its whole environment, unless \`append_env=True\`. What the worker has is gone: PATH of the virtual environment, HOME, AIRFLOW_HOME and all AIRFLOW__ settings, AWS_ and GOOGLE_ credentials, SSH_AUTH_SOCK, JAVA_HOME. The shell makes up a PATH of its own, so that the text starts, and then uses another program, another configuration or an empty string.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("upload") as dag:
    upload = BashOperator(
        task_id="upload",
        bash_command="aws s3 cp /data/$DAY.csv s3://lake/",
        env={"DAY": "{{ ds }}"},
    )
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("upload") as dag:
    upload = BashOperator(
        task_id="upload",
        bash_command="aws s3 cp /data/$DAY.csv s3://lake/",
        env={"DAY": "{{ ds }}"},
        append_env=True,
    )
`,
    limits:
      "Reported where the text reads a variable that nobody sets, or runs a client that takes its configuration from variables. An env with PATH or HOME of its own, or with that client's variables, is taken for complete.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html"],
  },
  check(file, report) {
    for (const task of file.operators) {
      if (!runsAs(task, operators.bash) || redefines(task, "get_env")) continue;
      const env = argument(file, task, "env");
      const names = keysOf(env);
      if (typeof env !== "object" || !names || names.some((one) => one === "PATH" || one === "HOME")) continue;
      if (!isFalse(argument(file, task, "append_env"))) continue;
      const missed = task.scripts
        .flatMap(({ script }) => expectations(script))
        .find(({ given }) => !names.some((one) => given.test(one)));
      if (!missed) continue;
      const misspelt = names.find(
        (one) => missed.kind === "variable" && one.startsWith("$") && missed.given.test(one.slice(1)),
      );
      if (misspelt !== undefined) {
        report({
          span: env.span,
          message: `${missed.name} is empty in this text: env= sets a variable whose name is "${misspelt}", with the dollar sign.`,
          hint: `Call the key "${misspelt.slice(1)}".`,
          related: [{ span: sourceSpan(missed.script.folded, missed.span), message: `${missed.name} is used here` }],
          fixes: () => [renamed(file, env, misspelt)],
        });
        continue;
      }
      report({
        span: env.span,
        message: message(missed),
        hint: hint(file, task),
        related: [{ span: sourceSpan(missed.script.folded, missed.span), message: `${missed.name} is used here` }],
        fixes: () => [inherit(file, task, env)],
      });
    }
  },
});

/** env={"$DAY": …} → env={"DAY": …} */
function renamed(file: DagFile, env: Argument, name: string): Fix | undefined {
  const dict = unwrap(env.value);
  const key = dict.kind === "dict" ? dict.entries.find((one) => keyText(file, one.key) === name)?.key : undefined;
  if (!key) return undefined;
  const start = key.span.start + slice(file.text, key.span).indexOf("$");
  return { title: "Take the $ out of the key", edits: [{ span: { start, end: start + 1 }, text: "" }], safety: "safe" };
}

function keyText(file: DagFile, key: Expr | undefined): string | undefined {
  return key?.kind === "string" ? /^["'](.*)["']$/.exec(slice(file.text, key.span))?.[1] : undefined;
}

function message({ name, kind }: Expected): string {
  return kind === "variable"
    ? `env= replaces the worker's whole environment: ${name} is empty in this text, whatever the worker has.`
    : `env= replaces the worker's whole environment: ${name} runs without the PATH, HOME and settings that the worker has.`;
}

function hint(file: DagFile, task: Task): string {
  return canAppend(file, task)
    ? "Add append_env=True: then env only adds to what the worker has."
    : "Put **os.environ into env: this Airflow has no append_env.";
}

/** The keys of a dict that is known as a whole. */
function keysOf(env: Lookup): readonly string[] | undefined {
  if (typeof env !== "object" || env.resolved.kind !== "dict") return undefined;
  return env.resolved.complete ? env.resolved.entries.map((one) => one.key) : undefined;
}

function isFalse(found: Lookup): boolean {
  return isUnset(found) || (typeof found === "object" && found.resolved.kind === "boolean" && !found.resolved.value);
}

function canAppend(file: DagFile, task: Task): boolean {
  const { known } = task.operator;
  return known !== undefined && hasParameter(file.project, known, "append_env");
}

function inherit(file: DagFile, task: Task, env: Argument): Fix | undefined {
  if (canAppend(file, task)) {
    const edits = setTaskArguments(file, task, [{ name: "append_env", text: "True" }]);
    return edits && { title: "Add append_env=True", edits, safety: "safe" };
  }
  // env={"DAY": …} → env={**os.environ, "DAY": …}
  const dict = unwrap(env.value);
  const [first] = dict.kind === "dict" && env.call ? dict.entries : [];
  const os = localName(file, { module: "os" });
  if (!first || os === undefined) return undefined;
  const at = { start: first.span.start, end: first.span.start };
  const edits = withImports(file, [{ span: at, text: `**${os}.environ, ` }], [{ module: "os" }]);
  const why = "the variables are those of the process that reads the DAG file when the task runs";
  return edits && { title: "Add **os.environ to env", edits, safety: "unsafe", why };
}
