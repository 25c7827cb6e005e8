import { type Command, commonOptions, parse } from "./command.ts";
import { exit } from "./terminal.ts";

const options = {
  stdio: { type: "boolean", help: "Speak over standard input and output; the only way, so it may be left out." },
  ...commonOptions,
} as const;

/** `tether server` */
export const server: Command = {
  name: "server",
  operands: "",
  summary: "Run the language server.",
  options,
  async run(words) {
    parse({ args: [...words], options });
    // The protocol library reads the transport from the process's own arguments.
    if (!process.argv.includes("--stdio")) process.argv.push("--stdio");
    // A bundle of its own beside this one, so that `check` does not load it.
    await import(new URL("./server.mjs", import.meta.url).href);
    return exit.clean;
  },
};
