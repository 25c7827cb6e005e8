import { sshClients } from "../airflow/sshClients.ts";
import { sshOptionsFix } from "../edits/sshOptions.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET606",
  name: "ssh-no-batchmode",
  group: "unsafe",
  severity: "warning",
  summary: "An ssh client may ask a person who is not there",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  mergesInto: [
    "ssh-client-no-timeout",
    "ssh-client-no-keepalive",
    "bash-ssh-call",
    "subprocess-no-timeout",
    "popen-not-waited",
  ],
  docs: {
    why: `When a key is refused, has a passphrase, or the host's key is new, ssh asks: on the terminal of the process, whatever its standard input is. A worker or scheduler that was started from a terminal, in screen or by \`docker run -t\` has one, and a process started by task code shares it, so the prompt waits there for ever. Bash operators start their process in a session without a terminal: there ssh offers the server an empty password up to three times before it gives up, which may lock the account. With \`BatchMode=yes\` ssh fails at once with 255 and says why.`,
    bad: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.run(
            ["ssh", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=30", "db1", "/opt/dump.sh"],
            check=True,
            timeout=3600,
        )

    dump()


export()
`,
    good: `import subprocess

from airflow.decorators import dag, task


@dag(schedule=None)
def export():
    @task
    def dump():
        subprocess.run(
            ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=30", "db1", "/opt/dump.sh"],
            check=True,
            timeout=3600,
        )

    dump()


export()
`,
    limits:
      "What ~/.ssh/config of the worker says is not seen. Left alone are sshpass, which answers the prompt, and clients that are told not to ask for passwords (`PasswordAuthentication=no`, `NumberOfPasswordPrompts=0`, `PreferredAuthentications=publickey`).",
    links: ["https://man.openbsd.org/ssh_config#BatchMode"],
  },
  check(file, report) {
    for (const one of sshClients(file)) {
      const { missing, call, text, command } = one;
      if (!missing.batchMode) continue;
      if (/^no$/i.test(call.settings.get("passwordauthentication") ?? "")) continue;
      if (call.settings.get("numberofpasswordprompts") === "0") continue;
      if (/^publickey$/i.test(call.settings.get("preferredauthentications") ?? "")) continue;
      if (command.redirects.some((each) => each.operator === "<" && each.target?.text === "/dev/null")) continue;
      const shares = text.call !== undefined && !text.call.call.args.some((each) => detaching.test(each.name ?? ""));
      report({
        span: one.span,
        cause: one.cause,
        severity: shares ? "warning" : "info",
        message: shares
          ? `Without BatchMode, this ${call.tool} asks for a password or a new host key on the worker's terminal, if it has one, and waits.`
          : `Without BatchMode, this ${call.tool} offers up to three empty passwords when its key is refused; nobody can answer its prompt.`,
        hint: "Add -o BatchMode=yes: it fails at once with 255 instead of asking.",
        fixes: () => [sshOptionsFix(file, one.visit.script, command, text.call)],
      });
    }
  },
});

/** A new session has no terminal. */
const detaching = /^(?:start_new_session|preexec_fn)$/;
