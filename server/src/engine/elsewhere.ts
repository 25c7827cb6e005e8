/** Findings in text of other files, a script that an argument names for one: shown at what refers to it, and there. */
import { basename, dirname, relative } from "node:path";
import type { Related } from "../rules/rule.ts";
import type { SourceSpan, Span } from "../text/span.ts";

/** What a rule reported of the file at `path`, with each place in the file where it stands. */
export function placed(
  path: string,
  { start, end, elsewhere }: SourceSpan,
  related: readonly Related[],
): { readonly span: Span; readonly related: Related[] } {
  const there = related.map(({ span, ...rest }): Related => {
    const own = rest.path === undefined ? span.elsewhere : undefined;
    return own ? { ...rest, ...own } : { ...rest, span: { start: span.start, end: span.end } };
  });
  const line = elsewhere && { ...elsewhere, message: `this line of ${shownBeside(path, elsewhere.path)}` };
  return { span: { start, end }, related: line ? [line, ...there] : there };
}

/** `scripts/run.sh` for a file below the folder of `path`, else its name. */
function shownBeside(path: string, other: string): string {
  const below = relative(dirname(path), other).replaceAll("\\", "/");
  return /^(?:\.\.\/|\/|[A-Za-z]:)/.test(below) ? basename(other) : below;
}
