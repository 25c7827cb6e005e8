import { judgedTexts } from "../airflow/judged.ts";
import { type LostSubstitution, lostSubstitutions } from "../shell/substitutions.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET410",
  name: "substitution-status-lost",
  group: "lost-failure",
  severity: "info",
  summary: "export, local or echo replaces the exit status of the command in $( )",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: '`X=$(cmd)` has the exit status of `cmd`, and ends a text with `set -e` when it fails. `export X=$(cmd)`, `local X=$(cmd)` and `echo "$(cmd)"` have the status of export, local and echo, which is 0: the variable is empty, and the text goes on.',
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(
        task_id="load",
        bash_command="""
            set -e
            export TOKEN=$(vault read -field=token secret/load)
            ./load.sh
        """,
    )
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(
        task_id="load",
        bash_command="""
            set -e
            TOKEN=$(vault read -field=token secret/load)
            export TOKEN
            ./load.sh
        """,
    )
`,
    limits: "Questions (date, pwd, cat, ls …) are left alone, and so is a variable that the text tests later.",
    links: ["https://www.shellcheck.net/wiki/SC2155"],
  },
  check(file, report) {
    for (const { script } of judgedTexts(file)) {
      for (const one of lostSubstitutions(script)) {
        report({
          span: sourceSpan(one.script.folded, one.statement.span),
          message:
            one.keyword === "echo"
              ? `echo succeeds whatever ${one.program} returns: a failure of it is lost, and the text ends with status 0.`
              : `${one.keyword} succeeds whatever ${one.program} returns: a failure of it leaves ${one.variable} empty, and the text goes on.`,
          hint:
            one.keyword === "echo"
              ? "Run the command by itself, or keep its output in a variable first."
              : "Assign first, then declare: the assignment has the command's status.",
          fixes: () => [split(one)],
        });
      }
    }
  },
});

/** export X=$(a) → X=$(a); export X, local X=$(a) → local X; X=$(a) */
function split({ script, statement, keyword, variable }: LostSubstitution): Fix | undefined {
  const { start, end } = statement.span;
  const text = script.folded.text.slice(start, end);
  const plain = new RegExp(`^${keyword}\\s+${variable}=([\\s\\S]*)$`).exec(text);
  const [, value] = plain ?? [];
  // export A=$(a) B=$(b)
  if (
    value === undefined ||
    variable === undefined ||
    !/^"?\$\([\s\S]*\)"?$|^`[^`]*`$/.test(value) ||
    /\)\s+\w+=/.test(value)
  )
    return undefined;
  if (keyword !== "export" && keyword !== "local" && keyword !== "readonly") return undefined;
  const head = { start, end: end - value.length };
  const first = editFolded(
    script.folded,
    head,
    keyword === "local" ? `local ${variable}; ${variable}=` : `${variable}=`,
  );
  const second =
    keyword === "local" ? undefined : editFolded(script.folded, { start: end, end }, `; ${keyword} ${variable}`);
  if (!first || (keyword !== "local" && !second)) return undefined;
  return { title: `Assign ${variable} by itself`, edits: second ? [first, second] : [first], safety: "safe" };
}
