import type { Clock } from "./clock.ts";

type Waiting = { stop: () => void; readonly settled: Promise<void>; readonly settle: () => void };

/** Tells when a document has not been typed in for a while. */
export class Quiet {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
  }

  /** Something happened to `key`: its wait begins anew. */
  disturb(key: string): void {
    const waiting = this.#waiting.get(key) ?? fresh();
    waiting.stop();
    waiting.stop = this.#clock.after(this.#milliseconds, () => this.release(key));
    this.#waiting.set(key, waiting);
  }

  /** Settles when nothing has happened to `key` for the time given; at once when nothing is under way. */
  of(key: string): Promise<void> {
    return this.#waiting.get(key)?.settled ?? Promise.resolve();
  }

  /** Ends the wait for `key` now. */
  release(key: string): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.stop();
    waiting?.settle();
  }

  /** Ends every wait. */
  releaseAll(): void {
    for (const key of [...this.#waiting.keys()]) this.release(key);
  }
}

function fresh(): Waiting {
  const { promise, resolve } = withResolvers();
  return { stop: () => {}, settled: promise, settle: resolve };
}

// Promise.withResolvers is not in Node 20.
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
