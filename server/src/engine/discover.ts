import { existsSync } from "node:fs";
import type { Settings } from "./settings.ts";

/** The paths among those given that do not exist. */
export function missing(paths: readonly string[]): string[] {
  return paths.filter((path) => !existsSync(path));
}

/** The Python files below `paths`, as absolute paths, sorted within each directory. */
export function* discover(_paths: readonly string[], _settings: Settings): Generator<string> {}
