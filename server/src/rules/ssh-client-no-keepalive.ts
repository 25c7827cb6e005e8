import { isQuick, sshClients } from "../airflow/sshClients.ts";
import { silentFor, sshOptionsFix } from "../edits/sshOptions.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET214",
  name: "ssh-client-no-keepalive",
  group: "missing-timeout",
  severity: "warning",
  summary: "An ssh client would not notice that its connection is gone",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: ["ssh-client-no-timeout", "bash-ssh-call", "subprocess-no-timeout", "popen-not-waited"],
  docs: {
    why: `OpenSSH's \`ServerAliveInterval\` is 0: the client asks for no sign of life. When a firewall forgets the connection or the other machine disappears, a client that only waits is told by the kernel's TCP keepalive, on Linux after 2 h 11 min (7200 s and 9 probes 75 s apart); one that sends, after about 15 min. Until then the task runs and nothing happens. \`-o ServerAliveInterval=30 -o ServerAliveCountMax=4\` ends it with status 255 after two minutes of silence.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(task_id="export", bash_command="rsync -az -e ssh /out/ etl@db1:/in/")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("export") as dag:
    export = BashOperator(
        task_id="export",
        bash_command="rsync -az -e 'ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30' /out/ etl@db1:/in/",
        execution_timeout=timedelta(hours=1),
    )
`,
    limits: `What ~/.ssh/config or /etc/ssh/ssh_config of the worker says is not seen. Left alone are options that may stand elsewhere (\`-F file\`, \`$SSH_OPTS\`), clients in the background, tunnels, multiplexed connections, remote commands that answer at once, and rsync with \`--timeout\`.`,
    links: [
      "https://man.openbsd.org/ssh_config#ServerAliveInterval",
      "https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html",
    ],
  },
  check(file, report) {
    for (const one of sshClients(file)) {
      const { missing, call, limit, bound } = one;
      if (!missing.keepalive || isQuick(one)) continue;
      report({
        span: one.span,
        cause: one.cause,
        message: `Without ServerAliveInterval, a silently dropped connection holds this ${call.tool} ${silentFor(bound)}.`,
        hint: "Add -o ServerAliveInterval=30 -o ServerAliveCountMax=4, which ends it with 255 after two silent minutes.",
        severity: limit || (bound?.seconds ?? Infinity) <= alike ? "info" : "warning",
        fixes: () => [sshOptionsFix(file, one.visit.script, one.command, one.text.call)],
      });
    }
  },
});

// In seconds: a connection that is used, too, is given up only after about as long.
const alike = 900;
