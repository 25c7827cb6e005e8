import type { Edit } from "../text/edit.ts";

/** Above this many comparisons, the changed middle of a text is replaced in one piece. */
const mostComparisons = 4_000_000;

/** Edits of whole lines that turn `before` into `after` and leave equal lines alone, with the cursor and marks in them. */
export function lineEdits(before: string, after: string): Edit[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let first = 0;
  while (first < old.length && first < now.length && old[first] === now[first]) first++;
  let tail = 0;
  const shortest = Math.min(old.length, now.length) - first;
  while (tail < shortest && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const oldMiddle = old.slice(first, old.length - tail);
  const nowMiddle = now.slice(first, now.length - tail);
  const edits: Edit[] = [];
  let at = old.slice(0, first).join("").length;
  for (const { removed, added } of changes(oldMiddle, nowMiddle)) {
    if (removed === added) at += removed.length;
    else {
      edits.push({ span: { start: at, end: at + removed.length }, text: added });
      at += removed.length;
    }
  }
  return edits;
}

type Change = { removed: string; added: string };

// The longest common subsequence of lines, as alternating runs: kept (removed = added) and changed.
function changes(old: readonly string[], now: readonly string[]): Change[] {
  if (old.length * now.length > mostComparisons) return [{ removed: old.join(""), added: now.join("") }];
  const width = now.length + 1;
  // common[i][j]: how many lines old[i…] and now[j…] share
  const common = new Uint32Array((old.length + 1) * width);
  const shared = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] =
        old[i] === now[j] ? shared(i + 1, j + 1) + 1 : Math.max(shared(i + 1, j), shared(i, j + 1));
    }
  }
  const found: Change[] = [];
  let change: Change = { removed: "", added: "" };
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    const kept = old[i];
    if (kept !== undefined && kept === now[j]) {
      found.push(change, { removed: kept, added: kept });
      change = { removed: "", added: "" };
      i++;
      j++;
    } else if (i < old.length && (j === now.length || shared(i + 1, j) >= shared(i, j + 1))) change.removed += old[i++];
    else change.added += now[j++];
  }
  return [...found, change];
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
