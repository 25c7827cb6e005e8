import { isA, operators, shownName } from "../airflow/kinds.ts";
import { closingBlank } from "../airflow/templates.ts";
import type { Script } from "../shell/script.ts";
import { type Masked, masked } from "../shell/status.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET401",
  name: "exit-status-masked",
  group: "lost-failure",
  severity: "warning",
  summary: "A shell text turns a failure into success",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `BashOperator and SSHOperator look at one number: the exit status with which the whole text ends. Neither starts the shell with \`-e\`. \`job || true\`, a last line \`echo done\` or \`exit 0\`, or \`trap 'exit 0' EXIT\` make that number 0 whatever the job did: the task turns green, downstream tasks run on missing data, and no retry is made.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="python3 /opt/load.py --day {{ ds }} || true")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="python3 /opt/load.py --day {{ ds }}; rc=$?; rm -rf work; exit $rc")
`,
    limits:
      "Commands that only tidy up or ask (rm, kill, grep, docker rm …) may fail, and are left alone. So is a status that is kept in a variable and handed on.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      // A remote job's text has traps of its own: remote-job-command-shape.
      if (isA(task, operators.sshRemoteJob) || isA(task, operators.bashSensor)) continue;
      for (const { script } of task.scripts) {
        for (const one of masked(script)) {
          if (one.cleanup || !one.decides) continue;
          const program = mainProgram(one);
          if (program === undefined) continue;
          report({
            span: sourceSpan(one.script.folded, one.span),
            severity: one.remote || one.submit ? "error" : "warning",
            message: `\`${one.how}\` hides a failure of ${program}: ${shownName(task)} sees exit status 0, and Airflow marks the task success.`,
            hint: one.how.startsWith(";")
              ? "Start the text with `set -e`, or keep the status and exit with it."
              : "Take it away, or handle the failure and exit with its status.",
            fixes: () => [fix(one, one.script === script ? (text) => closingBlank(task, text) : () => "")],
          });
        }
      }
    }
  },
});

/** The one whose failure matters most: the last that does work. */
function mainProgram({ commands }: Masked): string | undefined {
  const programs = commands.flatMap((one) => one.program ?? []);
  return programs.findLast((one) => !/^(?:cd|source|\.|export|set|echo|mkdir)$/.test(one)) ?? programs[0];
}

/** `behind` says what must follow a text that ends there. */
function fix(one: Masked, behind: (text: string) => string): Fix | undefined {
  const why = `a failure of ${mainProgram(one) ?? "the command"} now fails the task`;
  if (one.how.startsWith("trap")) return undefined;
  if (one.how.startsWith("||")) {
    const { text } = one.script.folded;
    const before = text.slice(0, one.span.start).trimEnd().length;
    const closing = behind(text.slice(0, before) + text.slice(one.span.end));
    // The blanks before the mask may stand in another literal.
    const edit =
      editFolded(one.script.folded, { start: before, end: one.span.end }, closing) ??
      editFolded(one.script.folded, one.span, "");
    return edit && { title: `Remove \`${one.how}\``, edits: [edit], safety: "unsafe", why };
  }
  return strict(one.script, `${why}, and so does any other statement before it`);
}

/** `set -e` as the first statement. */
function strict(script: Script, why: string): Fix | undefined {
  const first = script.body[0];
  if (!first) return undefined;
  const at = first.span.start;
  const { text } = script.folded;
  const line = text.lastIndexOf("\n", at - 1) + 1;
  const indent = text.slice(line, at);
  // On a line of its own where the statements have lines of their own.
  const own = text.slice(at).includes("\n") && indent.trim() === "" && line > 0;
  const edit = editFolded(script.folded, { start: at, end: at }, own ? `set -e\n${indent}` : "set -e; ");
  return edit && { title: "Start the text with `set -e`", edits: [edit], safety: "unsafe", why };
}
