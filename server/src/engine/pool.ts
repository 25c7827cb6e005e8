import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type FileResult, lostFile } from "./file.ts";
import type { Job } from "./worker.ts";

/** The bundled worker beside this bundle; undefined when running from source. */
export function workerFile(): string | undefined {
  const file = fileURLToPath(new URL("./worker.mjs", import.meta.url));
  return existsSync(file) ? file : undefined;
}

/**
 * Runs jobs on worker threads, each thread one job at a time, and hands out results as they come. Resolves when all
 * are done or `signal` aborts; the threads are gone by then. A thread that dies loses its job's files, not the run.
 */
export async function runJobs(
  worker: string,
  jobs: readonly Job[],
  threads: number,
  onResults: (results: readonly FileResult[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = [...jobs];
  const lanes = Array.from({ length: Math.min(threads, jobs.length) }, async () => {
    while (waiting.length > 0 && !signal?.aborted) await runLane(worker, waiting, onResults, signal);
  });
  await Promise.all(lanes);
}

// One thread's life: until the jobs run out, the signal aborts, or it dies (then the caller starts another).
function runLane(
  worker: string,
  waiting: Job[],
  onResults: (results: readonly FileResult[]) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const thread = new Worker(worker);
  return new Promise((resolve, reject) => {
    let current: Job | undefined;
    const next = () => {
      current = signal?.aborted ? undefined : waiting.shift();
      if (current) thread.postMessage(current);
      else void thread.terminate();
    };
    const abort = () => {
      current = undefined;
      void thread.terminate();
    };
    const lose = (reason: string) => {
      const files = current?.files ?? [];
      current = undefined;
      if (files.length > 0) onResults(files.map(({ path }) => lostFile(path, reason)));
    };
    signal?.addEventListener("abort", abort, { once: true });
    thread.on("message", (results: readonly FileResult[]) => {
      if (signal?.aborted) return;
      current = undefined;
      try {
        onResults(results);
        next();
      } catch (error) {
        // What the listener throws is the caller's own failure.
        void thread.terminate();
        reject(error);
      }
    });
    thread.on("error", (error) => lose(error instanceof Error ? error.message : String(error)));
    thread.on("exit", (code) => {
      signal?.removeEventListener("abort", abort);
      if (!signal?.aborted) lose(`its thread ended with code ${code}`);
      resolve();
    });
    next();
  });
}
