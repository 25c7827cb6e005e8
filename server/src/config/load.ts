import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { lineOfKey } from "./locate.ts";
import { defaultOptions, type Options } from "./schema.ts";
import { systemReason } from "./systemReason.ts";
import { validateOptions } from "./validate.ts";

/** Something wrong in a configuration file; `line` is 1-based. */
export type ConfigProblem = { readonly path: string; readonly line?: number; readonly message: string };

/** One configuration file, read. */
export type LoadedConfig = {
  /** The file; undefined when there is none and `options` are the defaults. */
  readonly source: string | undefined;
  /** The directory that globs are relative to: the file's, else the repository's or the starting directory. */
  readonly root: string;
  readonly options: Options;
  readonly problems: readonly ConfigProblem[];
  /** The file's line that sets an option, if one does. */
  readonly lineOf: (path: readonly string[]) => number | undefined;
};

const repositoryMarks = [".git", ".hg"];

/**
 * The configuration that holds for files in `directory`: the nearest `tether.toml`, or `pyproject.toml` with a
 * `[tool.tether]` table, searched upward as far as the repository's root.
 */
export function loadConfig(directory: string): LoadedConfig {
  const start = resolve(directory);
  for (const here of upward(start)) {
    const own = join(here, "tether.toml");
    if (existsSync(own)) return readConfig(own);
    const pyproject = join(here, "pyproject.toml");
    if (existsSync(pyproject) && mentionsTether(pyproject)) {
      const loaded = readConfig(pyproject);
      if (loaded.source !== undefined) return loaded;
    }
  }
  return nothing(repositoryRoot(start) ?? start, []);
}

/** One file given by name; a file that can't be read is a problem, and the defaults hold. */
export function readConfig(path: string): LoadedConfig {
  const file = resolve(path);
  const root = dirname(file);
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    return nothing(root, [{ path: file, message: `can't be read: ${systemReason(error)}` }]);
  }
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    const line = error instanceof TomlError ? { line: error.line } : {};
    const message = `not valid TOML: ${reason(error).split("\n")[0] ?? ""}`;
    return { ...nothing(root, [{ path: file, ...line, message }]), source: file };
  }
  const prefix = file.endsWith("pyproject.toml") ? ["tool", "tether"] : [];
  const table =
    prefix.length > 0 ? z.object({ tool: z.object({ tether: z.unknown() }) }).safeParse(raw).data?.tool.tether : raw;
  if (table === undefined) return nothing(root, []);
  const { options, problems } = validateOptions(table);
  const lineOf = (option: readonly string[]) => lineOfKey(text, [...prefix, ...option]);
  return {
    source: file,
    root,
    options,
    lineOf,
    problems: problems.map(({ path: option, message }) => at(file, lineOf(option), message)),
  };
}

/** A problem with its line where that is known. */
export function at(path: string, line: number | undefined, message: string): ConfigProblem {
  return line === undefined ? { path, message } : { path, line, message };
}

/** The nearest directory upward that holds a version control folder; nothing above it is ever read. */
export function repositoryRoot(directory: string): string | undefined {
  for (const here of upward(resolve(directory))) {
    if (repositoryMarks.some((mark) => existsSync(join(here, mark)))) return here;
  }
  return undefined;
}

function* upward(directory: string): Generator<string> {
  let here = directory;
  for (;;) {
    yield here;
    if (repositoryMarks.some((mark) => existsSync(join(here, mark)))) return;
    const parent = dirname(here);
    if (parent === here) return;
    here = parent;
  }
}

function mentionsTether(path: string): boolean {
  try {
    return /\btether\b/.test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}

function nothing(root: string, problems: readonly ConfigProblem[]): LoadedConfig {
  return { source: undefined, root, options: defaultOptions, problems, lineOf: () => undefined };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
