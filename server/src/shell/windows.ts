/** PowerShell and cmd texts: their commands, and what they start without waiting. Their exit statuses are not judged. */
import { type Folded, sourceSpan } from "../syntax/folded.ts";
import { part } from "../syntax/pieces.ts";
import type { Expr } from "../syntax/python.ts";
import { walkExpr } from "../syntax/traverse.ts";
import type { Span } from "../text/span.ts";
import { blank } from "./blank.ts";
import type { Script } from "./script.ts";
import { commands } from "./walk.ts";
import { cmdWords, powershellWords, type WindowsWords } from "./windowsWords.ts";

/** A text for one of Windows' shells. */
export type WindowsText = {
  readonly folded: Folded;
  readonly dialect: "powershell" | "cmd";
  /** A POSIX shell reads it before, so that `$name` would be its variable. */
  readonly quotedForPosix: boolean;
};

/** A command of such a text; spans are offsets into `text.folded.text`. */
export type WindowsCommand = WindowsWords & {
  readonly text: WindowsText;
  /** The program or cmdlet in lower case, aliases and paths resolved: `start-process`. */
  readonly name: string;
  readonly span: Span;
};

const deepest = 4;

const aliases: Readonly<Record<string, string>> = {
  saps: "start-process",
  sajb: "start-job",
  icm: "invoke-command",
  pwsh: "powershell",
};

/** Every command of a script that one of Windows' shells reads, and of the texts that it hands on to the other. */
export function windowsCommands(script: Script): WindowsCommand[] {
  if (script.dialect === "powershell" || script.dialect === "cmd")
    return commandsOf({ folded: script.folded, dialect: script.dialect, quotedForPosix: false }, 0);
  // Texts of other shells need not be parsed to know that they hand nothing to these.
  if (!/powershell|pwsh|cmd/i.test(script.folded.text)) return [];
  return commands(script).flatMap(({ statement }) => {
    const inner = statement.nested?.script;
    if (!inner || (inner.dialect !== "powershell" && inner.dialect !== "cmd")) return [];
    const folded = handedOn(inner.dialect, inner.folded, { start: 0, end: inner.folded.text.length });
    return folded ? commandsOf({ folded, dialect: inner.dialect, quotedForPosix: true }, 1) : [];
  });
}

function commandsOf(text: WindowsText, depth: number): WindowsCommand[] {
  const source = blank(text.folded);
  const found = text.dialect === "powershell" ? powershellWords(source) : cmdWords(source);
  return found.flatMap((one): WindowsCommand[] => {
    const [first] = one.words;
    if (!first) return [];
    const bare = (first.text.split(/[\\/]/).at(-1) ?? "").toLowerCase().replace(/\.exe$/, "");
    // In PowerShell `start` is Start-Process, in cmd a command of its own.
    const start = bare === "start" && text.dialect === "powershell" ? "start-process" : bare;
    const name = Object.hasOwn(aliases, start) ? (aliases[start] ?? start) : start;
    const span = { start: first.span.start, end: one.end };
    const command = { ...one, text, name, span };
    if ((name !== "powershell" && name !== "cmd") || depth >= deepest) return [command];
    const inner = handedOn(name, text.folded, { start: first.span.end, end: span.end });
    return [command, ...(inner ? commandsOf({ ...text, folded: inner, dialect: name }, depth + 1) : [])];
  });
}

// powershell -NoProfile -ExecutionPolicy Bypass -Command "…"; -File and -EncodedCommand hand on no text.
const powershellOptions =
  /^\s*(?:[-/](?:nop\w*|noni\w*|nol\w*|noe\w*|sta|mta|(?:ex\w*|ep|w\w*|inp\w*|o\w*|v\w*|psc\w*)\s+\S+)\s+)*(?:[-/]c\w*\s+)?/i;
const cmdOptions = /^\s*(?:\/[^ck]\S*\s+)*\/[ck]\s*/i;

/** The text behind `powershell -Command` or `cmd /c`, without the quotes around all of it. */
function handedOn(to: "powershell" | "cmd", folded: Folded, span: Span): Folded | undefined {
  const written = folded.text.slice(span.start, span.end);
  const options = (to === "powershell" ? powershellOptions : cmdOptions).exec(written);
  if (!options) return undefined;
  let start = span.start + options[0].length;
  let { end } = span;
  if (/^[-/]/.test(folded.text.slice(start, end))) return undefined;
  const quotes = /^(["']).*\1\s*$/s.exec(folded.text.slice(start, end));
  if (quotes) {
    start++;
    end -= quotes[0].length - quotes[0].trimEnd().length + 1;
  }
  return end > start ? { ...part(folded, start, end), span: sourceSpan(folded, { start, end }) } : undefined;
}

/** What a command leaves running. */
export type WindowsDetached = {
  readonly command: WindowsCommand;
  /** `Start-Process`, `start`, `Invoke-Command -AsJob` … */
  readonly how: string;
  /** `process`: it runs beside the session. `job`: it ends with the session. `scheduled`: another service runs it. */
  readonly kind: "process" | "job" | "scheduled";
  /** What would make it wait: `-Wait`, `/wait`. */
  readonly lacks: string | undefined;
};

/** The commands of a script that start something and go on; those that a later command waits for or asks about are left out. */
export function windowsDetached(script: Script): WindowsDetached[] {
  if (!/start|-asjob|schtasks|wmic|sajb|saps|win32_process/i.test(script.folded.text)) return [];
  return windowsCommands(script).flatMap((command) => {
    const found = detaches(command);
    if (!found) return [];
    const rest = command.text.folded.text.slice(command.span.end);
    const followed = {
      process: /WaitForExit|Wait-Process|HasExited|Get-Process|\btasklist\b/i,
      job: /(?:Wait|Receive|Get)-Job|\b(?:wjb|rcjb|gjb)\b/i,
      scheduled: /ScheduledTask|schtasks|Get-Process|\btasklist\b/i,
    }[found.kind];
    return followed.test(rest) ? [] : [{ command, ...found }];
  });
}

function detaches(command: WindowsCommand): Omit<WindowsDetached, "command"> | undefined {
  const { name, words, text } = command;
  const has = (option: RegExp): boolean => words.some((one) => !one.quoted && option.test(one.text));
  // Start-Process @arguments: any parameter may be in it.
  if (has(/^@\w/) || mayHoldOptions(command)) return undefined;
  switch (name) {
    case "start-process":
      if (has(/^-wa(?:i|it)?(?::|$)/i) && !has(/^-wait:\$false$/i)) return undefined;
      return { how: "Start-Process", kind: "process", lacks: "-Wait" };
    case "start":
      if (text.dialect !== "cmd" || words.length < 2 || has(/^\/w(?:ait)?$/i)) return undefined;
      return { how: "start", kind: "process", lacks: "/wait" };
    case "start-job":
    case "start-threadjob":
      return { how: name === "start-job" ? "Start-Job" : "Start-ThreadJob", kind: "job", lacks: undefined };
    case "invoke-command":
      return has(/^-asj(?:ob?)?$/i) ? { how: "Invoke-Command -AsJob", kind: "job", lacks: undefined } : undefined;
    case "schtasks":
      return has(/^\/run$/i) ? { how: "schtasks /run", kind: "scheduled", lacks: undefined } : undefined;
    case "start-scheduledtask":
      return { how: "Start-ScheduledTask", kind: "scheduled", lacks: undefined };
    case "wmic":
      return has(/^create$/i) && has(/^process$/i)
        ? { how: "wmic process call create", kind: "process", lacks: undefined }
        : undefined;
    case "invoke-wmimethod":
    case "invoke-cimmethod":
      return words.some((one) => /win32_process\b/i.test(one.text)) && words.some((one) => /^create$/i.test(one.text))
        ? { how: "Win32_Process Create", kind: "process", lacks: undefined }
        : undefined;
    default:
      return undefined;
  }
}

/** `Start-Process load.exe {{ params.options }}`: an unquoted value that is not known and is named for options. */
function mayHoldOptions({ words, text }: WindowsCommand): boolean {
  const { folded } = text;
  return words.some((word, index) => {
    const before = words[index - 1];
    if (index === 0 || word.quoted || (before && !before.quoted && before.text.startsWith("-"))) return false;
    const hole = folded.holes.find((one) => one.start === word.span.start);
    const name = hole?.expr ? namesIn(hole.expr) : hole && folded.text.slice(hole.start, hole.end);
    return name !== undefined && /opt|arg|flag|switch/i.test(name);
  });
}

function namesIn(expr: Expr): string {
  let names = "";
  walkExpr(expr, (one) => {
    if (one.kind === "name") names += ` ${one.id}`;
    else if (one.kind === "attribute") names += ` ${one.name}`;
    else if (one.kind === "string")
      names += ` ${one.literals.flatMap(({ parts }) => parts.map((part) => (part.kind === "text" ? part.value : ""))).join("")}`;
    return true;
  });
  return names;
}
