/** What an ssh, scp, sftp or rsync command line asks for. */
import type { Span } from "../text/span.ts";
import { textAt } from "./compose.ts";
import { programName } from "./invocation.ts";
import { sshCall } from "./nested.ts";
import { type Option, options, type ParsedOptions } from "./options.ts";
import { optionSpecs } from "./programs.ts";
import type { Script, ShellCommand, Word } from "./script.ts";
import { readWord } from "./words.ts";

/** A call of an OpenSSH client program, or of rsync over it. */
export type RemoteInvocation = {
  readonly tool: "ssh" | "scp" | "sftp" | "rsync";
  /** `user@host`, `ssh://user@host:22`, `host:path`; undefined when the call names none (`ssh -V`, a local rsync). */
  readonly destination: Word | undefined;
  readonly user: string | undefined;
  /** Undefined when there is no destination; the text of a hole or variable when it is not known. */
  readonly host: string | undefined;
  readonly port: string | undefined;
  /** ssh_config keywords given by `-o`, in lower case, the first of each as ssh takes it: `connecttimeout` → `5`. */
  readonly settings: ReadonlyMap<string, string>;
  /** The client's other options by letter. */
  readonly flags: ParsedOptions["flags"];
  readonly batchMode: boolean;
  readonly connectTimeout: boolean;
  readonly serverAliveInterval: boolean;
  /** `-F file`, an unquoted `$SSH_OPTS`, or an `-e` that is not known: an option not seen may still be set. */
  readonly unknownOptions: boolean;
  /** How many `-t` are given; 0 too when `-T` is. */
  readonly tty: 0 | 1 | 2;
  /** `-f`: the client goes to the background before the command runs. */
  readonly background: boolean;
  /** `-N -W -O -V -Q -G`, `-L`/`-R`/`-D` without a command: runs nothing on the other side. */
  readonly tunnelOnly: boolean;
  /** The remote text; undefined when the session is interactive or its text is not known. */
  readonly script: Script | undefined;
  /** The words of the remote command as given locally, before ssh joins them. */
  readonly command: readonly Word[];
  /** Where options can be inserted (after `ssh`, in the command's script); undefined when rsync has no quoted `-e`. */
  readonly optionsSpan: Span | undefined;
};

/** Reads a command as a remote call; undefined when its program is none of the four. */
export function remoteInvocation(command: ShellCommand): RemoteInvocation | undefined {
  const [first, ...rest] = command.words;
  if (!first) return undefined;
  const after = { start: first.span.end, end: first.span.end };
  switch (command.program) {
    case "ssh":
    case "autossh": {
      const call = sshCall(rest, command.program);
      return {
        ...common("ssh", call.destination, call.flags, call.unknownOptions, after),
        script: command.nested?.script,
        command: call.command,
        tunnelOnly: isTunnel(call.flags, call.command.length === 0 && !command.nested),
      };
    }
    case "scp": {
      const parsed = options(rest, optionSpecs.scp);
      return {
        ...common("scp", parsed.operands.find(isRemotePath), parsed.flags, parsed.unknownOptions, after),
        port: parsed.flags.get("P")?.at(-1)?.text,
      };
    }
    case "sftp": {
      const parsed = options(rest, optionSpecs.sftp);
      return {
        ...common("sftp", parsed.operands[0], parsed.flags, parsed.unknownOptions, after),
        port: parsed.flags.get("P")?.at(-1)?.text,
      };
    }
    case "rsync":
      return rsync(rest);
    default:
      return undefined;
  }
}

/** What a call over ssh lacks to end by itself when the other side does not answer. */
export type Lacking = {
  /** `-o BatchMode=yes`: nobody answers a prompt. Not lacking where sshpass answers it. */
  readonly batchMode: boolean;
  /** `-o ConnectTimeout=…` */
  readonly connectTimeout: boolean;
  /** `-o ServerAliveInterval=…`, or rsync's own `--timeout`. */
  readonly keepalive: boolean;
};

/** What this command lacks; all false when options that are not seen may hold it. */
export function lacking(command: ShellCommand): Lacking {
  const call = remoteInvocation(command);
  if (!call || call.unknownOptions) return { batchMode: false, connectTimeout: false, keepalive: false };
  const answered = command.wrappers.some((one) => one.name === "sshpass");
  return {
    batchMode: !call.batchMode && !call.settings.has("batchmode") && !answered,
    connectTimeout: !call.connectTimeout,
    keepalive: !call.serverAliveInterval && !(call.tool === "rsync" && call.flags.has("timeout")),
  };
}

/** Whether the call leads back to the machine that it is made on, as far as its host's name tells. */
export function isLoopback({ host }: RemoteInvocation): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)$/i.test(host ?? "");
}

function rsync(words: readonly Word[]): RemoteInvocation | undefined {
  const parsed = options(words, optionSpecs.rsync);
  const destination = parsed.operands.find(isRemotePath);
  const shell = (parsed.flags.get("e") ?? parsed.flags.get("rsh"))?.at(-1);
  if (!shell)
    return { ...common("rsync", destination, new Map(), parsed.unknownOptions, undefined), flags: parsed.flags };
  const [program, ...rest] = split(shell);
  const call = sshCall(rest, "ssh");
  const known = program !== undefined && programName(program) === "ssh" && !/[$`\uFFFC]|\{\{/.test(shell.text ?? "$");
  const inWord = shell.word.text === shell.text && program ? insideWord(shell.word, program.span.end) : undefined;
  return {
    ...common("rsync", destination, call.flags, !known || parsed.unknownOptions, inWord),
    flags: parsed.flags,
    port: call.flags.get("p")?.at(-1)?.text,
  };
}

/** The words of `-e 'ssh -p 22'`; their spans are offsets into the option's text. */
function split(shell: Option): Word[] {
  const text = shell.text ?? "";
  const start = shell.word.text.length - text.length;
  const folded = textAt(shell.word.folded, { start, end: shell.word.text.length });
  return [...folded.text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map((one) =>
    readWord(folded, { start: one.index, end: one.index + one[0].length }, [], []),
  );
}

/** An offset into a word's value as one into the text it is written in; undefined unless the word is one quoted piece. */
function insideWord(word: Word, offset: number): Span | undefined {
  if (word.span.end - word.span.start !== word.text.length + 2) return undefined;
  const at = word.span.start + 1 + offset;
  return { start: at, end: at };
}

function isTunnel(flags: ParsedOptions["flags"], noCommand: boolean): boolean {
  const has = (letters: string): boolean => [...letters].some((letter) => flags.has(letter));
  return has("NWOVQG") || (noCommand && has("LRD"));
}

/** `host:path`, `rsync://host/path` and not `./a:b`. */
function isRemotePath(word: Word): boolean {
  return /^[^/]*:/.test(word.text.replace(/\{\{[\s\S]*?\}\}|\$\{[^}]*\}/g, "x")) && !/^[A-Za-z]:\\/.test(word.text);
}

function common(
  tool: RemoteInvocation["tool"],
  destination: Word | undefined,
  flags: ParsedOptions["flags"],
  unknownOptions: boolean,
  optionsSpan: Span | undefined,
): RemoteInvocation {
  const settings = new Map<string, string>();
  for (const { text } of flags.get("o") ?? []) {
    const pair = /^\s*(\w+)(?:\s*=\s*|\s+)([\s\S]*)$/.exec(text ?? "");
    const [, keyword, value] = pair ?? [];
    if (keyword && !settings.has(keyword.toLowerCase())) settings.set(keyword.toLowerCase(), value?.trim() ?? "");
  }
  const where = destination ? place(destination.text) : undefined;
  const times = (letter: string): number => flags.get(letter)?.length ?? 0;
  const requested = settings.get("requesttty")?.toLowerCase();
  const ttys = requested === "force" ? 2 : requested === "yes" ? 1 : times("T") > 0 ? 0 : times("t");
  return {
    tool,
    destination,
    user: flags.get("l")?.[0]?.text ?? where?.user ?? settings.get("user"),
    host: where?.host,
    port: flags.get("p")?.[0]?.text ?? where?.port ?? settings.get("port"),
    settings,
    flags,
    // sftp -b turns it on itself.
    batchMode:
      /^yes$/i.test(settings.get("batchmode") ?? "") ||
      (tool === "scp" && flags.has("B")) ||
      (tool === "sftp" && flags.has("b")),
    connectTimeout: settings.has("connecttimeout"),
    serverAliveInterval: settings.has("serveraliveinterval"),
    unknownOptions: unknownOptions || flags.has("F"),
    tty: ttys >= 2 ? 2 : ttys === 1 ? 1 : 0,
    background: tool === "ssh" && flags.has("f"),
    tunnelOnly: false,
    script: undefined,
    command: [],
    optionsSpan,
  };
}

function place(text: string): { user: string | undefined; host: string; port: string | undefined } {
  const uri = /^(?:ssh|scp|sftp|rsync):\/\/(?:([^@/]+)@)?([^:/]+)(?::(\d+))?/.exec(text);
  if (uri) return { user: uri[1], host: uri[2] ?? "", port: uri[3] };
  // The last `@` ends the user; Jinja and `${x}` may hold one of their own.
  const masked = text.replace(/\{\{[\s\S]*?\}\}|\$\{[^}]*\}/g, (hole) => "x".repeat(hole.length));
  const at = masked.lastIndexOf("@");
  const colon = masked.startsWith("[", at + 1) ? masked.indexOf("]", at) + 1 : masked.indexOf(":", at + 1);
  const host = text.slice(at + 1, colon > at ? colon : undefined);
  return { user: at < 0 ? undefined : text.slice(0, at), host, port: undefined };
}
