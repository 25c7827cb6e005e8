/** Hands a template's value to a shell text through the environment, where the shell does not read it as text. */
import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import type { Script } from "../shell/script.ts";
import { commands } from "../shell/walk.ts";
import { editFolded, type Hole } from "../syntax/folded.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { quoteString } from "./layout.ts";
import { setTaskArguments } from "./task.ts";

/** A `{{ … }}` of the text, and the key that gives its variable a name. */
export type TemplateValue = { readonly hole: Hole; readonly key: string };

/**
 * `load {{ dag_run.conf['table'] }}` → `load "$TABLE"` with `env={"TABLE": "{{ … }}"}, append_env=True`.
 * Undefined for other operators, with an `env` that is there already, and where the text is for another shell, too.
 */
export function viaEnvironment(
  file: DagFile,
  task: Task,
  script: Script,
  values: readonly TemplateValue[],
): Fix | undefined {
  const { known } = task.operator;
  if (!known || task.form !== "operator" || !runsAs(task, operators.bash)) return undefined;
  if (!hasParameter(file.project, known, "append_env")) return undefined;
  if (argument(file, task, "env") !== "absent" || argument(file, task, "append_env") !== "absent") return undefined;
  const { text } = script.folded;
  const nested = commands(script).some(({ statement }) => statement.nested !== undefined);
  if (nested || text.includes("<<")) return undefined;
  const variables = new Map<string, string>();
  const edits: Edit[] = [];
  for (const { hole, key } of values) {
    const template = text.slice(hole.start, hole.end);
    // A variable of the template itself is not known elsewhere.
    if (!/\b(?:dag_run|params|xcom_pull)\b/.test(template)) return undefined;
    const name = variableFor(key, template, text, variables);
    const edit = name === undefined ? undefined : replaced(script, hole, name);
    if (name === undefined || !edit) return undefined;
    variables.set(name, template);
    edits.push(edit);
  }
  const entries = [...variables].map(
    ([name, template]) => `${quoteString(file, name)}: ${quoteString(file, template)}`,
  );
  const added = setTaskArguments(file, task, [
    { name: "env", text: `{${entries.join(", ")}}` },
    { name: "append_env", text: "True" },
  ]);
  return (
    added && {
      title: `Hand it over in the environment, as ${[...variables.keys()].map((one) => `$${one}`).join(", ")}`,
      edits: [...edits, ...added],
      safety: "unsafe",
      why: "a value that holds several words, a pattern or options is one word then",
    }
  );
}

/** `table-name` → `TABLE_NAME`; another one where the text or another value has that name. */
function variableFor(
  key: string,
  template: string,
  text: string,
  taken: ReadonlyMap<string, string>,
): string | undefined {
  const plain = key
    .replace(/\W+/g, "_")
    .replace(/^(?=\d)|^_+/, "")
    .toUpperCase();
  const used = new RegExp(String.raw`\b${plain}\b`);
  const name =
    plain === "" || used.test(text.replaceAll(/\{\{[\s\S]*?\}\}/g, "")) || reserved.test(plain)
      ? `INPUT_${plain}`
      : plain;
  const before = taken.get(name);
  return before === undefined || before === template ? name : undefined;
}

const reserved = /^(?:PATH|HOME|USER|SHELL|LANG|PWD|TMPDIR|HOSTNAME|PYTHONPATH|IFS|AIRFLOW_\w+)$/;

/** The variable in the place of the template; quotes around it must be the shell's double ones. */
function replaced({ folded }: Script, hole: Hole, name: string): Edit | undefined {
  const { text } = folded;
  let quote = "";
  for (const character of text
    .slice(0, hole.start)
    .replace(/\{\{[\s\S]*?\}\}/g, "")
    .replace(/\\./g, "")) {
    if (quote === "") quote = character === "'" || character === '"' ? character : "";
    else if (character === quote) quote = "";
  }
  if (quote === '"') return editFolded(folded, hole, `\${${name}}`);
  if (quote === "") return editFolded(folded, hole, `"$${name}"`);
  const alone = text[hole.start - 1] === "'" && text[hole.end] === "'";
  const around = { start: hole.start - 1, end: hole.end + 1 };
  return alone ? editFolded(folded, around, `"$${name}"`) : editFolded(folded, hole, `'"$${name}"'`);
}
