/** Which part of a command is a text for another shell, and which shell reads it where. */
import type { Folded } from "../syntax/folded.ts";
import type { Span } from "../text/span.ts";
import { joinWords, textAt } from "./compose.ts";
import { invocation } from "./invocation.ts";
import { options, type ParsedOptions } from "./options.ts";
import { optionSpecs } from "./programs.ts";
import type { Dialect, Place, Redirect, Word } from "./script.ts";

/** A text for another shell, not yet lowered. `errexit`, `pipefail`: that shell is started with `-e`, `-o pipefail`. */
export type NestedText = {
  readonly by: string;
  readonly folded: Folded;
  readonly dialect: Dialect;
  readonly place: Place;
  readonly errexit: boolean;
  readonly pipefail: boolean;
};

/** The command whose words are looked at; `stdin`: what is known to be piped into it. */
export type Outer = {
  readonly folded: Folded;
  readonly program: string | undefined;
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly stdin: Folded | undefined;
  readonly dialect: Dialect;
  readonly place: Place;
};

/** The text that a command hands to another shell; undefined when it hands none or none that is known. */
export function nestedText(outer: Outer): NestedText | undefined {
  const { program, words, place } = outer;
  if (program === undefined) return undefined;
  const rest = words.slice(1);
  const plain = { errexit: false, pipefail: false };
  switch (program) {
    case "ssh":
    case "autossh": {
      const call = sshCall(rest, program);
      if (!call.destination) return undefined;
      const text = call.command.length > 0 ? joinWords(outer.folded, call.command, around(call.command)) : undefined;
      return behind(outer, "ssh", "remote", text);
    }
    case "bash":
    case "sh":
    case "dash":
    case "ash":
    case "zsh":
    case "ksh":
      return shellText(outer, program, rest);
    case "eval": {
      if (rest.length === 0) return undefined;
      return {
        by: "eval",
        folded: joinWords(outer.folded, rest, around(rest)),
        dialect: outer.dialect,
        place,
        ...plain,
      };
    }
    case "su":
    case "runuser":
    case "script":
    case "flock": {
      const given = commandOption(rest);
      return given && { by: `${program} -c`, folded: given, dialect: "unknown", place, ...plain };
    }
    case "docker":
    case "podman":
    case "nerdctl": {
      const inner = containerCommand(rest);
      return inner && inContainer(outer, `${program} ${inner.by}`, inner.words);
    }
    case "docker-compose": {
      const inner = composeCommand(rest);
      return inner && inContainer(outer, `${program} ${inner.by}`, inner.words);
    }
    case "kubectl":
    case "oc": {
      const verb = options(rest, { ...optionSpecs.kubectl, permute: false }).operands[0]?.text;
      const dashes = rest.findIndex((word) => word.text === "--");
      if ((verb !== "exec" && verb !== "run") || dashes < 0) return undefined;
      return inContainer(outer, `${program} ${verb}`, rest.slice(dashes + 1));
    }
    case "powershell":
    case "pwsh":
    case "cmd":
      if (rest.length === 0 || (program === "cmd" && !/^\/[ck]$/i.test(rest[0]?.text ?? ""))) return undefined;
      return {
        by: program,
        folded: joinWords(outer.folded, rest, around(rest)),
        dialect: program === "cmd" ? "cmd" : "powershell",
        place,
        ...plain,
      };
    default:
      return undefined;
  }
}

/** An ssh command line: like OpenSSH, options are read before and after the destination. */
export type SshCall = {
  readonly flags: ParsedOptions["flags"];
  readonly destination: Word | undefined;
  /** What ssh joins with blanks and sends. */
  readonly command: readonly Word[];
  readonly unknownOptions: boolean;
};

/** Reads the words after `ssh` or `autossh`. */
export function sshCall(words: readonly Word[], program: "ssh" | "autossh"): SshCall {
  const before = options(words, optionSpecs[program]);
  const destination = before.operands[0];
  const after = options(before.operands.slice(1), optionSpecs[program]);
  // An unquoted variable in front of the remote command is the command.
  const command = destination ? before.operands.slice(1 + after.endOfOptionsAt) : [];
  const flags = new Map(before.flags);
  for (const [name, given] of after.flags) flags.set(name, [...(flags.get(name) ?? []), ...given]);
  return { flags, destination, command, unknownOptions: before.unknownOptions };
}

// `bash`, `bash -s`, `sudo -u x sh -e -s -- arg`: a shell that takes its text from the standard input.
const readsStdin =
  /^\s*(?:(?:sudo|exec|nohup)(?:\s+-u\s+[^\s-]\S*|\s+-\w+)*\s+)?(?:\S*\/)?(bash|sh|dash|ash|zsh|ksh)((?:\s+-(?!c)[a-z]+(?<=o)\s+\w+|\s+--?(?!c\b)[a-z]*)*)(?:\s+-s.*)?\s*$/;

/** A text behind another machine's or container's login: its own, or what the standard input gives to a shell there. */
function behind(outer: Outer, by: string, place: Place, text: Folded | undefined): NestedText | undefined {
  const stdin = stdinText(outer);
  const shell = text ? readsStdin.exec(text.text) : [];
  if (stdin && shell) {
    const [, name = "", flags = ""] = shell;
    return { by, folded: stdin, dialect: dialectOf(name), place, ...strictness(flags) };
  }
  return text && { by, folded: text, dialect: "unknown", place, errexit: false, pipefail: false };
}

function inContainer(outer: Outer, by: string, words: readonly Word[]): NestedText | undefined {
  if (words.length === 0) return undefined;
  const inner = invocation(words);
  const text = inner.wrappers.length > 0 ? undefined : nestedText({ ...outer, ...inner, place: "container" });
  if (text) return { ...text, by };
  // Words of an argument vector are not written as shell text: reading them again would split what is one word.
  if (words.some((one) => one.quoted && one.text === outer.folded.text.slice(one.span.start, one.span.end)))
    return undefined;
  // The words are handed over as they are, so what is written for them reads the same there.
  return behind(outer, by, "container", textAt(outer.folded, around(words)));
}

function shellText(outer: Outer, program: string, rest: readonly Word[]): NestedText | undefined {
  const parsed = options(rest, optionSpecs.shell);
  const strict = {
    errexit: parsed.flags.has("e") || (parsed.flags.get("o")?.some((one) => one.text === "errexit") ?? false),
    pipefail: parsed.flags.get("o")?.some((one) => one.text === "pipefail") ?? false,
  };
  const common = { dialect: dialectOf(program), place: outer.place, ...strict };
  const [first] = parsed.operands;
  if (parsed.flags.has("c")) return first && { by: `${program} -c`, folded: first.folded, ...common };
  const stdin = first && !parsed.flags.has("s") ? undefined : stdinText(outer);
  return stdin && { by: program, folded: stdin, ...common };
}

function dialectOf(shell: string): Dialect {
  if (shell === "") return "unknown";
  return shell === "sh" || shell === "dash" || shell === "ash" ? "sh" : "bash";
}

function strictness(flags: string): { errexit: boolean; pipefail: boolean } {
  return { errexit: /\s-[a-z]*e|errexit/.test(flags), pipefail: /pipefail/.test(flags) };
}

function stdinText(outer: Outer): Folded | undefined {
  const given = outer.redirects.findLast((one) => one.body !== undefined && (one.descriptor ?? 0) === 0);
  return given?.body ?? outer.stdin;
}

/** `-c TEXT`, `--command TEXT`, `--command=TEXT`, `-qc TEXT` */
function commandOption(words: readonly Word[]): Folded | undefined {
  for (const [index, word] of words.entries()) {
    if (/^(?:-[a-z]*c|--command)$/.test(word.text)) return words[index + 1]?.folded;
    const attached = /^--command=/.exec(word.text);
    if (attached) return textAt(word.folded, { start: attached[0].length, end: word.text.length });
  }
  return undefined;
}

type ContainerCommand = { readonly by: string; readonly words: readonly Word[] };

function containerCommand(words: readonly Word[]): ContainerCommand | undefined {
  const parsed = options(words, optionSpecs.docker);
  const [verb, ...rest] = parsed.operands[0]?.text === "container" ? parsed.operands.slice(1) : parsed.operands;
  if (verb?.text === "compose") {
    const inner = composeCommand(rest);
    return inner && { by: `compose ${inner.by}`, words: inner.words };
  }
  if (verb?.text !== "exec" && verb?.text !== "run") return undefined;
  const spec = verb.text === "exec" ? optionSpecs["docker exec"] : optionSpecs["docker run"];
  return { by: verb.text, words: options(rest, spec).operands.slice(1) };
}

function composeCommand(words: readonly Word[]): ContainerCommand | undefined {
  const [verb, ...rest] = options(words, optionSpecs["docker compose"]).operands;
  if (verb?.text !== "exec" && verb?.text !== "run") return undefined;
  const spec =
    verb.text === "exec" ? { ...optionSpecs["docker exec"], short: "de:itTu:w:" } : optionSpecs["docker run"];
  return { by: verb.text, words: options(rest, spec).operands.slice(1) };
}

/** From the first word to the last. */
function around(words: readonly Word[]): Span {
  return { start: words[0]?.span.start ?? 0, end: words.at(-1)?.span.end ?? 0 };
}
