import { shellCommands } from "../airflow/shellTexts.ts";
import { remoteInvocation } from "../shell/remote.ts";
import type { Word } from "../shell/script.ts";
import type { CommandVisit } from "../shell/walk.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import { type CallArgument, unwrap } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET605",
  name: "ssh-agent-forwarding",
  group: "unsafe",
  severity: "info",
  summary: "The worker's ssh agent is handed on to another machine",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  docs: {
    why: `With \`-A\` the remote machine gets a socket to the agent that holds the worker's keys. It cannot read the keys, but for as long as the ssh runs, root there, or whoever runs as the same user, can log in with them wherever they are accepted. A long task keeps that door open for hours. \`-J jump\` reaches a machine behind another one without it.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("deploy") as dag:
    deploy = BashOperator(task_id="deploy", bash_command="ssh -A etl@jump 'ssh db1 /opt/deploy.sh'")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("deploy") as dag:
    deploy = BashOperator(
        task_id="deploy",
        bash_command="ssh -J etl@jump -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30 etl@db1 'timeout 50m /opt/deploy.sh'",
        execution_timeout=timedelta(hours=1),
    )
`,
    links: ["https://man.openbsd.org/ssh#A", "https://man.openbsd.org/ssh_config#ForwardAgent"],
  },
  check(file, report) {
    for (const { visit, command } of shellCommands(file, /\bssh\b|\bs(?:cp|ftp)\b/)) {
      const call = remoteInvocation(command);
      if (!call || call.tool === "rsync") continue;
      const word = forwarding(visit);
      if (!word || (!call.flags.has("A") && !/^yes$/i.test(call.settings.get("forwardagent") ?? ""))) continue;
      report({
        span: sourceSpan(visit.script.folded, word.span),
        message: `${word.text} lends the worker's keys: root on ${hostOf(call.host)} can log in with them elsewhere while this ${call.tool} runs.`,
        hint: "Reach the machine behind it by -J, or give the remote machine a key of its own.",
        fixes: () => [withoutIt(visit, word)],
      });
    }
    if (!/forward_agent|agent_forwarding/.test(file.text)) return;
    everyExpression(file.module.body, (expr) => {
      for (const one of expr.kind === "call" ? expr.args.filter(isForwarding) : [])
        report({
          span: one.span,
          message: `${one.name}=True lends the worker's keys: root on the other machine can log in with them elsewhere meanwhile.`,
          hint: "Use a jump host (proxy_jump, tunnel), or give the remote machine a key of its own.",
        });
    });
  },
});

function isForwarding(one: CallArgument): boolean {
  const value = unwrap(one.value);
  return (
    /^(?:forward_agent|agent_forwarding)$/.test(one.name ?? "") && value.kind === "constant" && value.value === true
  );
}

function hostOf(host: string | undefined): string {
  return host !== undefined && /^[\w.-]{1,30}$/.test(host) ? host : "the other machine";
}

/** The word that asks for it: `-A`, `-tA`, `ForwardAgent=yes`, `-oForwardAgent=yes`. */
function forwarding({ statement }: CommandVisit): Word | undefined {
  const call = remoteInvocation(statement);
  const own = statement.words.slice(1).filter((one) => !call?.command.includes(one));
  return own.find(
    (one) => /^-[aACfgKkMNnqsTtVvXxYy46]*A[aACfgKkMNnqsTtVvXxYy46]*$/.test(one.text) || /ForwardAgent/i.test(one.text),
  );
}

function withoutIt({ script, statement }: CommandVisit, word: Word): Fix | undefined {
  const before = statement.words[statement.words.indexOf(word) - 1];
  const others = word.text.startsWith("-") && !word.text.startsWith("-o") ? word.text.replaceAll("A", "") : "-";
  const dashO = before?.text === "-o" ? before : undefined;
  const start = (dashO ?? word).span.start;
  const blanks = /[ \t]*$/.exec(script.folded.text.slice(0, start))?.[0].length ?? 0;
  const edit =
    others === "-"
      ? editFolded(script.folded, { start: start - blanks, end: word.span.end }, "")
      : editFolded(script.folded, word.span, others);
  return (
    edit && {
      title: "Do not forward the agent",
      edits: [edit],
      safety: "unsafe",
      why: "an ssh or git on the other machine that logs in with the worker's keys fails then",
    }
  );
}
