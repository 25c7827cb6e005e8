#!/usr/bin/env node
/** `tether`: finds the command, runs it, and turns what goes wrong into exit codes. */
import packageJson from "../../../package.json" with { type: "json" };
import { didYouMean } from "../config/nearest.ts";
import { systemReason } from "../config/systemReason.ts";
import { check } from "./check.ts";
import { type Command, commandHelp, UsageError } from "./command.ts";
import { explainFile } from "./explain-file.ts";
import { rule } from "./rule.ts";
import { server } from "./server.ts";
import { exit, processTerminal, type Terminal } from "./terminal.ts";

const commands: readonly Command[] = [check, rule, explainFile, server];

function help(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}\n`).join("");
  return `Finds Airflow tasks that lose track of the remote work they start.

usage: tether COMMAND [OPTIONS]

commands:
${lines}
options:
  -h, --help     Show this text, or that of a command: tether check --help
  -V, --version  Show the version.

exit codes: 0 nothing found, 1 findings, 2 wrong usage, wrong configuration or a fault of Tether
`;
}

async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    terminal.out(help());
    return first === undefined ? exit.error : exit.clean;
  }
  if (first === "--version" || first === "-V") {
    terminal.out(`tether ${packageJson.version}\n`);
    return exit.clean;
  }
  const name = first === "help" ? rest[0] : first;
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const guess = didYouMean(
      name ?? first,
      commands.map((one) => one.name),
    );
    terminal.err(`tether: there is no command "${name ?? first}".${guess} Try: tether --help\n`);
    return exit.error;
  }
  const beforeDashes = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (first === "help" || beforeDashes.includes("--help") || beforeDashes.includes("-h")) {
    terminal.out(commandHelp(command));
    return exit.clean;
  }
  try {
    return await command.run(rest, terminal);
  } catch (problem) {
    if (problem instanceof UsageError) {
      terminal.err(`tether: ${problem.message}\nTry: tether ${command.name} --help\n`);
    } else {
      const told = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
      terminal.err(`tether: internal error; please report it with the file that causes it\n${told}\n`);
    }
    return exit.error;
  }
}

// `tether check | head` closes the pipe early; that is no fault.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  if (problem.code === "EPIPE") process.exit(exit.clean);
  process.stderr.write(`tether: standard output can't be written: ${systemReason(problem)}\n`);
  process.exit(exit.error);
});
process.exitCode = await run(process.argv.slice(2), processTerminal());
