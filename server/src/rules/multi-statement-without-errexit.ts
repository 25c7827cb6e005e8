import { type JudgedText, judgedTexts } from "../airflow/judged.ts";
import { errexitFix, errexitStatement } from "../edits/strictShell.ts";
import { halfTransfers, type Lost, lostFailures } from "../shell/lost.ts";
import { laxPipelines } from "../shell/pipelines.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { harmlessCommands } from "./harmlessCommands.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET407",
  name: "multi-statement-without-errexit",
  group: "lost-failure",
  severity: "warning",
  summary: "A shell text goes on after a failure, and only its last statement counts",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `BashOperator runs the text by \`bash -c\`, without \`-e\`: a statement that fails does not end it, and the exit status of the whole is that of the last statement. In \`./export.sh; rm -rf work\` the failed export is forgotten, \`rm\` succeeds, the task turns green, and what runs downstream finds yesterday's data. The same holds for \`bash -c\` texts inside, and for \`for\` loops, which keep the status of their last turn.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(
        task_id="export",
        bash_command="""
            /opt/export.sh --day {{ ds }}
            gzip -f /data/export.csv
        """,
    )
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(
        task_id="export",
        bash_command="""
            set -e
            /opt/export.sh --day {{ ds }}
            gzip -f /data/export.csv
        """,
    )
`,
    limits:
      "Statements that prepare, ask or tidy up (cd, export, source, mkdir, rm, grep, docker rm …) may fail, and so may those that only print (a curl that saves and sends nothing, `gcloud config list`); `harmless-commands` adds your own. A text that looks at `$?`, leaves by `exit 1` or ends with a check of its own is left alone, and so is one whose parts stand in branches of Jinja. A last statement that always succeeds is the matter of exit-status-masked.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html",
      "https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html",
    ],
  },
  options: [harmlessCommands],
  check(file, report, option) {
    const harmless = new Set(option(harmlessCommands));
    for (const text of judgedTexts(file)) {
      for (const lost of halfTransfers(text.script)) {
        if (lost.script.place === "remote" || lost.off || harmless.has(lost.program)) continue;
        report({
          span: sourceSpan(lost.script.folded, lost.statement.span),
          severity: "info",
          message: `When ${lost.program} breaks off half way, the test that follows finds the file, and ${text.by} sees no failure.`,
          hint: `Start the text with \`${errexitStatement(lost)}\`, or test the exit status of ${lost.program}.`,
          fixes: () => [errexitFix(file, lost, text, harmless)],
        });
      }
      for (const lost of lostFailures(text.script, harmless)) {
        // Behind ssh: ssh-inner-multi-statement.
        if (lost.script.place === "remote") continue;
        // errexit-disabled
        if (lost.off) continue;
        report({
          span: sourceSpan(lost.script.folded, lost.statement.span),
          message: message(lost, text),
          hint: `Start the text with \`${errexitStatement(lost)}\`, or join the statements with \`&&\`.`,
          fixes: () => [errexitFix(file, lost, text, harmless)],
          related: laxPipelines(lost.script, { errexit: true })
            .filter((one) => one.script === lost.script)
            .slice(0, 3)
            .map(({ statement, program, last }) => ({
              span: sourceSpan(lost.script.folded, statement.span),
              message: `with \`set -e\` alone, ${last} would still hide a failure of ${program} here: \`set -o pipefail\``,
            })),
        });
      }
    }
  },
});

function message(lost: Lost, { by }: JudgedText): string {
  const { program, instead, loop } = lost;
  if (loop)
    return `A failure of ${program} is lost unless it is the last turn's: the loop goes on, and ${by} sees that turn's exit status alone.`;
  const other = instead === undefined || instead === program ? "the last statement" : instead;
  return `A failure of ${program} is lost: the shell goes on, and ${by} sees the exit status of ${other} alone.`;
}
