/** The thread that lints files for {@link lintWorkspace}: a job in, its results out. */
import { parentPort } from "node:worker_threads";
import { type FileResult, lintFile } from "./file.ts";
import { ensureGrammars } from "./grammars.ts";
import type { Settings } from "./settings.ts";

/** Files that share their settings. */
export type Job = {
  readonly files: readonly { readonly path: string; readonly openText: string | undefined }[];
  readonly settings: Settings;
};

parentPort?.on("message", async (job: Job) => {
  await ensureGrammars();
  const results: FileResult[] = job.files.map(({ path, openText }) => lintFile(path, job.settings, openText));
  parentPort?.postMessage(results);
});
