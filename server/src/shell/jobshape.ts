/** How a command text behaves inside SSHRemoteJobOperator, which pastes it as `TEXT >>log 2>&1` and then reads `$?`. */
import type { Span } from "../text/span.ts";
import type { Script, Statement } from "./script.ts";
import { settingChange } from "./strict.ts";

/** What is wrong with a text; several can hold. */
export type JobShapeFault =
  /** Ends with `;`, or with a line break and blanks: the status read is that of the redirection, 0. */
  | "ends-with-separator"
  /** Ends with `&`: 0 is recorded at once. */
  | "ends-with-background"
  /** The redirection becomes part of a comment: the status is right, the log stays empty. */
  | "ends-with-comment"
  /** The redirection becomes part of a here-document's last line, which then does not end it. */
  | "ends-with-here-document"
  /** `a; b`: the status, and the log, of `b` alone. */
  | "several-statements"
  /** The status of the last stage. */
  | "pipeline"
  /** A top-level `exit`: the exit file is never written. */
  | "exit"
  /** A top-level `exec cmd`: likewise. */
  | "exec"
  /** A top-level `set -e`: likewise as soon as it trips. */
  | "errexit";

/** A job text judged. */
export type JobShape = {
  readonly faults: readonly JobShapeFault[];
  /** Where each fault shows, by fault; offsets into the script's text. */
  readonly spans: ReadonlyMap<JobShapeFault, Span>;
  /** One `( … )`, `{ …; }` or simple command: nothing to wrap. */
  readonly single: boolean;
  /** It could not be read, or a part that matters is unknown: say nothing. */
  readonly unknown: boolean;
};

/** Judges the text of a remote job. Jinja takes off exactly one final line break, so that one is no fault. */
export function jobShape(script: Script): JobShape {
  const spans = new Map<JobShapeFault, Span>();
  const text = script.folded.text.replace(/\r?\n$/, "");
  const blank = text.trim() === "";
  const unknown =
    blank ||
    script.errors.length > 0 ||
    script.dialect === "powershell" ||
    script.dialect === "cmd" ||
    endsUnknown(script, text);
  const single = script.body.length === 1 && isSingle(script.body[0]);
  if (unknown) return { faults: [], spans, single, unknown };
  judgeEnd(script, text, spans);
  for (const one of script.body) judgeStatement(one, spans);
  const [first, second] = script.body;
  if (first && second)
    spans.set("several-statements", { start: first.span.start, end: script.body.at(-1)?.span.end ?? second.span.end });
  return { faults: [...spans.keys()], spans, single: single && spans.size === 0, unknown };
}

/** `run {{ params.args }}` may end in anything; a value alone may be several statements. */
function endsUnknown(script: Script, text: string): boolean {
  const [only] = script.body;
  return (
    script.body.length === 0 ||
    (only?.kind === "command" &&
      only.words.length === 1 &&
      script.folded.holes.some(
        (one) => one.start <= only.span.start && only.span.end <= one.end && one.end <= text.length,
      ))
  );
}

function judgeEnd(script: Script, text: string, spans: Map<JobShapeFault, Span>): void {
  const last = script.body.at(-1);
  if (!last) return;
  const tail = { start: last.span.end, end: text.length };
  const rest = tailText(script, last, text);
  if (endsWithDocument(script, text)) spans.set("ends-with-here-document", last.span);
  else if (last.background) spans.set("ends-with-background", { start: last.span.start, end: text.trimEnd().length });
  else if (/(?:^|[\s;])#[^\n]*$/.test(rest)) spans.set("ends-with-comment", tail);
  else if (/[;\n]/.test(rest)) spans.set("ends-with-separator", tail);
}

/** What follows the last statement, Jinja taken out. */
function tailText(script: Script, last: Statement, text: string): string {
  const from = last.span.end;
  let tail = text.slice(from);
  for (const { start, end } of script.folded.holes) {
    if (end <= from || start >= text.length) continue;
    const [at, to] = [Math.max(start - from, 0), Math.min(end - from, tail.length)];
    tail = tail.slice(0, at) + " ".repeat(to - at) + tail.slice(to);
  }
  return tail;
}

function endsWithDocument(script: Script, text: string): boolean {
  const delimiters = [...text.matchAll(/<<-?[ \t]*(['"\\]?)(\w+)\1/g)].map((one) => one[2] ?? "");
  const lastLine = text.split("\n").at(-1)?.trim() ?? "";
  return delimiters.includes(lastLine) && script.body.some(readsDocument);
}

function readsDocument(statement: Statement): boolean {
  switch (statement.kind) {
    case "pipeline":
      return statement.stages.some(readsDocument);
    case "and-or":
      return readsDocument(statement.left) || readsDocument(statement.right);
    case "negation":
      return readsDocument(statement.operand);
    default:
      return "redirects" in statement && statement.redirects.some((one) => /^<<-?$/.test(one.operator));
  }
}

/** What this shell itself does, not what a subshell or another shell does. */
function judgeStatement(statement: Statement, spans: Map<JobShapeFault, Span>): void {
  if (statement.background) return;
  switch (statement.kind) {
    case "command": {
      if (statement.program === "exit") spans.set("exit", statement.span);
      const replaced = statement.wrappers.some((one) => one.name === "exec");
      if (replaced) spans.set("exec", statement.span);
      if (settingChange(statement)?.errexit) spans.set("errexit", statement.span);
      break;
    }
    case "and-or":
      judgeStatement(statement.left, spans);
      judgeStatement(statement.right, spans);
      break;
    case "negation":
      judgeStatement(statement.operand, spans);
      break;
    case "pipeline":
      spans.set("pipeline", statement.span);
      break;
    case "group":
    case "loop":
      for (const one of statement.body) judgeStatement(one, spans);
      break;
    case "if":
      for (const one of statement.branches.flatMap((branch) => [...(branch.test ?? []), ...branch.body]))
        judgeStatement(one, spans);
      break;
    case "case":
      for (const one of statement.branches.flat()) judgeStatement(one, spans);
      break;
    default:
      break;
  }
}

function isSingle(statement: Statement | undefined): boolean {
  return statement?.kind === "command" || statement?.kind === "subshell" || statement?.kind === "group";
}
