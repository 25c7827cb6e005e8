import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Sources } from "../airflow/build.ts";
import { readSource } from "./read.ts";

/** The files on this machine's disk. */
export const disk: Sources = {
  beside: (path, name) => (isAbsolute(path) || existsSync(path) ? existsSync(join(dirname(path), name)) : undefined),
  read: (path) => {
    const result = readSource(path);
    return "source" in result ? result.source.text : undefined;
  },
  module: () => undefined,
};
