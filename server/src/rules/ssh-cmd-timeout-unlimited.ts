import { argument } from "../airflow/arguments.ts";
import { hasParameter } from "../airflow/availability.ts";
import { isUnbounded, isUnset } from "../airflow/bounds.ts";
import type { DagFile, Task } from "../airflow/dagfile.ts";
import { operators, runsAs } from "../airflow/kinds.ts";
import { silenceLimit } from "../airflow/silence.ts";
import { sshHook } from "../airflow/sshHooks.ts";
import { findClass } from "../catalog/index.ts";
import { secondsText } from "../edits/durations.ts";
import { executionTimeoutFix, limitFix, shownSeconds } from "../edits/limits.ts";
import { setTaskArguments } from "../edits/task.ts";
import { firstUnrepeatable } from "../shell/rerun.ts";
import type { Fix } from "../text/edit.ts";
import type { Span } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET206",
  name: "ssh-cmd-timeout-unlimited",
  group: "missing-timeout",
  severity: "error",
  summary: "cmd_timeout=None and nothing else limits how long SSHOperator waits",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `\`cmd_timeout=None\` takes away the only limit that SSHOperator has: the hook waits for the next output without end (ssh provider, \`hooks/ssh.py\`). The hook sends a keepalive packet every 30 s, so that the kernel notices a host that is gone, on Linux after about 15 minutes (\`tcp_retries2\`), and the task fails. But a host that is alive acknowledges them whatever becomes of the command: one that hangs holds the task and its worker slot for ever, unless \`execution_timeout\` or the DAG's \`dagrun_timeout\` ends it.`,
    bad: `from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("backup") as dag:
    dump = SSHOperator(task_id="dump", ssh_conn_id="db1", command="/opt/dump.sh --all", cmd_timeout=None)
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.providers.ssh.operators.ssh import SSHOperator

with DAG("backup") as dag:
    dump = SSHOperator(
        task_id="dump",
        ssh_conn_id="db1",
        command="/opt/dump.sh --all",
        cmd_timeout=None,
        get_pty=True,
        execution_timeout=timedelta(hours=3),
    )
`,
    limits:
      "A command that is quick, or under timeout(1), ends by itself as long as its host answers: then it is only worth knowing. If your deployment sets `default_task_execution_timeout`, say so in [tool.tether.airflow].",
    links: [
      "https://airflow.apache.org/docs/apache-airflow-providers-ssh/stable/_api/airflow/providers/ssh/hooks/ssh/index.html",
      "https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html",
      "https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/tasks.html#timeouts",
    ],
  },
  check(file, report) {
    for (const task of file.operators) {
      if (!runsAs(task, operators.ssh)) continue;
      const unlimited = unlimitedAt(file, task);
      if (!unlimited || !isUnbounded(file, task)) continue;
      // timeout(1) ends it on a host that answers, and what only looks or prepares is over at once.
      const bounded = task.scripts.length > 0 && !task.scripts.some((one) => firstUnrepeatable(one.script));
      report({
        span: unlimited.span,
        cause: task.span,
        severity: bounded ? "info" : "error",
        message: `${task.operator.name} waits without any limit: a command that hangs on a host that is alive holds the task and its worker slot for ever.`,
        hint: `Set execution_timeout${task.executedBy ? " on the task that runs it" : ""}, or a cmd_timeout as long as the longest silence that the command may keep.`,
        fixes: () => [executionTimeoutFix(file, task), unlimited.own ? silenceFix(file, task) : undefined],
      });
    }
  },
});

/** Where the None stands: the operator's own, or that of the hook it is given. */
function unlimitedAt(file: DagFile, task: Task): { span: Span; own: boolean } | undefined {
  const own = silenceLimit(file, task);
  if (typeof own === "object") return own.resolved.kind === "none" ? { span: own.span, own: true } : undefined;
  if (own === "unknown") return undefined;
  const hook = argument(file, task, "ssh_hook");
  if (typeof hook === "string" || isUnset(hook) || hook.resolved.kind !== "call") return undefined;
  const cls = findClass(hook.resolved.callee);
  if (cls?.fqcn !== sshHook || !hasParameter(file.project, cls, "cmd_timeout")) return undefined;
  const given = hook.resolved.call.args.find((one) => one.name === "cmd_timeout");
  if (given?.value.kind !== "constant" || given.value.value !== null) return undefined;
  return { span: given.span, own: false };
}

function silenceFix(file: DagFile, task: Task): Fix | undefined {
  const limit = file.project.limits.commandTimeout;
  const edits = setTaskArguments(file, task, [{ name: "cmd_timeout", text: secondsText(limit.seconds) }]);
  return limitFix(`Set cmd_timeout (${shownSeconds(limit.seconds)})`, limit, "command-timeout", edits);
}
