import { argument } from "../airflow/arguments.ts";
import { providerAtLeast } from "../airflow/availability.ts";
import type { DagFile, Task, TaskScript } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET405",
  name: "template-extension-trap",
  group: "lost-failure",
  severity: "error",
  summary: "A command that ends in .sh is taken for a template file",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `Before a task runs, Airflow renders its templated fields. A text that ends in one of the operator's \`template_ext\` (\`.sh\` and \`.bash\` for BashOperator; \`.csh\`, \`.zsh\`, \`.dash\` and \`.ksh\` too for SSHOperator, since ssh 3.4.0; \`.sh\`, \`.bash\` and \`.env\` for each word of DockerOperator's command) is not rendered but taken for the name of a file to load, searched below the DAG's folder and \`template_searchpath\`. A script on a remote host, or at an absolute path, is never found there: the task fails with jinja2.exceptions.TemplateNotFound, on every try, before anything has run.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("clean", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    clean = BashOperator(task_id="clean", bash_command="/opt/clean.sh")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("clean", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    clean = BashOperator(task_id="clean", bash_command="/opt/clean.sh ")
`,
    limits:
      "A file that stands beside the DAG is what you meant, and is left alone. So is a bare file name when the DAG has a `template_searchpath`.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html#jinja-template-not-found",
      "https://github.com/apache/airflow/issues/1017",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      for (const script of task.scripts) {
        if (script.template?.exists !== false) continue;
        const { extension } = script.template;
        // Before ssh 3.4.0 SSHOperator knew .sh alone.
        if (
          extension !== ".sh" &&
          runsAs(task, operators.ssh) &&
          !providerAtLeast(file.project, "apache-airflow-providers-ssh", "3.4.0")
        )
          continue;
        const { folded } = script.script;
        const word = /\S*$/.exec(folded.text);
        report({
          span: sourceSpan(folded, { start: word?.index ?? 0, end: folded.text.length }),
          message: `Airflow takes a text that ends in ${extension} for a template file: the task fails with TemplateNotFound before anything runs.`,
          hint: isAddress(script)
            ? "A blank would not help: a shell runs no script at such an address. Fetch it first, and run the copy."
            : blankHelps(file, task, script)
              ? `Put a blank behind ${extension}, so that the text is a command.`
              : `Give the command as one text with a blank behind ${extension}; a word of a list would keep the blank.`,
          fixes: () => [!isAddress(script) && blankHelps(file, task, script) ? blank(script) : undefined],
        });
      }
    }
  },
});

/** `s3://bucket/run.sh`, alone: bash would look for a program of that name. */
function isAddress({ script }: TaskScript): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:\/\/\S+$/.test(script.folded.text);
}

/** Not in `["bash", "/app/run.sh"]`: the shell would look for a file with a blank in its name. */
function blankHelps(file: DagFile, task: Task, script: TaskScript): boolean {
  const given = argument(file, task, script.argument);
  if (typeof given !== "object" || given.resolved.kind !== "list") return true;
  const { items } = given.resolved;
  const before = items[items.findIndex((one) => one.expr === script.value) - 1];
  return before?.kind === "string" && /^-\w*c$/.test(before.folded.text);
}

function blank(script: TaskScript): Fix | undefined {
  const { folded } = script.script;
  const end = folded.text.length;
  const edit = editFolded(folded, { start: end, end }, " ");
  return edit && { title: "Add a blank at the end", edits: [edit], safety: "safe" };
}
