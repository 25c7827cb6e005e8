import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { discover } from "./discover.ts";
import { type FileResult, lintFile } from "./file.ts";
import { ensureGrammars } from "./grammars.ts";
import { runJobs, workerFile } from "./pool.ts";
import type { Settings } from "./settings.ts";
import type { Job } from "./worker.ts";

export type { FileResult } from "./file.ts";

/** What a workspace lint came to. */
export type Summary = {
  /** Files looked at, skipped ones included. */
  readonly files: number;
  readonly findings: number;
  readonly cancelled: boolean;
};

/** How to go about it. */
export type WorkspaceOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Worker threads; 0 lints in this thread. By default threads for many hundred files, where there are cores to spare and the bundle has a worker. */
  readonly threads?: number | undefined;
  /** Called once per file, in no order. */
  readonly onFile?: ((result: FileResult) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** The text of a file that is open in an editor. */
  readonly openText?: ((path: string) => string | undefined) | undefined;
};

// A thread costs its start (parsers, catalogue) and some 60 MB: a few hundred files are linted as soon without.
const worthThreads = 400;
const filesPerJob = 16;

/**
 * Lints every Python file below `paths`; those that do not exist are passed over (see `missing`). Aborting ends it
 * early with what was found until then. Rejects when a parser can't be loaded or a callback throws.
 */
export async function lintWorkspace(
  paths: readonly string[],
  settingsFor: (path: string) => Settings,
  options: WorkspaceOptions = {},
): Promise<Summary> {
  const { signal, onFile, onProgress, openText } = options;
  const files = await collect(paths, settingsFor, signal);
  let done = 0;
  let findings = 0;
  const take = (result: FileResult) => {
    done++;
    findings += result.findings.length;
    onFile?.(result);
    onProgress?.(done, files.length);
  };
  const worker = workerFile();
  const threads = options.threads ?? defaultThreads(files.length);
  if (worker !== undefined && threads > 0) {
    const jobs = split(files, settingsFor, openText);
    await runJobs(worker, jobs, threads, (results) => results.forEach(take), signal);
  } else {
    await ensureGrammars();
    for (const path of files) {
      if (signal?.aborted) break;
      take(lintFile(path, settingsFor(path), openText?.(path)));
      // Lets cancellation, and an editor's other requests, come in between.
      await setImmediate();
    }
  }
  return { files: done, findings, cancelled: signal?.aborted ?? false };
}

async function collect(
  paths: readonly string[],
  settingsFor: (path: string) => Settings,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    // Settings belong to a file's directory: any name below a directory asks for that directory's.
    const settings = settingsFor(isFile(path) ? path : join(path, "any.py"));
    for (const file of discover([path], settings)) {
      found.add(file);
      if (found.size % 64 === 0) await setImmediate();
      if (signal?.aborted) return [];
    }
  }
  return [...found];
}

function defaultThreads(files: number): number {
  const spare = Math.min(availableParallelism() - 1, 4);
  return files > worthThreads && spare > 1 ? spare : 0;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function split(
  files: readonly string[],
  settingsFor: (path: string) => Settings,
  openText: WorkspaceOptions["openText"],
): Job[] {
  const bySettings = new Map<Settings, string[]>();
  for (const path of files) {
    const settings = settingsFor(path);
    const group = bySettings.get(settings);
    if (group) group.push(path);
    else bySettings.set(settings, [path]);
  }
  const jobs: Job[] = [];
  for (const [settings, group] of bySettings) {
    for (let at = 0; at < group.length; at += filesPerJob) {
      const part = group.slice(at, at + filesPerJob).map((path) => ({ path, openText: openText?.(path) }));
      jobs.push({ files: part, settings });
    }
  }
  return jobs;
}
