import { judgedTexts } from "../airflow/judged.ts";
import { waitForAllFix } from "../edits/bareWait.ts";
import { lostJobs } from "../shell/bareWait.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET411",
  name: "bare-wait-loses-status",
  group: "lost-failure",
  severity: "warning",
  summary: "A wait without a pid forgets how the background processes ended",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`wait\` without an operand waits for all background processes and returns 0, however they ended; \`set -e\` does not change that. \`./a.sh & ./b.sh & wait\` runs both, and is a success when both fail. \`wait "$pid"\` has the process's own exit status.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="./load.sh a & ./load.sh b & wait")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(
        task_id="load",
        bash_command="""
            pids=()
            for part in a b c; do ./load.sh "$part" & pids+=("$!"); done
            for pid in "\${pids[@]}"; do wait "$pid" || exit; done
        """,
    )
`,
    limits:
      "`wait -n`, a loop over pids, and processes that write their own exit status down are left alone, as are servers and helpers that the text stops itself.",
    links: ["https://www.gnu.org/software/bash/manual/html_node/Job-Control-Builtins.html"],
  },
  check(file, report) {
    for (const { script, by } of judgedTexts(file)) {
      for (const { wait, jobs } of lostJobs(script)) {
        const names = [...new Set(jobs.flatMap((one) => one.program ?? []))];
        const shown = names.length === 0 ? "a background process" : names.slice(0, 2).join(" or ");
        report({
          span: sourceSpan(wait.script.folded, wait.statement.span),
          message: `\`wait\` without a pid returns 0: a failure of ${shown} is lost, and ${by} never learns of it.`,
          hint: 'Keep each pid: `job & pids+=("$!")`, and wait for one after the other: `wait "$pid" || exit`.',
          related: jobs.map((one) => ({
            span: sourceSpan(one.script.folded, one.ampersand ?? one.span),
            message: "starts a process in the background",
          })),
          fixes: () => [waitForAllFix(wait, jobs)],
        });
      }
    }
  },
});
