import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Sources } from "../airflow/build.ts";

/** The files on this machine's disk. */
export const disk: Sources = {
  beside: (path, name) => (isAbsolute(path) || existsSync(path) ? existsSync(join(dirname(path), name)) : undefined),
  read: () => undefined,
  module: () => undefined,
};
