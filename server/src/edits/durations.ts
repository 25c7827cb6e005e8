/** Spans of time as a person writes them in Python. */

import { Kept } from "../syntax/kept.ts";
import { dottedName, type Module } from "../syntax/python.ts";
import { everyExpression } from "../syntax/traverse.ts";
import type { Needed } from "./bindings.ts";
import { localName } from "./imports.ts";
import type { SourceFile } from "./layout.ts";

/** A piece of Python and the imports it needs: hand `needs` to `withImports`. */
export type Piece = { readonly text: string; readonly needs: readonly Needed[] };

/** Which of the two a file writes its durations with, found once per module. */
const habits = new Kept(readHabit);

const timedelta: Needed = { module: "datetime", name: "timedelta" };
const duration: Needed = { module: "pendulum", name: "duration" };

function readHabit(module: Module, file: SourceFile): Needed | "none" {
  const spelled = [timedelta, duration].map((needed) => ({ needed, local: localName(file, needed) }));
  const used = new Set<Needed>();
  everyExpression(module.body, (expr) => {
    if (expr.kind !== "call") return;
    const callee = dottedName(expr.func);
    for (const { needed, local } of spelled) if (callee !== undefined && callee === local) used.add(needed);
  });
  return used.has(timedelta) ? timedelta : used.has(duration) ? duration : "none";
}

/** `timedelta(hours=1, minutes=5)` in this file's spelling: an alias, `datetime.timedelta`, or `pendulum.duration` where that is the habit. */
export function durationText(file: SourceFile, seconds: number): Piece | undefined {
  const habit = habits.of(file.module, file);
  const needed = habit === "none" ? timedelta : habit;
  const callee = localName(file, needed);
  return callee === undefined ? undefined : { text: `${callee}(${parts(seconds)})`, needs: [needed] };
}

function parts(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds <= 0) return `seconds=${seconds}`;
  if (seconds % 86_400 === 0) return `days=${seconds / 86_400}`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  return [hours && `hours=${hours}`, minutes && `minutes=${minutes}`, rest && `seconds=${rest}`]
    .filter(Boolean)
    .join(", ");
}

/** A number of seconds that can be read: `4 * 3600`, `7 * 24 * 3600`, `600`. */
export function secondsText(seconds: number): string {
  if (!Number.isInteger(seconds)) return String(seconds);
  if (seconds >= 2 * 86_400 && seconds % 86_400 === 0) return `${seconds / 86_400} * 24 * 3600`;
  if (seconds >= 7200 && seconds % 3600 === 0) return `${seconds / 3600} * 3600`;
  return String(seconds);
}
