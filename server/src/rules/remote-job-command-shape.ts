import { argument } from "../airflow/arguments.ts";
import { isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { closingBlank } from "../airflow/templates.ts";
import { type JobShape, type JobShapeFault, jobShape } from "../shell/jobshape.ts";
import type { Script } from "../shell/script.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { defineRule, type Severity } from "./rule.ts";

type Fault = {
  readonly fault: JobShapeFault;
  /** What the operator then records; `waits` is how long the task waits for a file that never comes. */
  readonly message: (waits: string) => string;
  readonly hint: string;
  readonly severity?: Severity;
};

const wrap = "Put one `( … )` around the whole text, with `set -euo pipefail` inside when it has several statements.";

/** The worst first: one text, one finding. Measured with the wrappers of ssh 4.3.0, 5.0.3, 6.0.1 and 7.0.1. */
const faults: readonly Fault[] = [
  {
    fault: "ends-with-background",
    message: () =>
      "The final `&` makes the wrapper record exit status 0 without waiting: the task is green while the job runs on.",
    hint: "Run the job in the foreground: without the `&`.",
  },
  {
    fault: "ends-with-here-document",
    message: (waits) =>
      `The here-document swallows the wrapper's own lines: the command's exit status is never recorded, and the task may wait ${waits}.`,
    hint: "Put one `( … )` around the whole text, its closing parenthesis on a line of its own.",
  },
  {
    fault: "exec",
    message: (waits) =>
      `\`exec\` replaces the wrapper's shell: no exit status is ever recorded, and the task waits ${waits}.`,
    hint: "Leave `exec` out, or put one `( … )` around the whole text.",
  },
  {
    fault: "errexit",
    message: (waits) =>
      `\`set -e\` ends the wrapper's shell on the first failure: no exit status is recorded, and the task waits ${waits}.`,
    hint: wrap,
  },
  {
    fault: "exit",
    message: (waits) =>
      `This \`exit\` ends the wrapper's shell: no exit status is recorded once it is reached, and the task waits ${waits}.`,
    hint: wrap,
  },
  {
    fault: "ends-with-separator",
    message: () =>
      "The text ends in `;` or a line break: the wrapper records its own log redirection's status, always 0, instead of the command's.",
    hint: "Let the text end with its last command, or put one `( … )` around the whole.",
  },
  {
    fault: "several-statements",
    message: () =>
      "Only the last statement's exit status and output are recorded: when an earlier one fails, the task can still turn green.",
    hint: wrap,
  },
  {
    fault: "pipeline",
    message: () =>
      "Only the last program of the pipe decides the recorded exit status: when an earlier one fails, the task can still turn green.",
    hint: wrap,
  },
  {
    fault: "ends-with-comment",
    message: () =>
      "The wrapper's log redirection becomes part of the final comment: the exit status is right, but no output reaches the task's log.",
    hint: "Move the comment in front of the command.",
    severity: "warning",
  },
];

export default defineRule({
  code: "TET402",
  name: "remote-job-command-shape",
  group: "lost-failure",
  severity: "error",
  summary: "SSHRemoteJobOperator records a wrong exit status for this command, or none",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["remote-job-nested-detach"],
  docs: {
    why: `The operator pastes the command as it is in front of a redirection, \`COMMAND >>log 2>&1\`, and writes the \`$?\` that follows to a file; the trigger waits for that file (ssh provider, \`utils/remote_job.py\`, releases 4.3 to 7.0). The redirection and \`$?\` belong to whatever stands last: behind a \`;\` or a line break they are a command of their own that always succeeds, \`a; b\` records only b, and an \`exit\`, an \`exec\` or a \`set -e\` that trips at the top leaves the shell before the file is written. One \`( … )\` around the whole text makes it one command, and all of this right.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("fit") as dag:
    fit = SSHRemoteJobOperator(
        task_id="fit",
        ssh_conn_id="gpu1",
        command="""
        cd /opt/model
        ./prepare.sh
        ./fit.sh --epochs 40
        """,
        timeout=4 * 3600,
    )
`,
    good: `from airflow import DAG
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator

with DAG("fit") as dag:
    fit = SSHRemoteJobOperator(
        task_id="fit",
        ssh_conn_id="gpu1",
        command="( set -euo pipefail; cd /opt/model; ./prepare.sh; ./fit.sh --epochs 40 )",
        timeout=4 * 3600,
    )
`,
    limits: "Windows hosts run the command in PowerShell and are left alone.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/operators/ssh_remote_job.html"],
  },
  check(file, report) {
    for (const task of file.tasks) {
      if (!runsAs(task, operators.sshRemoteJob) || onWindows(file, task)) continue;
      for (const { script, template } of task.scripts) {
        if (template) continue;
        const shape = jobShape(script);
        if (shape.unknown) continue;
        const found = faults.find((one) => shape.faults.includes(one.fault));
        const at = found && shape.spans.get(found.fault);
        if (!found || !at) continue;
        report({
          span: sourceSpan(script.folded, at),
          message: found.message(waits(file, task)),
          hint: found.hint,
          ...(found.severity && { severity: found.severity }),
          fixes: () => [fix(task, script, shape)],
        });
      }
    }
  },
});

/** For a file with the exit status that never appears. */
function waits(file: DagFile, task: Task): string {
  return isUnset(argument(file, task, "timeout")) ? "for ever" : "until its timeout";
}

function onWindows(file: DagFile, task: Task): boolean {
  const os = argument(file, task, "remote_os");
  if (os === "absent") return false;
  return os === "unknown" || os.resolved.kind !== "string" || os.resolved.folded.text === "windows";
}

function fix(task: Task, script: Script, shape: JobShape): Fix | undefined {
  const { folded, body } = script;
  const [first] = body;
  const last = body.at(-1);
  if (!first || !last || shape.faults.includes("ends-with-here-document")) return undefined;
  const end = folded.text.length;
  const wrap = shape.faults.some(
    (one) => one !== "ends-with-separator" && one !== "ends-with-comment" && one !== "ends-with-background",
  );
  const tail = tailEdit(
    script,
    last.span.end,
    end,
    wrap ? " )" : closingBlank(task, folded.text.slice(0, last.span.end)),
  );
  if (!tail) return undefined;
  const unsafe = (edits: readonly Edit[], title: string, why: string): Fix => ({ title, edits, safety: "unsafe", why });
  if (!wrap) {
    if (shape.faults.includes("ends-with-background"))
      return unsafe(tail, "Run the job in the foreground", "the task now waits for the job and has its exit status");
    return { title: "Cut the text off behind its last command", edits: tail, safety: "safe" };
  }
  const strict = shape.faults.includes("several-statements") || shape.faults.includes("pipeline");
  const open = editFolded(
    folded,
    { start: first.span.start, end: first.span.start },
    strict ? "( set -euo pipefail; " : "( ",
  );
  if (!open) return undefined;
  const edits = [open, ...tail];
  return strict
    ? unsafe(
        edits,
        "Wrap the text in ( set -euo pipefail; … )",
        "any failing statement, unset variable or stage of a pipe now ends the job with its status",
      )
    : { title: "Wrap the text in ( … )", edits, safety: "safe" };
}

/** What stands behind the last statement (`;`, `&`, line breaks, a comment) goes, and `text` takes its place. */
function tailEdit(script: Script, from: number, to: number, text: string): readonly Edit[] | undefined {
  const edit = editFolded(script.folded, { start: from, end: to }, text);
  return edit && [edit];
}
