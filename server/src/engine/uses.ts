import type { Run } from "../airflow/dagfile.ts";

/** Who runs whose functions, over all files looked at so far. */
export class Uses {
  /** File → what tasks run through it, by the file that holds it. */
  readonly #asked = new Map<string, ReadonlyMap<string, ReadonlyMap<string, Run>>>();
  /** File → those that have something in it run. */
  readonly #askers = new Map<string, Set<string>>();
  readonly #changed = new Set<string>();

  /** Takes what a file has run in others from now on; answers the files whose users are others than before. */
  take(path: string, runs: readonly Run[]): string[] {
    const before = this.#asked.get(path);
    if (!before && runs.length === 0) return [];
    const now = new Map<string, Map<string, Run>>();
    for (const run of runs) {
      if (run.path === path) continue;
      const there = now.get(run.path) ?? new Map<string, Run>();
      now.set(run.path, there.set(keyOf(run), run));
    }
    if (now.size > 0) this.#asked.set(path, now);
    else this.#asked.delete(path);
    const changed: string[] = [];
    for (const other of new Set([...(before?.keys() ?? []), ...now.keys()])) {
      const [old, fresh] = [before?.get(other), now.get(other)];
      if (old?.size !== fresh?.size || [...(fresh?.keys() ?? [])].some((key) => !old?.has(key))) changed.push(other);
      const askers = this.#askers.get(other) ?? new Set();
      if (fresh) askers.add(path);
      else askers.delete(path);
      this.#askers.set(other, askers);
    }
    for (const other of changed) this.#changed.add(other);
    return changed.sort();
  }

  /** The files whose users have changed since this was last asked. */
  drain(): string[] {
    const changed = [...this.#changed].sort();
    this.#changed.clear();
    return changed;
  }

  /** The tasks that run something in a file, each once for each function, in one order whatever order files came in. */
  of(path: string): readonly Run[] {
    const found = new Map<string, Run>();
    for (const asker of this.#askers.get(path) ?? []) {
      for (const [key, run] of this.#asked.get(asker)?.get(path) ?? []) found.set(key, run);
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, run]) => run);
  }
}

// Padded, so that text order is the order of places.
function keyOf({
  function: name = "",
  task: { path, span, label, bounded, retries = 0, deferrable },
  fault,
}: Run): string {
  const said = fault ? [fault.rule, fault.span.start, fault.span.end, fault.severity, fault.message] : [];
  const place = [span.start, span.end].map((one) => String(one).padStart(9, "0"));
  return [path, ...place, name, label, bounded, retries, deferrable, ...said].join("\0");
}
