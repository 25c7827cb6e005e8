/** One line on a terminal that says how far a long run is. */
import type { Terminal } from "./terminal.ts";

/** A run shorter than this (milliseconds) shows nothing. */
const patience = 1000;

/** The line is redrawn at most this often (milliseconds). */
const redraw = 100;

/** Reports on one run; `finish` takes the line away. */
export type Progress = {
  readonly report: (done: number, total: number) => void;
  readonly finish: () => void;
};

/** A progress line on standard error; silent when nobody watches it. */
export function progressLine(terminal: Terminal, what: string): Progress {
  if (!terminal.interactive) return { report: () => {}, finish: () => {} };
  const { clock } = terminal;
  let latest = { done: 0, total: 0 };
  let drawn: number | undefined;
  const draw = () => {
    drawn = clock.now();
    const share = latest.total === 0 ? "" : `: ${latest.done} of ${latest.total} files`;
    terminal.err(`\r\u001b[2K${`${what}${share}`.slice(0, Math.max(10, terminal.columns - 1))}`);
  };
  // The timer shows the line even while the first report is still to come.
  const cancel = clock.after(patience, draw);
  return {
    report: (done, total) => {
      latest = { done, total };
      if (drawn !== undefined && clock.now() - drawn >= redraw) draw();
    },
    finish: () => {
      cancel();
      if (drawn !== undefined) terminal.err("\r\u001b[2K");
      drawn = undefined;
    },
  };
}
