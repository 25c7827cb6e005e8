import { realpathSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { discover } from "./discover.ts";
import { type FileResult, type FileTask, lintFile } from "./file.ts";
import { ensureGrammars } from "./grammars.ts";
import { runJobs, workerFile } from "./pool.ts";
import { matchesGlob, type Settings } from "./settings.ts";
import { SourceFiles } from "./sources.ts";
import { Uses } from "./uses.ts";
import type { Job, JobSurroundings } from "./worker.ts";

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
  /**
   * Called for each file, in no order; again, with what counts then, for a file of which tasks of others turn out to
   * run functions. Such a file may lie anywhere in the project.
   */
  readonly onFile?: ((result: FileResult) => void) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** The texts of files that are open in an editor, by path. */
  readonly open?: ReadonlyMap<string, string> | undefined;
  /** Directories whose files count as one project, where no repository says what does; see {@link SourceFiles}. */
  readonly roots?: readonly string[] | undefined;
  /** Who runs whose functions, as far as it is known; grows by what is found. */
  readonly uses?: Uses | undefined;
  /** No rules, in this thread: only what files ask of one another. */
  readonly survey?: boolean | undefined;
};

// A thread costs its start (parsers, catalogue) and some 60 MB: a few hundred files are linted as soon without.
const worthThreads = 400;
const filesPerJob = 16;
// A helper that runs another helper's functions, and so on: nobody nests deeper, and a circle ends.
const mostRounds = 10;

/**
 * Lints every Python file below `paths`, and then, once it is known what their tasks run, the files that hold those
 * functions: a fault in one is reported there, once, however many DAGs use it. Paths that do not exist are passed over
 * (see `missing`). Aborting ends it early with what was found until then. Rejects when a parser can't be loaded or a
 * callback throws.
 */
export async function lintWorkspace(
  paths: readonly string[],
  settingsFor: (path: string) => Settings,
  options: WorkspaceOptions = {},
): Promise<Summary> {
  const { signal, onFile, onProgress, open = new Map(), uses = new Uses(), survey = false } = options;
  const around: JobSurroundings = { open, roots: options.roots ?? paths };
  const files = new SourceFiles({ openText: (path) => open.get(path), roots: around.roots });
  const listed = await collect(paths, settingsFor, signal);
  const canonical = aliases(listed);
  const found = new Map<string, number>();
  const waiting = new Set<string>();
  let done = 0;
  let total = listed.length;
  const take = (result: FileResult) => {
    done++;
    found.set(result.path, result.findings.length);
    const runs = (result.runs ?? []).map((run) => ({ ...run, path: canonical(run.path) }));
    for (const path of uses.take(result.path, runs)) waiting.add(path);
    onFile?.(result);
    onProgress?.(done, total);
  };
  const run = async (tasks: readonly FileTask[], threads: number) => {
    const worker = threads > 0 && !survey ? workerFile() : undefined;
    if (worker !== undefined) {
      const jobs = split(tasks, settingsFor, around);
      await runJobs(worker, jobs, threads, (results) => results.forEach(take), signal);
      return;
    }
    await ensureGrammars();
    for (const task of tasks) {
      if (signal?.aborted) break;
      take(lintFile(task, settingsFor(task.path), files, survey));
      // Lets cancellation, and an editor's other requests, come in between.
      await setImmediate();
    }
  };
  const taskOf = (path: string): FileTask => ({ path, users: uses.of(path) });
  await run(listed.map(taskOf), options.threads ?? defaultThreads(listed.length));
  for (let round = 0; waiting.size > 0 && round < mostRounds && !signal?.aborted; round++) {
    const helpers = [...waiting].filter((path) => !excluded(path, settingsFor)).sort();
    waiting.clear();
    total += helpers.length;
    await run(helpers.map(taskOf), defaultThreads(helpers.length));
  }
  const findings = [...found.values()].reduce((sum, count) => sum + count, 0);
  return { files: found.size, findings, cancelled: signal?.aborted ?? false };
}

function excluded(path: string, settingsFor: (path: string) => Settings): boolean {
  const settings = settingsFor(path);
  return matchesGlob(settings, settings.exclude, path);
}

// Through a link, an import may name a file by another path than the search below `paths` did.
function aliases(listed: readonly string[]): (path: string) => string {
  const known = new Set(listed);
  let byReal: Map<string, string> | undefined;
  return (path) => {
    if (known.has(path)) return path;
    byReal ??= new Map(listed.map((one) => [real(one), one]));
    return byReal.get(real(path)) ?? path;
  };
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
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

function split(tasks: readonly FileTask[], settingsFor: (path: string) => Settings, around: JobSurroundings): Job[] {
  const bySettings = new Map<Settings, FileTask[]>();
  for (const task of tasks) {
    const settings = settingsFor(task.path);
    const group = bySettings.get(settings);
    if (group) group.push(task);
    else bySettings.set(settings, [task]);
  }
  const jobs: Job[] = [];
  for (const [settings, group] of bySettings) {
    for (let at = 0; at < group.length; at += filesPerJob) {
      jobs.push({ files: group.slice(at, at + filesPerJob), settings, around });
    }
  }
  return jobs;
}
