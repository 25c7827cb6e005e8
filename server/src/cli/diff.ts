/** Unified diffs of two texts, as `patch -p0` and `git apply -p0` read them. */
import type { Paint } from "./paint.ts";

/** One line of an edit script; the text keeps its line break. */
type Line = { readonly sign: " " | "-" | "+"; readonly text: string };

/** Lines with their line breaks; the last one may lack it. */
function linesOf(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** The shortest edit script (Myers, An O(ND) Difference Algorithm, 1986); texts that differ little cost little. */
function script(before: readonly string[], after: readonly string[]): Line[] {
  const frontiers: Map<number, number>[] = [];
  let frontier = new Map<number, number>([[1, 0]]);
  const reach = (from: ReadonlyMap<number, number>, diagonal: number, cost: number): number => {
    const left = from.get(diagonal - 1) ?? -1;
    const above = from.get(diagonal + 1) ?? -1;
    return diagonal === -cost || (diagonal !== cost && left < above) ? above : left + 1;
  };
  search: for (let cost = 0; ; cost++) {
    frontiers.push(frontier);
    const next = new Map(frontier);
    for (let diagonal = -cost; diagonal <= cost; diagonal += 2) {
      let x = reach(next, diagonal, cost);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) break search;
    }
    frontier = next;
  }

  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (let cost = frontiers.length - 1; cost >= 0; cost--) {
    const from = frontiers[cost] ?? new Map<number, number>();
    const diagonal = x - y;
    const left = from.get(diagonal - 1) ?? -1;
    const above = from.get(diagonal + 1) ?? -1;
    const down = diagonal === -cost || (diagonal !== cost && left < above);
    const fromDiagonal = down ? diagonal + 1 : diagonal - 1;
    const fromX = cost === 0 ? 0 : (from.get(fromDiagonal) ?? 0);
    const fromY = cost === 0 ? 0 : fromX - fromDiagonal;
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      lines.push({ sign: " ", text: before[x - 1] ?? "" });
      x--;
      y--;
    }
    if (cost === 0) break;
    if (down) {
      lines.push({ sign: "+", text: after[y - 1] ?? "" });
      y--;
    } else {
      lines.push({ sign: "-", text: before[x - 1] ?? "" });
      x--;
    }
  }
  return lines.reverse();
}

/** `@@ -start,count …`: an empty range names the line before it. */
function rangeOf(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? `${start}` : `${start},${count}`;
}

/** The hunks that turn one text into the other, `context` unchanged lines around each; "" when they are equal. */
export function hunks(before: string, after: string, pens: Paint, context = 3): string {
  if (before === after) return "";
  const lines = script(linesOf(before), linesOf(after));
  const changed = lines.flatMap((line, index) => (line.sign === " " ? [] : [index]));
  let result = "";
  let old = 1;
  let fresh = 1;
  let at = 0;
  for (let index = 0; index < changed.length; ) {
    const first = Math.max(0, (changed[index] ?? 0) - context);
    let last = changed[index] ?? 0;
    while (index < changed.length && (changed[index] ?? 0) <= last + 2 * context) last = changed[index++] ?? last;
    const end = Math.min(lines.length, last + context + 1);
    for (; at < first; at++) {
      old++;
      fresh++;
    }
    const hunk = lines.slice(first, end);
    const removed = hunk.filter((line) => line.sign !== "+").length;
    const added = hunk.filter((line) => line.sign !== "-").length;
    result += `${pens.cyan(`@@ -${rangeOf(old, removed)} +${rangeOf(fresh, added)} @@`)}\n`;
    for (const line of hunk) {
      const ended = line.text.endsWith("\n");
      const body = ended ? line.text.slice(0, -1) : line.text;
      const pen = line.sign === "-" ? pens.red : line.sign === "+" ? pens.green : (text: string) => text;
      result += `${pen(`${line.sign}${body}`)}\n${ended ? "" : "\\ No newline at end of file\n"}`;
    }
    old += removed;
    fresh += added;
    at = end;
  }
  return result;
}

/** A whole unified diff of one file, with its two header lines; "" when nothing changed. */
export function unifiedDiff(path: string, before: string, after: string, pens: Paint): string {
  const body = hunks(before, after, pens);
  return body === "" ? "" : `${pens.bold(`--- ${path}`)}\n${pens.bold(`+++ ${path}`)}\n${body}`;
}
