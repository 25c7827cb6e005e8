/** Lets a bash text wait for each of its background processes and fail with the first that failed. */

import type { Detached } from "../shell/detach.ts";
import type { Script, Statement } from "../shell/script.ts";
import { commands } from "../shell/walk.ts";
import { editFolded } from "../syntax/folded.ts";
import { Kept } from "../syntax/kept.ts";
import type { Edit } from "../text/edit.ts";
import type { Span } from "../text/span.ts";

const keep = 'pids+=("$!")';
// biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own braces
const waitForEach = 'for pid in "${pids[@]}"; do wait "$pid" || exit; done';

/**
 * The edits that keep each pid and wait for all at the end: `a & pids+=("$!"); b & pids+=("$!"); for pid in …; do wait …`.
 * Undefined unless several run side by side, in a text that bash reads and that has no other business with pids. `at`: the `wait` without a pid that is replaced; without it the loop goes to the end.
 */
export function waitForAllEdits(script: Script, all: readonly Detached[], at?: Span): readonly Edit[] | undefined {
  return written.of(all, { script, at });
}

// Each process of a text has this fix.
const written = new Kept(
  (all: readonly Detached[], { script, at }: { readonly script: Script; readonly at: Span | undefined }) =>
    writeEdits(script, all, at),
);

function writeEdits(script: Script, all: readonly Detached[], at?: Span): readonly Edit[] | undefined {
  const { text } = script.folded;
  if (script.dialect !== "bash" || /\bpids?\b|\$!/.test(text)) return undefined;
  const looped = script.body.filter((one) => one.kind === "loop");
  if (all.length < 2 && !all.some((one) => looped.some((loop) => loop.body.includes(one.statement)))) return undefined;
  if ([...commands(script)].some(({ statement }) => /^(?:exit|exec|disown)$/.test(statement.program ?? "")))
    return undefined;
  const edits: (Edit | undefined)[] = [];
  for (const one of all) {
    const lists: (readonly Statement[])[] = [script.body, ...looped.map((loop) => loop.body)];
    const ampersand = one.script === script && lists.some((list) => list.includes(one.statement)) && one.ampersand;
    if (!ampersand) return undefined;
    const ends = /^[ \t]*(?:\r?\n|$)/.test(text.slice(ampersand.end));
    edits.push(editFolded(script.folded, after(ampersand), ends ? ` ${keep}` : ` ${keep};`));
  }
  if (at) {
    edits.push(editFolded(script.folded, at, waitForEach));
    return edits.every((one) => one !== undefined) ? edits : undefined;
  }
  const end = text.trimEnd().length;
  const indent = /(?:^|\n)([ \t]*)[^\n]*$/.exec(text.slice(0, end))?.[1] ?? "";
  const last = /[;&]$/.test(text.slice(0, end)) ? " " : "; ";
  const before = text.slice(0, end).includes("\n") ? `${text.includes("\r\n") ? "\r\n" : "\n"}${indent}` : last;
  const ending = { start: end, end };
  // The pid of the last one is kept at the same place.
  const final = edits.findIndex((_, index) => all[index]?.ampersand?.end === end);
  if (final >= 0)
    edits[final] = editFolded(script.folded, ending, ` ${keep}${before === " " ? "; " : before}${waitForEach}`);
  else edits.push(editFolded(script.folded, ending, `${before}${waitForEach}`));
  return edits.every((one) => one !== undefined) ? edits : undefined;
}

function after(span: Span): Span {
  return { start: span.end, end: span.end };
}
