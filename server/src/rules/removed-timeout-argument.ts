import { argument } from "../airflow/arguments.ts";
import { hasParameter, providerAtLeast, providerIsKnown } from "../airflow/availability.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { isA, known, operators } from "../airflow/kinds.ts";
import { sshHook, sshHookUses } from "../airflow/sshHooks.ts";
import { editArguments } from "../edits/arguments.ts";
import { type Call, keyword } from "../syntax/python.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

const ssh = "apache-airflow-providers-ssh";

export default defineRule({
  code: "TET217",
  name: "removed-timeout-argument",
  group: "missing-timeout",
  severity: "error",
  summary: "An argument or method that newer ssh providers have no more",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `SSHOperator's \`timeout\` became \`conn_timeout\` and \`cmd_timeout\` and is gone since ssh provider 3.3.0: a call that still has it raises while Airflow parses the file, and none of its DAGs is loaded. Provider 4.0.0 took SSHHook's \`timeout\`, its \`create_tunnel\` and its use in a \`with\` statement away. Those raise when the task runs.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly") as dag:
    load = SSHOperator(task_id="load", ssh_conn_id="edge", command="/opt/load.sh --full", timeout=900)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("nightly") as dag:
    load = SSHOperator(
        task_id="load",
        ssh_conn_id="edge",
        command="/opt/load.sh --full",
        cmd_timeout=600,
        get_pty=True,
        execution_timeout=timedelta(hours=1),
    )
`,
    limits:
      "A `timeout` in `default_args` is handed only to operators that have one, and is left alone. Where the ssh provider's version is not known, by a pin, a lock file, a setting or an Airflow 3 that the project names, the finding is a warning. Say which versions you run by `airflow-version` and `provider-versions` where they cannot be told.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/changelog.html"],
  },
  check(file, report) {
    const removed = (since: string): boolean => providerAtLeast(file.project, ssh, since);
    // With an older provider than the newest that the project's Airflow can have, the file still loads.
    const sure = providerIsKnown(file.project, ssh);
    const severity = sure ? "error" : "warning";
    const from = sure ? "since" : "from";
    const on = sure ? "" : " on";
    if (!removed("3.3.0")) return;
    for (const task of file.operators) {
      if (!isA(task, operators.ssh) || task.operator.subclasses.length > 0 || !task.operator.known) continue;
      if (hasParameter(file.project, task.operator.known, "timeout")) continue;
      const given = argument(file, task, "timeout");
      if (typeof given !== "object" || !given.call) continue;
      report({
        span: given.span,
        severity,
        message: task.executedBy
          ? `${task.operator.name} has no timeout ${from} ssh provider 3.3.0${on}: making the operator raises an exception, and the task fails.`
          : sure
            ? `${task.operator.name} has no timeout since ssh provider 3.3.0: Airflow cannot load this file, and none of its DAGs runs.`
            : `${task.operator.name} has no timeout from ssh provider 3.3.0 on: there, Airflow cannot load this file, and none of its DAGs runs.`,
        hint: "Name the limit that is meant: cmd_timeout, the longest silence of the command, or conn_timeout.",
        fixes: () => [given.call && renamed(file, given.call, "cmd_timeout", task)],
      });
    }
    if (!removed("4.0.0")) return;
    for (const use of sshHookUses(file)) {
      if (use.kind === "made") {
        const given = keyword(use.call, "timeout");
        if (!given || hasParameter(file.project, known(sshHook), "timeout")) continue;
        report({
          span: given.span,
          severity,
          message: `SSHHook has no timeout ${from} ssh provider 4.0.0${on}: making the hook raises TypeError.`,
          hint: "Use conn_timeout, the time that connecting may take; cmd_timeout limits a command's silence.",
          fixes: () => [renamed(file, use.call, "conn_timeout", undefined)],
        });
      } else if (use.kind === "method") {
        if (use.name !== "create_tunnel") continue;
        report({
          span: use.span,
          severity,
          message: `SSHHook has no create_tunnel ${from} ssh provider 4.0.0${on}: the call raises AttributeError.`,
          hint: "Use get_tunnel(remote_port, remote_host, local_port).",
        });
      } else {
        report({
          span: use.expr.span,
          severity,
          message: `SSHHook is no context manager ${from} ssh provider 4.0.0${on}: this with statement fails.`,
          hint: "Enter the connection: with hook.get_conn() as client.",
          fixes: () => [entered(use.expr.span.end)],
        });
      }
    }
  },
});

/** `timeout=60` → `cmd_timeout=60`; where that is given, too, the old one goes. */
function renamed(file: DagFile, call: Call, to: string, task: Task | undefined): Fix | undefined {
  const there = task ? argument(file, task, to) : keyword(call, to) ? "unknown" : "absent";
  const takesOver = there === "absent" || (typeof there === "object" && there.origin === "default_args");
  const edits = takesOver
    ? editArguments(file, call, { rename: [{ from: "timeout", to }] })
    : editArguments(file, call, { remove: ["timeout"] });
  if (!edits || edits.length === 0) return undefined;
  return { title: takesOver ? `Rename timeout to ${to}` : `Remove timeout beside ${to}`, edits, safety: "safe" };
}

/** with SSHHook("edge") as client → with SSHHook("edge").get_conn() as client */
function entered(end: number): Fix {
  return {
    title: "Enter get_conn()",
    edits: [{ span: { start: end, end }, text: ".get_conn()" }],
    safety: "unsafe",
    why: "the name now stands for the paramiko client, no longer for the hook itself",
  };
}
