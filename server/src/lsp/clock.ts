/** Time as the server uses it, so that tests move it by hand. */
export type Clock = {
  /** Calls `run` once after that many milliseconds; the answer takes it back. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
};

/** The machine's clock. */
export const systemClock: Clock = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
