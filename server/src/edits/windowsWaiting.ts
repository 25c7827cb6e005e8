/** Makes PowerShell and cmd wait for what they start. */
import type { WindowsCommand, WindowsDetached } from "../shell/windows.ts";
import { editFolded } from "../syntax/folded.ts";
import type { Edit, Fix } from "../text/edit.ts";
import type { Span } from "../text/span.ts";

const why = "the task runs as long as what it starts";

/** The fix for one of {@link WindowsDetached}; undefined where a word more does not do. */
export function windowsWaitingFix({ command, how, kind, lacks }: WindowsDetached): Fix | undefined {
  const name = command.words[0];
  if (!name) return undefined;
  const behindName = { start: name.span.end, end: name.span.end };
  if (how === "Start-Process") {
    const status = withStatus(command, name.span, behindName);
    if (status) return fix("Add -Wait, and exit with the process's exit code", status, `${why}, and fails with it`);
  }
  if (lacks !== undefined) return fix(`Add ${lacks}`, [insert(command, behindName, ` ${lacks}`)], why);
  if (kind !== "job" || command.held || command.piped) return undefined;
  const own = command.words.find((one) => /^-asj(?:ob?)?$/i.test(one.text));
  if (own) {
    const { text } = command.text.folded;
    let { start } = own.span;
    while (start > 0 && /[ \t]/.test(text.charAt(start - 1))) start--;
    return fix("Remove -AsJob", [insert(command, { start, end: own.span.end }, "")], why);
  }
  const end = { start: command.end, end: command.end };
  return fix(
    "Receive the job's output until it ends",
    [insert(command, end, " | Receive-Job -Wait -AutoRemoveJob")],
    why,
  );
}

function fix(title: string, edits: readonly (Edit | undefined)[], consequence: string): Fix | undefined {
  const all = edits.flatMap((one) => one ?? []);
  return all.length === edits.length ? { title, edits: all, safety: "unsafe", why: consequence } : undefined;
}

function insert({ text }: WindowsCommand, span: Span, written: string): Edit | undefined {
  return editFolded(text.folded, span, written);
}

/** `$process = Start-Process -Wait -PassThru load; exit $process.ExitCode`; no variable where a POSIX shell would expand it. */
function withStatus(command: WindowsCommand, name: Span, behindName: Span): (Edit | undefined)[] | undefined {
  const { text, words, held, piped, inner, end } = command;
  if (text.quotedForPosix || held || piped) return undefined;
  const source = text.folded.text;
  if (/\$process\b/i.test(source)) return undefined;
  const pass = words.some((one) => /^-pas\w*$/i.test(one.text)) ? "" : " -PassThru";
  const last = !inner && source.slice(end).trim() === "";
  const exit = last ? "exit $process.ExitCode" : "if ($process.ExitCode) { exit $process.ExitCode }";
  return [
    insert(command, { start: name.start, end: name.start }, "$process = "),
    insert(command, behindName, ` -Wait${pass}`),
    insert(command, { start: end, end }, `; ${exit}`),
  ];
}
