/** What a command may touch of the world outside: output, input, time. Tests pass their own. */

/** Time, so that tests need not wait for it. Milliseconds. */
export type Clock = {
  readonly now: () => number;
  /** Calls back once after that many milliseconds; the answer cancels it. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
};

/** Where a command runs. */
export type Terminal = {
  /** Absolute path that relative paths start from. */
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether standard output shows colours. */
  readonly colors: boolean;
  /** Whether a person watches standard error, so that a line may be redrawn there. */
  readonly interactive: boolean;
  /** Characters in a line of standard error. */
  readonly columns: number;
  readonly stdin: () => Promise<Uint8Array>;
  readonly clock: Clock;
};

/** The exit codes of every command. */
export const exit = { clean: 0, findings: 1, error: 2 } as const;

type Stream = { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

/**
 * Whether a stream gets colours: only a terminal does, and not when `NO_COLOR` (https://no-color.org) or `TERM=dumb`
 * ask for none. `FORCE_COLOR` asks for them where there is no terminal, as in the logs of a CI service.
 */
export function wantsColors(stream: Stream, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return stream.isTTY === true && TERM !== "dumb";
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { TERM } = process.env;
  return {
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    colors: wantsColors(process.stdout, process.env),
    interactive: process.stderr.isTTY === true && TERM !== "dumb",
    columns: process.stderr.columns || 80,
    stdin: readStandardInput,
    clock: {
      now: () => performance.now(),
      after: (milliseconds, call) => {
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
    },
  };
}
