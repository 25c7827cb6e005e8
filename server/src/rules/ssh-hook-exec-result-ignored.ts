import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { decides } from "../airflow/processes.ts";
import { isJudged, succeedsAlways } from "../airflow/sshCalls.ts";
import { freeName } from "../edits/freeNames.ts";
import { startsLine } from "../edits/layout.ts";
import { raising } from "../edits/raising.ts";
import { insertAfter } from "../edits/statements.ts";
import type { Expr } from "../syntax/python.ts";
import type { Use } from "../syntax/uses.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET305",
  name: "ssh-hook-exec-result-ignored",
  group: "unmonitored",
  severity: "error",
  summary: "exec_ssh_client_command answers with an exit status that nobody reads",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`SSHHook.exec_ssh_client_command\` waits for the remote command and answers \`(exit_status, stdout, stderr)\`. It never raises for a command that fails; the SSHOperator does that itself, after the call. Code that drops the first value goes on as if the command had worked, and Airflow marks the task success.`,
    bad: `from airflow.decorators import dag, task
from airflow.providers.ssh.hooks.ssh import SSHHook


@dag(schedule=None)
def restart():
    @task
    def compose():
        hook = SSHHook("app1")
        with hook.get_conn() as client:
            hook.exec_ssh_client_command(client, "docker compose restart", get_pty=False, environment=None)

    compose()


restart()
`,
    good: `from datetime import timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException
from airflow.providers.ssh.hooks.ssh import SSHHook


@dag(schedule=None)
def restart():
    @task(execution_timeout=timedelta(minutes=30))
    def compose():
        hook = SSHHook("app1")
        with hook.get_conn() as client:
            code, out, err = hook.exec_ssh_client_command(
                client, "docker compose restart", get_pty=False, environment=None
            )
        if code != 0:
            raise AirflowException(f"docker compose restart failed: {err.decode()}")

    compose()


restart()
`,
    limits:
      "A result that is returned or handed on is left alone, and so is output that a parser or a test with a `raise` judges.",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/hooks/ssh/index.html",
    ],
  },
  check(file, report) {
    for (const call of file.calls) {
      if (call.kind !== "hook-exec" || !call.live || succeedsAlways(call)) continue;
      const { discarded, escapes, entered, names, uses } = call.result;
      if (!discarded && (escapes || entered)) continue;
      if (uses.some((use) => isStatus(use, names) && decides(file, use))) continue;
      if (uses.some((use) => isJudged(file, use, use.name !== undefined && use.name === names[2]))) continue;
      report({
        span: call.span,
        message:
          "exec_ssh_client_command answers a failed command with a status and never raises: nobody reads it, and Airflow marks the task success.",
        hint: "Raise when the first of the three values that it returns is not 0.",
        fixes: () => [raise(file, call)],
      });
    }
  },
});

/** `code` of `code, out, err = …`; `result[0]` of `result = …`. */
function isStatus(use: Use, names: readonly (string | undefined)[]): boolean {
  return names.length === 3 ? use.name !== undefined && use.name === names[0] : /^\[(0|)\]$/.test(use.path[0] ?? "[]");
}

/** Gives the status a name where it has none, and raises behind the statement. */
function raise(file: DagFile, call: RemoteCall): Fix | undefined {
  const { statement, discarded, names } = call.result;
  if (!statement || !startsLine(file.text, statement.span.start)) return undefined;
  const first = statusTarget(call);
  const named = names[0] !== undefined && names[0] !== "_" ? names[0] : undefined;
  const status = named ?? freeName(file, "exit_status");
  if (status === undefined || (!discarded && !first)) return undefined;
  const { start } = statement.span;
  const naming: Edit[] = discarded
    ? [{ span: { start, end: start }, text: `${status}, _, _ = ` }]
    : first && !named
      ? [{ span: first.span, text: status }]
      : [];
  return raising(
    file,
    (lines) => {
      const behind = insertAfter(file, statement, lines);
      return behind && [...naming, ...behind];
    },
    status,
  );
}

/** The first target of `code, out, err = …`. */
function statusTarget(call: RemoteCall): Expr | undefined {
  const { statement } = call.result;
  const [target] = statement?.kind === "assign" ? statement.targets : [];
  return target?.kind === "tuple" && target.items.length === 3 && target.items[0]?.kind === "name"
    ? target.items[0]
    : undefined;
}
