/** What a finding has to do with other files: the line of a script that it is about, the tasks that run its code. */
import { basename, dirname, relative } from "node:path";
import type { TaskPlace } from "../airflow/dagfile.ts";
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

// A helper of a large project has hundreds of users, and the first few tell what it is for.
const mostUsers = 5;

/** The tasks of other files that run the code of a finding. */
export function runFrom(users: readonly TaskPlace[]): Related[] {
  const shown = users.slice(0, users.length > mostUsers ? mostUsers - 1 : mostUsers);
  const rest = users.length - shown.length;
  return users.slice(0, mostUsers).map(({ path, span, label }, at) => ({
    path,
    span,
    message: at < shown.length ? `${label} runs it` : `${label} and ${rest - 1} more tasks run it`,
  }));
}

/** `scripts/run.sh` for a file below the folder of `path`, else its name. */
function shownBeside(path: string, other: string): string {
  const below = relative(dirname(path), other).replaceAll("\\", "/");
  return /^(?:\.\.\/|\/|[A-Za-z]:)/.test(below) ? basename(other) : below;
}
