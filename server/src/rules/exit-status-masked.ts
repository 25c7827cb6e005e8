import type { DagFile, RemoteCall, Task } from "../airflow/dagfile.ts";
import { judgedTexts } from "../airflow/judged.ts";
import { outputUsed } from "../airflow/mentions.ts";
import { closingBlank } from "../airflow/templates.ts";
import { quoteString } from "../edits/layout.ts";
import { strictEdit } from "../edits/strictShell.ts";
import { type ErrorPage, errorPages } from "../shell/errorPages.ts";
import type { ShellCommand } from "../shell/script.ts";
import { type Masked, masked } from "../shell/status.ts";
import type { CommandVisit } from "../shell/walk.ts";
import { isCleanup } from "../shell/weight.ts";
import { editFolded, sourceSpan } from "../syntax/folded.ts";
import { keyword } from "../syntax/python.ts";
import type { Edit, Fix } from "../text/edit.ts";
import type { SourceSpan } from "../text/span.ts";
import { harmlessCommands } from "./harmlessCommands.ts";
import { defineRule } from "./rule.ts";

/** What opens an archive, in a shell or in Python. */
const unpacking =
  /\b(?:zipfile|ZipFile|tarfile|gzip|bz2|lzma|py7zr|unpack_archive|unzip|gunzip|zcat|bunzip2|unxz|7z)\b|\btar\s+-?\w*x|\bcompression\s*=/;

export default defineRule({
  code: "TET401",
  name: "exit-status-masked",
  group: "lost-failure",
  severity: "warning",
  summary: "A shell text turns a failure into success",
  since: "0.1.0",
  status: "stable",
  profile: "recommended",
  docs: {
    why: `BashOperator and SSHOperator look at one number: the exit status with which the whole text ends. Neither starts the shell with \`-e\`. \`job || true\`, a last line \`echo done\` or \`exit 0\`, or \`trap 'exit 0' EXIT\` make that number 0 whatever the job did, and a \`curl\` without \`--fail\` gives 0 for an error page as well: the task turns green, downstream tasks run on missing data, and no retry is made.`,
    bad: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="python3 /opt/load.py --day {{ ds }} || true")
`,
    good: `from datetime import timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("load", default_args={"execution_timeout": timedelta(hours=1)}) as dag:
    load = BashOperator(task_id="load", bash_command="python3 /opt/load.py --day {{ ds }}; rc=$?; rm -rf work; exit $rc")
`,
    limits:
      "Commands that only tidy up or ask (rm, kill, grep, docker rm …) may fail, and are left alone, as are the programs of `harmless-commands`. So is a status that is kept in a variable and handed on, or echoed for the task that reads the XCom. A curl without --fail counts where it saves a file that nothing in the text looks at, and an archive where nothing in the DAG file unpacks it. That is another cause than a missing `set -e`: with it the error page would be saved, too.",
    links: ["https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html"],
  },
  options: [harmlessCommands],
  check(file, report, option) {
    const harmless = new Set(option(harmlessCommands));
    for (const text of judgedTexts(file)) {
      const { script, by, task } = text;
      const pages = errorPages(script).filter(
        ({ visit, archive }) => !isCleanup(visit.statement, harmless) && !(archive && unpacking.test(file.text)),
      );
      const [page, ...others] = pages;
      if (page) {
        const at = ({ visit }: ErrorPage): SourceSpan => sourceSpan(visit.script.folded, visit.statement.span);
        report({
          span: at(page),
          message: `Without --fail curl ends with 0 after HTTP 4xx and 5xx, too: Airflow marks the task success, and ${shownFile(page.file)} holds the error page.`,
          hint: "Add --fail: curl then ends with 22.",
          fixes: () => [withFail(file, pages, text.call)],
          related: others
            .slice(0, 5)
            .map((one) => ({ span: at(one), message: `so does the curl for ${shownFile(one.file)}` })),
        });
      }
      for (const one of masked(script)) {
        if (one.cleanup || !one.decides) continue;
        const matter = one.commands.filter((command) => !isCleanup(command, harmless));
        if (matter.length === 0) continue;
        const program = one.beforeCleanup?.program ?? mainProgram(harmless.size > 0 ? { commands: matter } : one);
        if (program === undefined) continue;
        if (task && handsOnStatus(one) && isMentioned(file, task)) continue;
        const closing = one.script === script && task ? (text: string) => closingBlank(task, text) : () => "";
        report({
          span: sourceSpan(one.script.folded, one.span),
          severity: one.remote || one.submit ? "error" : "warning",
          message: `${shownMask(one)} hides a failure of ${program}: ${by} sees exit status 0, and Airflow marks the task success.`,
          hint: one.beforeCleanup
            ? `Keep the status behind \`${waiter(one.beforeCleanup)}\` (\`rc=$?\`) and end with \`exit $rc\`; \`set -e\` would skip the clean-up.`
            : one.how.startsWith(";")
              ? "Start the text with `set -e`, or keep the status and exit with it."
              : "Take it away, or handle the failure and exit with its status.",
          fixes: () => [fix(file, one, closing)],
        });
      }
    }
  },
});

/** `kubectl wait`, `sbatch` */
function waiter({ program = "", words }: ShellCommand): string {
  return words.some((one) => one.text === "wait") ? `${program} wait` : program;
}

/** `; echo`, `|| true`, or the `echo` of a line of its own. */
function shownMask({ how, script, span }: Masked): string {
  const onItsOwn = how.startsWith(";") && !script.folded.text.slice(0, span.start).trimEnd().endsWith(";");
  return onItsOwn ? `The \`${how.slice(1).trim()}\` at the end` : `\`${how}\``;
}

/** `job; echo $?`: the status becomes the task's XCom, for another task to judge. */
function handsOnStatus({ statement, script }: Masked): boolean {
  return /^echo\s+["']?\$\{?\?\}?["']?$/.test(
    script.folded.text.slice(statement.span.start, statement.span.end).trim(),
  );
}

/** Another task reads its XCom, or is told its id: `op_kwargs={"of": "load"}`. */
function isMentioned(file: DagFile, task: Task): boolean {
  if (outputUsed(file, task) !== "no") return true;
  const quoted = [`"${task.id}"`, `'${task.id}'`].reduce((count, one) => count + file.text.split(one).length - 1, 0);
  return task.id !== undefined && quoted > 1;
}

/** The file's own name. */
function shownFile(path: string): string {
  const name = path.replace(/["']/g, "").split("/").at(-1) ?? path;
  return name.length > 40 || /[\s{$\uFFFC]/.test(name) ? "the file" : name;
}

/** `curl` → `curl --fail`, `["curl", …]` → `["curl", "--fail", …]` */
function withFail(file: DagFile, pages: readonly ErrorPage[], call: RemoteCall | undefined): Fix | undefined {
  const edits = pages.map(({ visit }) => failEdit(file, visit, call)).filter((one) => one !== undefined);
  if (edits.length < pages.length) return undefined;
  return {
    title: "Add --fail",
    edits,
    safety: "unsafe",
    why: "curl now fails after an answer with HTTP 4xx or 5xx",
  };
}

function failEdit(file: DagFile, { script, statement }: CommandVisit, call: RemoteCall | undefined): Edit | undefined {
  const [word] = statement.words;
  if (call?.command && "argv" in call.command && call.command.argv === script) {
    const given = (keyword(call.call, "args") ?? call.call.args[0])?.value;
    const list = given && file.values.evaluate(given, call.scope).expr;
    const first = list?.kind === "list" ? list.items[0] : undefined;
    const text = `, ${quoteString(file, "--fail")}`;
    return first && { span: { start: first.span.end, end: first.span.end }, text };
  }
  return word && editFolded(script.folded, { start: word.span.end, end: word.span.end }, " --fail");
}

/** The one whose failure matters most: the last that does work. */
function mainProgram({ commands }: Pick<Masked, "commands">): string | undefined {
  const programs = commands.flatMap((one) => one.program ?? []);
  return programs.findLast((one) => !/^(?:cd|source|\.|export|set|echo|mkdir)$/.test(one)) ?? programs[0];
}

/** `behind` says what must follow a text that ends there. */
function fix(file: DagFile, one: Masked, behind: (text: string) => string): Fix | undefined {
  const why = `a failure of ${mainProgram(one) ?? "the command"} now fails the task`;
  if (one.how.startsWith("trap")) return undefined;
  if (one.how.startsWith("||")) {
    const { text } = one.script.folded;
    const before = text.slice(0, one.span.start).trimEnd().length;
    const closing = behind(text.slice(0, before) + text.slice(one.span.end));
    // The blanks before the mask may stand in another literal.
    const edit =
      editFolded(one.script.folded, { start: before, end: one.span.end }, closing) ??
      editFolded(one.script.folded, one.span, "");
    return edit && { title: `Remove \`${one.how}\``, edits: [edit], safety: "unsafe", why };
  }
  const edit = strictEdit(file, { script: one.script, statement: one.statement }, { errexit: true, pipefail: false });
  return (
    edit && {
      title: "Add `set -e`",
      edits: [edit],
      safety: "unsafe",
      why: `${why}, and so does any other statement before it${one.beforeCleanup ? "; the clean-up behind it then no longer runs" : ""}`,
    }
  );
}
