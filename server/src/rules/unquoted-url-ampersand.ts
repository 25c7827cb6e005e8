import type { DagFile } from "../airflow/dagfile.ts";
import { shellTexts } from "../airflow/shellTexts.ts";
import { blank } from "../shell/blank.ts";
import { type Detached, detached } from "../shell/detach.ts";
import { editFolded, type Folded, sourceSpan } from "../syntax/folded.ts";
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
        const written = sourceSpan(job.script.folded, url);
        // f"curl {url}": the quotes are missing there, whatever the name stands for.
        const name = nameOf(job.script.folded, url);
        const span = name ?? written;
        if (seen.has(partKey(span))) continue;
        seen.add(partKey(span));
        const program = job.program ?? "the command";
        report({
          span,
          message: `The shell ends this URL at its first \`&\`: ${program} runs in the background with half of the query, and its exit status is lost.`,
          hint: "Put the URL in quotes.",
          ...(name ? { related: [{ span: written, message: "the URL" }] } : {}),
          fixes: () => [quoted(file, job, url, span, name !== undefined)],
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

/** The name through which the whole URL comes into a text that stands elsewhere. */
function nameOf({ segments }: Folded, url: Span): Span | undefined {
  const first = segments.findIndex((one) => one.end > url.start);
  const name = segments[first]?.via;
  if (!name || segments[first - 1]?.via?.start === name.start) return undefined;
  const whole = segments.every((one) => one.end <= url.start || one.start >= url.end || one.via?.start === name.start);
  return whole ? name : undefined;
}

function quoted(
  { text: source }: DagFile,
  { script, nestedIn }: Detached,
  url: Span,
  span: Span,
  named: boolean,
): Fix | undefined {
  // In a text that stands in quotes itself, they would end there.
  if (nestedIn.length > 0) return undefined;
  const { folded } = script;
  const text = folded.text.slice(url.start, url.end);
  const quote = /[$`]/.test(text) || text.includes("'") ? '"' : "'";
  if (text.includes(quote)) return undefined;
  const open = editFolded(folded, { start: url.start, end: url.start }, quote);
  const close = named
    ? open && { span: { start: span.end, end: span.end }, text: open.text }
    : editFolded(folded, { start: url.end, end: url.end }, quote);
  if (!open || !close) return undefined;
  // Both in the one literal: at the ends of the URL, or around its {name}.
  const around = named
    ? open.span.start === span.start && source[span.start] === "{" && source[span.end - 1] === "}"
    : open.span.start === span.start && close.span.start === span.end;
  return around ? { title: "Quote the URL", edits: [open, close], safety: "safe" } : undefined;
}
