import { shellCommands } from "../airflow/shellTexts.ts";
import { remoteInvocation } from "../shell/remote.ts";
import type { Loop, Redirect, ShellCommand, Statement } from "../shell/script.ts";
import type { CommandVisit } from "../shell/walk.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET607",
  name: "ssh-in-while-read",
  group: "unsafe",
  severity: "error",
  summary: "An ssh in a while-read loop swallows the rest of the list",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `The commands of \`while read host; do …; done < hosts\` have the list as their standard input. ssh reads its standard input to send it to the remote command, whether that wants it or not: the first one takes all remaining lines, \`read\` finds the end, and the loop is over, with success. Only the first host is handled. With \`-n\`, or \`< /dev/null\`, ssh reads nothing.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("deploy") as dag:
    deploy = BashOperator(
        task_id="deploy",
        bash_command="""
            set -e
            while read host; do
                ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30 etl@$host /opt/deploy.sh
            done < /etc/hosts.list
        """,
    )
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("deploy") as dag:
    deploy = BashOperator(
        task_id="deploy",
        bash_command="""
            set -e
            while read host; do
                ssh -n -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=30 etl@$host 'timeout 5m /opt/deploy.sh'
            done < /etc/hosts.list
        """,
        execution_timeout=timedelta(hours=1),
    )
`,
    limits: "Loops that read from another descriptor (`read -u 3`), and functions that a loop calls, are left alone.",
    links: ["https://man.openbsd.org/ssh#n", "https://mywiki.wooledge.org/BashFAQ/089"],
  },
  check(file, report) {
    for (const { visit, command } of shellCommands(file, /\bread\b[\s\S]*\bssh\b/)) {
      const call = command.program === "ssh" ? remoteInvocation(command) : undefined;
      if (!call?.destination || readsNothing(visit)) continue;
      const loop = loopAround(visit);
      if (!loop) continue;
      const start = command.words[0]?.span.start ?? command.span.start;
      const { folded } = visit.script;
      const span = sourceSpan(folded, { start, end: call.destination.span.end });
      report({
        span,
        message:
          "This ssh takes the rest of the loop's list as its own input: the loop ends after one host, with success.",
        hint: "Add -n, or < /dev/null, so that ssh leaves the list alone.",
        related: [{ span: sourceSpan(folded, loop.read.span), message: "reads the list" }],
        fixes: () => {
          const edit = call.optionsSpan && editFolded(folded, call.optionsSpan, " -n");
          const fix: Fix | undefined = edit && { title: "Add -n", edits: [edit], safety: "safe" };
          return [fix];
        },
      });
    }
  },
});

/** `ssh -n`, `ssh … < /dev/null`, `x | ssh …`, `ssh … &`: its standard input is not the loop's. */
function readsNothing({ statement, parents, background }: CommandVisit): boolean {
  const call = remoteInvocation(statement);
  if (background || !call || call.flags.has("n") || call.background || call.tunnelOnly) return true;
  if (/^yes$/i.test(call.settings.get("stdinnull") ?? "")) return true;
  if (statement.redirects.some(isInput)) return true;
  const inner = parents.slice(parents.findLastIndex((one) => one.kind === "loop") + 1);
  return [...inner, statement].some((one, index, all) => {
    const around = index === 0 ? undefined : all[index - 1];
    const fed = around?.kind === "pipeline" && around.stages[0] !== one;
    return fed || (one !== statement && "redirects" in one && one.redirects.some(isInput));
  });
}

function isInput({ operator, descriptor }: Redirect): boolean {
  return operator.startsWith("<") && (descriptor ?? 0) === 0;
}

type Reading = { readonly loop: Loop; readonly read: ShellCommand };

/** The nearest `while read …` around it whose standard input is a list: a file, a pipe, a here-document. */
function loopAround({ parents, statement }: CommandVisit): Reading | undefined {
  for (const [index, loop] of parents.entries()) {
    if (loop.kind !== "loop" || loop.keyword !== "while" || loop.test.some((one) => contains(one, statement))) continue;
    const read = loop.test.flatMap(commandsIn).find((one) => one.program === "read");
    if (!read || read.words.some((one) => /^-[a-zA-Z]*u/.test(one.text)) || read.redirects.some(isInput)) continue;
    const around = [...parents.slice(0, index), loop];
    const fed = around.some((one, at) => {
      const above = around[at - 1];
      return (
        ("redirects" in one && one.redirects.some(isInput)) || (above?.kind === "pipeline" && above.stages[0] !== one)
      );
    });
    if (fed) return { loop, read };
  }
  return undefined;
}

function contains(outer: Statement, inner: Statement): boolean {
  return outer.span.start <= inner.span.start && inner.span.end <= outer.span.end;
}

/** `IFS=, read -r a b`, `read host || [ -n "$host" ]` */
function commandsIn(statement: Statement): ShellCommand[] {
  if (statement.kind === "command") return [statement];
  return statement.kind === "and-or" ? [statement.left, statement.right].flatMap(commandsIn) : [];
}
