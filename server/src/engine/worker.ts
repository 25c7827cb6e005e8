/** The thread that lints files for {@link lintWorkspace}: a job in, its results out. */
import { parentPort } from "node:worker_threads";
import { type FileTask, lintFile } from "./file.ts";
import { ensureGrammars } from "./grammars.ts";
import type { Settings } from "./settings.ts";
import { SourceFiles } from "./sources.ts";

/** Files that share their settings. */
export type Job = {
  readonly files: readonly FileTask[];
  readonly settings: Settings;
  readonly around: JobSurroundings;
};

/** What all jobs of one run share. */
export type JobSurroundings = {
  /** Texts of files that are open in an editor, by path. */
  readonly open: ReadonlyMap<string, string>;
  /** See {@link SourceFiles}. */
  readonly roots: readonly string[];
};

// A thread lives for one run, so what the first job says of the surroundings holds for all.
let sources: SourceFiles | undefined;

parentPort?.on("message", async ({ files, settings, around }: Job) => {
  await ensureGrammars();
  sources ??= new SourceFiles({ openText: (path) => around.open.get(path), roots: around.roots });
  const shared = sources;
  parentPort?.postMessage(files.map((file) => lintFile(file, settings, shared)));
});
