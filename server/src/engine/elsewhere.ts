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

/** The tasks of other files that run the code of a finding at `path`, one line for all that are called alike in one file. */
export function runFrom(users: readonly TaskPlace[], path: string): Related[] {
  return linesFor(users, path, "runs it", "run it");
}

/** The same for tasks that the function of the finding makes. */
export function madeFor(users: readonly TaskPlace[], path: string): Related[] {
  return linesFor(users, path, "is made by it", "are made by it");
}

function linesFor(users: readonly TaskPlace[], path: string, one: string, several: string): Related[] {
  const seen = new Set<string>();
  const distinct = users.filter((user) => {
    const keys = [`${user.path} ${user.span.start}`, `${user.path} ${user.label}`];
    const fresh = !keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return fresh;
  });
  const shown = distinct.slice(0, distinct.length > mostUsers ? mostUsers - 1 : mostUsers);
  const rest = distinct.length - shown.length;
  return distinct.slice(0, mostUsers).map((user, at) => {
    // A task whose id is not known is told apart by its file.
    const who = distinct.some((each) => each !== user && each.label === user.label && !each.label.endsWith('"'))
      ? `${user.label} of ${shownBeside(path, user.path)}`
      : user.label;
    return {
      path: user.path,
      span: user.span,
      message: at < shown.length ? `${who} ${one}` : `${who} and ${counted(rest - 1)} ${several}`,
    };
  });
}

function counted(more: number): string {
  return more === 1 ? "1 more task" : `${more} more tasks`;
}

/** `scripts/run.sh` for a file below the folder of `path`, else its name. */
function shownBeside(path: string, other: string): string {
  const below = relative(dirname(path), other).replaceAll("\\", "/");
  return /^(?:\.\.\/|\/|[A-Za-z]:)/.test(below) ? basename(other) : below;
}
