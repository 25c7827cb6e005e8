import { unknownSelector } from "../config/selection.ts";
import { ownRules } from "../engine/own.ts";
import type { Overrides } from "../engine/settings.ts";
import { rules } from "../rules/index.ts";
import { commonOptions, parse, UsageError } from "./command.ts";
import { formats, readable } from "./reporters/formats.ts";

/** The options of `tether check`. */
export const checkOptions = {
  fix: { type: "boolean", help: "Apply the safe fixes." },
  "unsafe-fixes": {
    type: "boolean",
    help: "With --fix or --diff: apply also the fixes that change more than the fault.",
  },
  diff: { type: "boolean", help: "Show what --fix would change, as a unified diff; change nothing." },
  select: {
    type: "string",
    multiple: true,
    value: "RULES",
    help: "Run only these: names, codes, groups or profiles, separated by commas.",
  },
  ignore: { type: "string", multiple: true, value: "RULES", help: "Do not run these." },
  config: { type: "string", value: "FILE", help: "Read this tether.toml or pyproject.toml, and no other." },
  "output-format": {
    type: "string",
    value: "FORMAT",
    help: `One of ${[...formats.keys()].join(", ")}; concise by default.`,
  },
  statistics: { type: "boolean", help: "Count the findings of each rule instead of showing them." },
  "exit-zero": { type: "boolean", help: "Exit with 0 in spite of findings." },
  "stdin-filename": {
    type: "string",
    value: "FILE",
    help: "Read standard input and take it for this file. With --fix, print it fixed.",
  },
  ...commonOptions,
} as const;

/** What `tether check` was asked to do. */
export type CheckOptions = {
  readonly paths: readonly string[];
  /** Lint standard input as this file. */
  readonly stdin: string | undefined;
  readonly mode: "report" | "fix" | "diff";
  readonly unsafe: boolean;
  readonly format: string;
  readonly statistics: boolean;
  readonly exitZero: boolean;
  readonly overrides: Overrides;
};

function selectors(option: string, given: readonly string[] | undefined): string[] | undefined {
  const words = given?.flatMap((list) => list.split(",").map((word) => word.trim())).filter((word) => word !== "");
  if (words?.length === 0) throw new UsageError(`--${option} names no rule`);
  for (const word of words ?? []) {
    const problem = unknownSelector(word, [...rules, ...ownRules]);
    if (problem !== undefined) throw new UsageError(`--${option}: ${problem.replace(/\.$/, "")}`);
  }
  return words;
}

/** Reads the words after `tether check`. Throws {@link UsageError}. */
export function readCheckOptions(words: readonly string[]): CheckOptions {
  const { values, positionals } = parse({ args: [...words], options: checkOptions, allowPositionals: true });
  const format = values["output-format"] ?? "concise";
  if (!formats.has(format)) {
    throw new UsageError(`there is no output format "${format}"; there are ${[...formats.keys()].join(", ")}`);
  }
  if (values.fix && values.diff) throw new UsageError("--fix changes files and --diff changes none: choose one");
  if (values["unsafe-fixes"] && !values.fix && !values.diff) {
    throw new UsageError("--unsafe-fixes says which fixes to apply: it needs --fix or --diff");
  }
  if (values.diff && (values["output-format"] !== undefined || values.statistics)) {
    throw new UsageError("--diff prints a diff and no findings: it takes neither --output-format nor --statistics");
  }
  if (values.statistics && format !== "json" && !readable.has(format)) {
    throw new UsageError(`--statistics has no form for --output-format ${format}`);
  }
  const fromStdin = values["stdin-filename"] !== undefined || positionals.includes("-");
  if (fromStdin && positionals.some((path) => path !== "-")) {
    throw new UsageError("standard input and other files cannot be checked in one run");
  }
  return {
    paths: positionals.length > 0 ? positionals : ["."],
    stdin: fromStdin ? (values["stdin-filename"] ?? "stdin.py") : undefined,
    mode: values.fix ? "fix" : values.diff ? "diff" : "report",
    unsafe: values["unsafe-fixes"] ?? false,
    format,
    statistics: values.statistics ?? false,
    exitZero: values["exit-zero"] ?? false,
    overrides: {
      config: values.config,
      select: selectors("select", values.select),
      ignore: selectors("ignore", values.ignore),
    },
  };
}
