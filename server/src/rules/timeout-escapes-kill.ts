import type { Task } from "../airflow/dagfile.ts";
import { operators, runsAs, shownName } from "../airflow/kinds.ts";
import { type Escape, escapes } from "../shell/processGroup.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

// What outlives its task by less does little harm.
const least = 60;

export default defineRule({
  code: "TET503",
  name: "timeout-escapes-kill",
  group: "orphan",
  severity: "warning",
  summary: "A command under timeout(1) goes on when Airflow stops the task",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `timeout(1) makes a process group of its own for itself and its command. When a task is cleared, marked failed or past its execution_timeout, Airflow signals the group of the shell that it started: the shell dies, timeout and its command go on until their own limit, beside the retry. They also hold the shell's output, so that the operator does not even return. With \`--foreground\` they stay in the group. A last command without a redirection is safe: bash turns into it, and it leads the group itself.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="cd /opt && timeout 2h ./load.sh > /tmp/load.log")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="cd /opt && timeout --foreground 2h ./load.sh > /tmp/load.log")
`,
    limits: `Limits under ${least} s are left alone, and so is a text with a trap that passes the signal on. With \`--foreground\` an expired limit stops the command itself, not what it has started in turn.`,
    links: [
      "https://www.gnu.org/software/coreutils/manual/html_node/timeout-invocation.html",
      "https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/_api/airflow/providers/standard/hooks/subprocess/index.html",
    ],
  },
  check(file, report) {
    for (const task of file.tasks) {
      const bash = runsAs(task, operators.bash);
      // The job's group is signalled, and the wrapper around the text is no command that could be exec'ed.
      if (!bash && !runsAs(task, operators.sshRemoteJob)) continue;
      for (const { script } of task.scripts) {
        if (/\btrap\b[^\n]*\bkill\b/.test(script.folded.text)) continue;
        for (const one of escapes(script, bash)) {
          if (one.seconds !== undefined && one.seconds < least) continue;
          report({
            span: sourceSpan(one.script.folded, one.wrapper.span),
            cause: sourceSpan(one.script.folded, one.command.span),
            message: message(task, one),
            hint: "Add --foreground, which leaves them in the group of the shell.",
            fixes: () => [foreground(one)],
          });
        }
      }
    }
  },
});

function message(task: Task, { command }: Escape): string {
  const program = command.program ?? "its command";
  return `When Airflow stops this ${shownName(task)}, timeout and ${program} go on: they left the process group that the kill is sent to.`;
}

function foreground({ script, name, command }: Escape): Fix | undefined {
  const written = script.folded.text.slice(name.start, name.end);
  const edit = editFolded(script.folded, name, `${written} --foreground`);
  if (!edit) return undefined;
  const title = "Add --foreground";
  if (!command.nested) return { title, edits: [edit], safety: "safe" };
  const why = "when the limit expires, only the shell is stopped, and what it has started goes on";
  return { title, edits: [edit], safety: "unsafe", why };
}
