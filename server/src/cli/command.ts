/** What a command is, and how its options become both a parser and a help text. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Terminal } from "./terminal.ts";

/** One `--option` as parseArgs takes it, with its line of help. */
export type OptionHelp = {
  readonly type: "boolean" | "string";
  readonly short?: string;
  readonly multiple?: boolean;
  /** The name of the value in the help: `FORMAT`. */
  readonly value?: string;
  readonly help: string;
};

/** Options by their long name. */
export type OptionTable = Readonly<Record<string, OptionHelp>>;

/** One word after `tether`. */
export type Command = {
  readonly name: string;
  /** What follows the name: `[PATH…]`. */
  readonly operands: string;
  readonly summary: string;
  /** Further paragraphs of the help. */
  readonly details?: string;
  readonly options: OptionTable;
  /** Answers the exit code. Throws {@link UsageError} for words it cannot take. */
  readonly run: (words: readonly string[], terminal: Terminal) => Promise<number>;
};

/** The words of the command line are wrong; its message says how. */
export class UsageError extends Error {}

/** The options every command has. */
export const commonOptions = {
  help: { type: "boolean", short: "h", help: "Show this text." },
} as const satisfies OptionTable;

/** `parseArgs` with its complaints as {@link UsageError}. */
export function parse<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (problem) {
    if (problem instanceof TypeError && "code" in problem) {
      const [first] = problem.message.split(/\. (?=To specify|Did you forget)|\n/);
      throw new UsageError((first ?? problem.message).replace(/^\w/, (letter) => letter.toLowerCase()));
    }
    throw problem;
  }
}

/** Breaks words into lines no wider than `width`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `--name VALUE   help`, aligned. */
function optionLines(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, option]) => ({
    name: `${option.short ? `-${option.short}, ` : "    "}--${name}${option.value ? ` ${option.value}` : ""}`,
    help: option.help,
  }));
  const width = Math.max(...rows.map((row) => row.name.length)) + 2;
  return rows
    .map((row) => `  ${row.name.padEnd(width)}${wrap(row.help, 96 - width).join(`\n  ${" ".repeat(width)}`)}\n`)
    .join("");
}

/** The answer to `tether NAME --help`. */
export function commandHelp(command: Command): string {
  const usage = `usage: tether ${command.name} [OPTIONS] ${command.operands}`.trimEnd();
  const details = command.details ? `\n${command.details.trim()}\n` : "";
  return `${command.summary}\n\n${usage}\n${details}\noptions:\n${optionLines(command.options)}`;
}
