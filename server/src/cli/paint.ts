/** Colours of terminal output. Every function answers its text unchanged when colours are off. */
import type { Severity } from "../rules/rule.ts";

/** A set of pens, all of them on or all of them off. */
export type Paint = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  /** The colour that a severity has everywhere. */
  readonly severity: (severity: Severity, text: string) => string;
};

/** Pens that write ANSI sequences, or plain text. */
export function paint(colors: boolean): Paint {
  const pen = (open: number, close: number) => (text: string) =>
    colors && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  const red = pen(31, 39);
  const yellow = pen(33, 39);
  const blue = pen(34, 39);
  const bySeverity = { error: red, warning: yellow, info: blue };
  return {
    bold: pen(1, 22),
    dim: pen(2, 22),
    red,
    yellow,
    blue,
    green: pen(32, 39),
    cyan: pen(36, 39),
    severity: (severity, text) => bySeverity[severity](text),
  };
}
