import { judgedTexts } from "../airflow/judged.ts";
import { lostFailures } from "../shell/lost.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET409",
  name: "errexit-disabled",
  group: "lost-failure",
  severity: "warning",
  summary: "set +e is not taken back, and failures behind it are forgotten",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: "`set +e` lets a text go on after a failure, for one command whose failure is expected. Without a later `set -e`, and without a look at `$?`, it holds to the end: every failure but the last statement's is forgotten, and the task is a success.",
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(
        task_id="load",
        bash_command="""
            set -e
            ./extract.sh
            set +e
            ./load.sh
            rm -rf work
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
            ./extract.sh
            set +e
            ./stop_old.sh
            set -e
            ./load.sh
        """,
    )
`,
    limits:
      "A text that looks at `$?`, leaves by `exit 1` or ends with a check of its own is left alone, and so is one in which only preparation and tidying up follow.",
    links: ["https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html"],
  },
  check(file, report) {
    for (const { script, by } of judgedTexts(file)) {
      for (const { script: own, off, program, statement } of lostFailures(script)) {
        if (!off) continue;
        const { folded } = own;
        report({
          span: sourceSpan(folded, off.span),
          message: `\`set +e\` holds to the end of the text: a failure of ${program} is lost, and ${by} sees the last statement's exit status alone.`,
          hint: "Put `set -e` behind the one command that may fail, or look at `$?`.",
          related: [{ span: sourceSpan(folded, statement.span), message: `a failure of ${program} is lost` }],
          fixes: () => {
            const flags = off.words[1];
            const edit = flags?.text === "+e" ? editFolded(folded, flags.span, "-e") : undefined;
            const why = "every statement behind it that fails now ends the text and the task";
            return [edit && { title: "Use `set -e`", edits: [edit], safety: "unsafe", why }];
          },
        });
      }
    }
  },
});
