import { isUnbounded } from "../airflow/bounds.ts";
import { mayBeBounded } from "../airflow/classLimits.ts";
import type { DagFile, RemoteCall } from "../airflow/dagfile.ts";
import { shellCommands } from "../airflow/shellTexts.ts";
import { limitFix, shownSeconds } from "../edits/limits.ts";
import { isLimited, waitsForOtherMachine } from "../shell/pace.ts";
import type { ShellCommand } from "../shell/script.ts";
import type { CommandVisit } from "../shell/walk.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Edit, Fix } from "../text/edit.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET215",
  name: "curl-no-timeout",
  group: "missing-timeout",
  severity: "warning",
  summary: "A curl or wget waits for its server as long as the server likes",
  since: "0.1.0",
  status: "stable",
  profile: "strict",
  mergesInto: ["subprocess-no-timeout", "popen-not-waited", "missing-execution-timeout"],
  docs: {
    why: `curl gives up connecting after 5 min, but once connected it waits for the answer without end: a service that hangs behind its load balancer holds the task for ever. wget waits 900 s for each silent server and tries 20 times, which is 5 h. \`--max-time\` bounds the whole of a curl; \`--timeout\` each wait of a wget.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="curl -fsS -X POST https://api/jobs")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="curl -fsS --connect-timeout 10 --max-time 300 https://api/status")
`,
    limits:
      "A task with an execution_timeout, a `timeout(1)` around the command, a speed limit (`--speed-time`), and options that may stand elsewhere (`-K file`, `$CURL_OPTS`) are left alone; so is what runs on the other side of an ssh.",
    links: [
      "https://curl.se/docs/manpage.html#-m",
      "https://www.gnu.org/software/wget/manual/wget.html#Download-Options",
    ],
  },
  check(file, report) {
    for (const { visit, command, text, span } of shellCommands(file, /\b(?:curl|wget)\b/)) {
      const { program } = command;
      if ((program !== "curl" && program !== "wget") || visit.script.place === "remote") continue;
      if (visit.background || isLimited(command) || bounds(command) || !hasTarget(command)) continue;
      if (text.task && !isUnbounded(file, text.task)) continue;
      if (text.call && mayBeBounded(file, text.call)) continue;
      if (text.call?.call.args.some((one) => one.name === "timeout")) continue;
      const [word] = command.words;
      report({
        span: word ? sourceSpan(visit.script.folded, word.span) : span,
        // A task that waits for a download: missing-execution-timeout.
        cause: text.call?.call.span ?? (text.task && waitsForOtherMachine(command) ? text.task.span : span),
        message:
          program === "curl"
            ? "Without --max-time, this curl waits without end for a server that accepts the request and never answers."
            : "Without --timeout, this wget waits 15 min for a silent server, in each of up to 20 tries: 5 h.",
        hint:
          program === "curl"
            ? "Add --connect-timeout and --max-time, in seconds."
            : "Add --timeout, in seconds, and --tries.",
        fixes: () => [withLimit(file, visit, text.call)],
      });
    }
  },
});

/** Whether the command has, or may have, a limit of another kind. */
function bounds(command: ShellCommand): boolean {
  const stalls =
    /^(?:-[yY]\d*|--speed-(?:time|limit)|-K|--config|--read-timeout|--spider|-V|--version|--help|-h)(?:=|$)/;
  return command.words
    .slice(1)
    .some((one) => stalls.test(one.text) || (one.dynamic && !one.quoted && /(?:opt|(?<!t)arg|flag)/i.test(one.text)));
}

/** `curl http://…`, `curl "$URL"`, not `command -v curl` or a bare `curl`. */
function hasTarget(command: ShellCommand): boolean {
  return command.words.slice(1).some((one) => one.dynamic || /\w\.\w|:\/\/|localhost/.test(one.text));
}

function withLimit(file: DagFile, { script, statement }: CommandVisit, call: RemoteCall | undefined): Fix | undefined {
  const [word] = statement.words;
  // An argument of its own cannot be put into a vector by editing its text.
  if (!word || (call?.command && "argv" in call.command)) return undefined;
  const { end } = word.span;
  const added = (option: string): readonly Edit[] | undefined => {
    const edit = editFolded(script.folded, { start: end, end }, ` ${option}`);
    return edit && [edit];
  };
  // --max-time bounds all of a transfer, --timeout a silence.
  if (statement.program === "curl") {
    const limit = file.project.limits.subprocessTimeout;
    const option = `--max-time ${limit.seconds}`;
    return limitFix(`Add ${option} (${shownSeconds(limit.seconds)})`, limit, "subprocess-timeout", added(option));
  }
  const limit = file.project.limits.requestTimeout;
  const option = `--timeout=${limit.seconds}`;
  return limitFix(`Add ${option} (${shownSeconds(limit.seconds)})`, limit, "request-timeout", added(option));
}
