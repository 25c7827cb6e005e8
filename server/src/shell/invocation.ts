/** Finds the program that a command line really runs, behind `sudo`, `nohup`, `timeout 5`, `env A=b` … */
import type { Folded } from "../syntax/folded.ts";
import { type OptionSpec, options } from "./options.ts";
import { optionSpecs } from "./programs.ts";
import type { Word, Wrapper } from "./script.ts";

type WrapperSpec = OptionSpec & {
  /** Words between the options and the command: `timeout DURATION`, `flock FILE`. */
  readonly operands?: number;
  /** `A=b` words may precede the command. */
  readonly assignments?: boolean;
  /** With one of these it is no wrapper: `command -v x`, `flock f -c 'text'`. */
  readonly unless?: readonly string[];
};

const wrapperSpecs: Readonly<Record<string, WrapperSpec>> = {
  nohup: { short: "" },
  coproc: { short: "" },
  sudo: {
    ...optionSpecs.sudo,
    assignments: true,
    unless: ["l", "v", "K", "k", "e", "V", "list", "validate"],
  },
  doas: { short: "a:C:Lnsu:" },
  env: {
    short: "0iu:C:S:v",
    long: { unset: ":", chdir: ":", "split-string": ":", "ignore-environment": "" },
    assignments: true,
    unless: ["S", "split-string"],
  },
  time: { short: "apf:o:vV", long: { format: ":", output: ":" } },
  nice: { short: "n:0123456789", long: { adjustment: ":" } },
  ionice: { short: "c:n:p:P:u:t", long: { class: ":", classdata: ":", ignore: "" }, unless: ["p", "P", "u"] },
  stdbuf: { short: "i:o:e:", long: { input: ":", output: ":", error: ":" } },
  command: { short: "pvV", unless: ["v", "V"] },
  builtin: { short: "" },
  exec: { short: "a:cl" },
  timeout: {
    short: "fk:ps:v",
    long: { foreground: "", "kill-after": ":", "preserve-status": "", signal: ":", verbose: "" },
    operands: 1,
  },
  flock: {
    short: "sexnuw:E:oFc:v",
    long: { timeout: ":", wait: ":", "conflict-exit-code": ":", command: ":", nonblock: "", nb: "", "no-fork": "" },
    operands: 1,
    unless: ["u"],
  },
  chronic: { short: "ev" },
  setsid: { short: "cfw", long: { ctty: "", fork: "", wait: "" } },
  caffeinate: { short: "disumt:w:" },
  "xvfb-run": {
    short: "ae:f:hln:p:s:w:",
    long: { "auto-servernum": "", "server-args": ":", "server-num": ":", "error-file": ":", wait: ":" },
  },
  unbuffer: { short: "p" },
  sshpass: optionSpecs.sshpass,
  chrt: { short: "abdfiormpT:P:D:Rv", operands: 1, unless: ["p", "m"] },
  taskset: { short: "acp", operands: 1, unless: ["p"] },
  numactl: { short: "i:m:N:C:p:l", long: { interleave: ":", membind: ":", cpunodebind: ":", physcpubind: ":" } },
  chroot: { short: "", operands: 1, long: { userspec: ":", groups: ":" } },
  gosu: { short: "", operands: 1 },
  runuser: { short: "u:g:G:", long: { user: ":", group: ":" }, unless: ["c", "command", "l", "login"] },
  strace: { short: "cCdfFhiqrtTvVxyzZa:b:e:E:I:o:O:p:P:s:S:u:X:", unless: ["p"] },
  fakeroot: { short: "" },
  "systemd-inhibit": { short: "", long: { what: ":", who: ":", why: ":", mode: ":" } },
  catchsegv: { short: "" },
  xargs: {
    short: "0a:d:E:eI:iL:ln:oP:prs:tx",
    long: {
      "arg-file": ":",
      delimiter: ":",
      "max-args": ":",
      "max-procs": ":",
      "max-lines": "::",
      replace: "::",
      "max-chars": ":",
      null: "",
      "no-run-if-empty": "",
      verbose: "",
    },
  },
};

/** What a simple command runs. */
export type Invocation = {
  readonly program: string | undefined;
  readonly words: readonly Word[];
  readonly wrappers: readonly Wrapper[];
};

/** Takes the wrappers off. The last word of a chain without a command (`sudo -l`, `exec >log`) is the program itself. */
export function invocation(words: readonly Word[]): Invocation {
  const wrappers: Wrapper[] = [];
  let rest = words;
  for (;;) {
    const first = rest[0];
    if (!first) break;
    const program = programName(first);
    const length = program === undefined ? undefined : wrapperLength(program, rest);
    if (program === undefined || length === undefined || length >= rest.length)
      return { program, words: rest, wrappers };
    const own = rest.slice(0, length);
    wrappers.push({ name: program, words: own, span: { start: first.span.start, end: own.at(-1)?.span.end ?? 0 } });
    rest = rest.slice(length);
  }
  return { program: undefined, words: rest, wrappers };
}

/** How many words the wrapper itself takes; undefined when it is none here. */
function wrapperLength(name: string, words: readonly Word[]): number | undefined {
  const spec = Object.hasOwn(wrapperSpecs, name) ? wrapperSpecs[name] : undefined;
  if (!spec) return undefined;
  const parsed = options(words.slice(1), spec);
  if (spec.unless?.some((flag) => parsed.flags.has(flag))) return undefined;
  let at = 1 + parsed.endOfOptionsAt;
  if (spec.assignments) while (/^[A-Za-z_]\w*=/.test(words[at]?.text ?? "")) at++;
  at += spec.operands ?? 0;
  // `flock FILE -c TEXT` hands a text to a shell.
  if (name === "flock" && /^(?:-c|--command)$/.test(words[at]?.text ?? "")) return undefined;
  return at;
}

/** `/usr/bin/ssh` → `ssh`; undefined when the word's end is not known. */
export function programName(word: Word): string | undefined {
  if (word.text === "") return undefined;
  const slash = word.text.lastIndexOf("/");
  const name = word.text.slice(slash + 1);
  if (name === "" || touchesHole(word.folded, slash + 1)) return undefined;
  return name.replace(/\.exe$/, "");
}

function touchesHole(folded: Folded, from: number): boolean {
  return folded.holes.some((hole) => hole.end > from);
}
