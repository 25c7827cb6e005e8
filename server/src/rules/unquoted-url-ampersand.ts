import { shellTexts } from "../airflow/shellTexts.ts";
import { blank } from "../shell/blank.ts";
import { type Detached, detached } from "../shell/detach.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import type { Fix } from "../text/edit.ts";
import { partKey, type Span } from "../text/span.ts";
import { defineRule } from "./rule.ts";

export default defineRule({
  code: "TET119",
  name: "unquoted-url-ampersand",
  group: "fire-and-forget",
  severity: "error",
  summary: "An unquoted & in a URL sends the command to the background",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `To the shell an \`&\` outside of quotes ends the command and puts it into the background. \`curl http://host/run?day=1&table=a\` asks for \`http://host/run?day=1\`, in the background; \`table=a\` is an assignment, which succeeds, and so does the task. The service never sees the rest of the query, and an error of curl is lost.`,
    bad: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="curl -fsS --max-time 60 http://api/run?day={{ ds }}&table=a")
`,
    good: `from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load") as dag:
    load = BashOperator(task_id="load", bash_command="curl -fsS --max-time 60 'http://api/run?day={{ ds }}&table=a'")
`,
    limits: "Only an `&` behind a `?` and before `name=`.",
    links: ["https://www.gnu.org/software/bash/manual/html_node/Lists.html"],
  },
  check(file, report) {
    const seen = new Set<string>();
    for (const { root } of shellTexts(file)) {
      for (const job of root.folded.text.includes("&") ? detached(root) : []) {
        // http://x/?a=1&b=2&c=3: `b=2 &` is part of the first one's trouble.
        if (!job.inUrl || job.statement.kind === "assignment") continue;
        const url = urlAt(job);
        const span = sourceSpan(job.script.folded, url);
        if (seen.has(partKey(span))) continue;
        seen.add(partKey(span));
        const program = job.program ?? "the command";
        report({
          span,
          message: `The shell ends this URL at its first \`&\`: ${program} runs in the background with half of the query, and its exit status is lost.`,
          hint: "Put the URL in quotes.",
          fixes: () => [quoted(job, url)],
        });
      }
    }
  },
});

/** From the scheme to the next blank or sign of the shell. */
function urlAt({ script, ampersand, span }: Detached): Span {
  const text = blank(script.folded);
  const at = ampersand?.start ?? span.end;
  const word = /\S*$/.exec(text.slice(0, at))?.[0] ?? "";
  const start = at - word.length + Math.max(0, word.search(/\w+:\/\//));
  const rest = /^[^\s;|()<>"'`]*/.exec(text.slice(at))?.[0] ?? "";
  return { start, end: at + rest.length };
}

function quoted({ script, nestedIn }: Detached, url: Span): Fix | undefined {
  // In a text that stands in quotes itself, they would end there.
  if (nestedIn.length > 0) return undefined;
  const text = script.folded.text.slice(url.start, url.end);
  const quote = /[$`]/.test(text) || text.includes("'") ? '"' : "'";
  if (text.includes(quote)) return undefined;
  const edits = [url.start, url.end].map((at) => editFolded(script.folded, { start: at, end: at }, quote));
  const [open, close] = edits;
  return open && close && { title: "Quote the URL", edits: [open, close], safety: "safe" };
}
