import { readerOf } from "../airflow/answers.ts";
import { judgedTexts } from "../airflow/judged.ts";
import { pipefailFix } from "../edits/strictShell.ts";
import { lostFailures } from "../shell/lost.ts";
import { laxPipelines } from "../shell/pipelines.ts";
import { sourceSpan } from "../syntax/folded.ts";
import { contains } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET406",
  name: "pipeline-without-pipefail",
  group: "lost-failure",
  severity: "warning",
  summary: "A pipeline has the exit status of its last command alone",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `A shell takes the exit status of a pipeline from its last command, with \`set -e\` too. \`pg_dump shop | gzip > shop.gz\` succeeds when \`pg_dump\` cannot connect: gzip compresses nothing, the task turns green, and the backup is empty. \`python etl.py | tee etl.log\` has tee's status. With \`set -o pipefail\` the pipeline fails when any of its commands does.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("backup") as dag:
    dump = BashOperator(task_id="dump", bash_command="pg_dump shop | gzip > /backup/shop-{{ ds }}.gz")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("backup") as dag:
    dump = BashOperator(task_id="dump", bash_command="set -o pipefail; pg_dump shop | gzip > /backup/shop-{{ ds }}.gz")
`,
    limits:
      "Reported where the last command takes whatever comes: filters, tee, compressors, database clients and uploads from standard input. What only prints, asks or filters before it (echo, cat, ls, `aws … list`) is left alone, unless another task reads the answer from the task's XCom, or a client of another machine fills a file with it; so is a pipeline that somebody asks: `if a | b`, `a | b || …`, PIPESTATUS. Where the answer is that of `df`, `du`, `free`, `cat` or `ls`, it is an info.",
    links: [
      "https://www.gnu.org/software/bash/manual/html_node/Pipelines.html",
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html",
    ],
  },
  check(file, report) {
    for (const text of judgedTexts(file)) {
      const { script, by, task } = text;
      if (!script.folded.text.includes("|")) continue;
      const lost = lostFailures(script);
      for (const pipeline of laxPipelines(script, { read: task !== undefined })) {
        // Lost to the statements behind it as well: multi-statement-without-errexit.
        if (lost.some((one) => one.script === pipeline.script && contains(one.statement.span, pipeline.statement.span)))
          continue;
        const { program, last, endsEarly, answers, chained, harmless } = pipeline;
        const reader = answers && task ? readerOf(file, task) : undefined;
        if (answers && !reader) continue;
        report({
          span: sourceSpan(pipeline.script.folded, pipeline.statement.span),
          severity: endsEarly || harmless ? "info" : "warning",
          message: answers
            ? `When ${program} fails, ${last} still ends with 0: ${by} succeeds, and its XCom is empty or incomplete.`
            : chained
              ? `A failure of ${program} is lost: the pipeline has the exit status of ${last}, so the chain goes on.`
              : `A failure of ${program} is lost: the pipeline has the exit status of ${last}, and ${by} sees that alone.`,
          hint: harmless ? harmlessHint(program) : hint(pipeline.script.dialect, endsEarly, last),
          fixes: () => [pipefailFix(file, pipeline, text)],
          related: reader && !reader.unseen ? [{ span: reader.task.span, message: "this task reads the XCom" }] : [],
        });
      }
    }
  },
});

function harmlessHint(program: string): string {
  const why =
    program === "df"
      ? "df ends with 1 for a single stale mount"
      : program === "free"
        ? "a run that is good today could fail"
        : `${program} ends with an error for a single file that it cannot read`;
  return `With \`set -o pipefail\` the task fails, but also when only a part of the answer is missing: ${why}.`;
}

function hint(dialect: string, endsEarly: boolean, last: string): string {
  if (dialect === "sh") return "Let bash run the text, with `set -o pipefail`: not every /bin/sh knows it.";
  return endsEarly
    ? `Start the text with \`set -o pipefail\`, and mind that a command that ${last} cuts off then fails with 141.`
    : "Start the text with `set -o pipefail`.";
}
