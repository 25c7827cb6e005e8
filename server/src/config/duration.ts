const unitSeconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** Seconds of a duration as people write it: `90`, `"90"`, `"90s"`, `"1h30m"`, `"2d"`. Undefined for anything else and for zero. */
export function parseDuration(written: string | number): number | undefined {
  const text = String(written).trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(text)) return positive(Number(text));
  if (!/^(\d+(\.\d+)?\s*[dhms]\s*)+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/g)) {
    seconds += Number(count) * (unitSeconds[unit ?? ""] ?? 0);
  }
  return positive(seconds);
}

/** Seconds as a duration that people write: 5400 is `1h30m`. */
export function writeDuration(seconds: number): string {
  let [text, rest] = ["", seconds];
  for (const unit of ["h", "m", "s"]) {
    const each = unitSeconds[unit] ?? 1;
    const count = unit === "s" ? rest : Math.floor(rest / each);
    rest -= count * each;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

function positive(seconds: number): number | undefined {
  return seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}
