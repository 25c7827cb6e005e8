import type { Bound } from "../airflow/bounds.ts";
import { sshClients } from "../airflow/sshClients.ts";
import { sshOptionsFix } from "../edits/sshOptions.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET213",
  name: "ssh-client-no-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "An ssh client waits for its host as long as the kernel does",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["bash-ssh-call", "subprocess-no-timeout", "popen-not-waited"],
  docs: {
    why: `Without \`ConnectTimeout\` ssh waits for a host that does not answer as long as the kernel repeats its SYN, on Linux about 2 min, and tries the next address after that. When the host does answer but its sshd is hung, before the banner or in the key exchange, nothing ends the wait at all. \`ConnectTimeout\` bounds all of it.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(task_id="export", bash_command="scp -o ServerAliveInterval=30 /out/x.csv etl@db1:/in/")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(
        task_id="export",
        bash_command="scp -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30 /out/x.csv etl@db1:/in/",
        execution_timeout=timedelta(hours=1),
    )
`,
    limits: `What ~/.ssh/config or /etc/ssh/ssh_config of the worker says is not seen. Left alone are options that may stand elsewhere (\`-F file\`, \`$SSH_OPTS\`), clients in the background, tunnels and multiplexed connections. Where the task's own \`execution_timeout\` is at most an hour, or \`timeout(1)\` or \`timeout=\` ends the client, it is an info.`,
    links: ["https://man.openbsd.org/ssh_config#ConnectTimeout"],
  },
  check(file, report) {
    for (const one of sshClients(file)) {
      const { missing, call, limit, bound } = one;
      if (!missing.connectTimeout) continue;
      const hung = bound ? `for a hung sshd until ${bound.by}` : "without end for a hung sshd";
      report({
        span: one.span,
        cause: one.cause,
        message: `Without ConnectTimeout, this ${call.tool} waits about 2 min for a host that does not answer, and ${hung}.`,
        hint: "Add -o ConnectTimeout=10; it bounds the connection, the banner and the key exchange.",
        severity: limit || (bound?.seconds ?? Infinity) <= soonEnough(bound) ? "info" : "warning",
        fixes: () => [sshOptionsFix(file, one.visit.script, one.command, one.text.call)],
      });
    }
  },
});

/** In seconds. Who gives the task itself an hour has counted with a hung host; a limit of the whole run is another matter. */
function soonEnough(bound: Bound | undefined): number {
  // Hardly more than the kernel takes to try a few addresses.
  return bound?.by === "execution_timeout" ? 3600 : 900;
}
