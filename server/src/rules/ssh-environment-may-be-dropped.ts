import { argument } from "../airflow/arguments.ts";
import type { Argument, DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { editArguments } from "../edits/arguments.ts";
import { editFolded } from "../syntax/folded.ts";
import type { DictEntry } from "../syntax/value.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET417",
  name: "ssh-environment-may-be-dropped",
  group: "lost-failure",
  severity: "info",
  summary: "sshd may drop the environment that SSHOperator sends",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `\`environment\` is sent as requests of the ssh protocol, one a variable. sshd takes those that its \`AcceptEnv\` names and drops the others without a word; by default it accepts none, and Debian's configuration only LANG and LC_*. The command then runs with its own defaults: the wrong database, the wrong day.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly") as dag:
    load = SSHOperator(
        task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", environment={"MODE": "live"}, cmd_timeout=600
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly", dagrun_timeout=timedelta(hours=6)) as dag:
    load = SSHOperator(
        task_id="load", ssh_conn_id="edge", command="MODE=live /opt/load.sh --full", cmd_timeout=600, get_pty=True
    )
`,
    limits: "Where your hosts' sshd_config accepts the variables, ignore it.",
    links: ["https://man.openbsd.org/sshd_config#AcceptEnv"],
  },
  check(file, report) {
    for (const task of file.operators) {
      if (!runsAs(task, operators.ssh)) continue;
      const given = argument(file, task, "environment");
      if (typeof given !== "object" || given.resolved.kind !== "dict") continue;
      const names = given.resolved.entries.map((one) => one.key).filter((one) => !/^(?:LANG$|LC_)/.test(one));
      if (names.length === 0) continue;
      const shown = names.length > 2 ? `${names.slice(0, 2).join(", ")} …` : names.join(" and ");
      report({
        span: given.span,
        message: `sshd drops variables that its AcceptEnv does not name, without a word: the command may run without ${shown}.`,
        hint: "Set them in the command, by MODE=live /opt/load.sh or export, or name them in the host's AcceptEnv.",
        fixes: () => [inCommand(file, task, given, given.resolved.kind === "dict" ? given.resolved.entries : [])],
      });
    }
  },
});

/** environment={"MODE": "live"}, command="load" → command="export MODE='live'; load" */
function inCommand(file: DagFile, task: Task, given: Argument, entries: readonly DictEntry[]): Fix | undefined {
  const [script, ...more] = task.scripts;
  const dict = given.resolved.kind === "dict" && given.resolved.complete;
  if (!script || more.length > 0 || script.template || !dict || !given.call || given.call !== task.call)
    return undefined;
  const set: string[] = [];
  for (const { key, value } of entries) {
    // Jinja may stand in both; a quote in its value would end ours.
    if (value.kind !== "string" || value.folded.holes.some((one) => one.kind === "python")) return undefined;
    if (!/^[A-Za-z_]\w*$/.test(key) || value.folded.text.includes("'")) return undefined;
    set.push(`${key}='${value.folded.text}'`);
  }
  const [first] = script.script.body;
  const at = first?.span.start;
  if (at === undefined || script.script.folded.text.startsWith("sudo")) return undefined;
  const before = editFolded(script.script.folded, { start: at, end: at }, `export ${set.join(" ")}; `);
  const removed = before && editArguments(file, given.call, { remove: ["environment"] });
  return (
    removed && {
      title: "Export them in the command",
      edits: [before, ...removed],
      safety: "unsafe",
      why: "the values stand in the command, which is logged, and a host that is no POSIX shell does not understand export",
    }
  );
}
