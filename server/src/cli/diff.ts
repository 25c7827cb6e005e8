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
  // How far each diagonal has come; -1 where none was. One slice of it is kept for each cost, to find the way back.
  const zero = before.length + after.length + 1;
  const furthest = new Int32Array(2 * zero + 1).fill(-1);
  furthest[zero + 1] = 0;
  const kept: Int32Array[] = [];
  const goesDown = (left: number, above: number, diagonal: number, cost: number): boolean =>
    diagonal === -cost || (diagonal !== cost && left < above);
  search: for (let cost = 0; ; cost++) {
    kept.push(furthest.slice(zero - cost - 1, zero + cost + 2));
    for (let diagonal = -cost; diagonal <= cost; diagonal += 2) {
      const left = furthest[zero + diagonal - 1] ?? -1;
      const above = furthest[zero + diagonal + 1] ?? -1;
      let x = goesDown(left, above, diagonal, cost) ? above : left + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      furthest[zero + diagonal] = x;
      if (x >= before.length && x - diagonal >= after.length) break search;
    }
  }

  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (let cost = kept.length - 1; cost >= 0; cost--) {
    const at = (diagonal: number): number => kept[cost]?.[diagonal + cost + 1] ?? -1;
    const diagonal = x - y;
    const down = goesDown(at(diagonal - 1), at(diagonal + 1), diagonal, cost);
    const fromDiagonal = down ? diagonal + 1 : diagonal - 1;
    const fromX = cost === 0 ? 0 : at(fromDiagonal);
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
