/** Cron expressions, as far as needed to tell whether the dates of two of them meet. */

/** The values of each field; a day that is not restricted is undefined. */
export type Cron = {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** 1 to 31. */
  readonly monthDays: ReadonlySet<number> | undefined;
  /** 1 to 12. */
  readonly months: ReadonlySet<number> | undefined;
  /** 0 (Sunday) to 6. */
  readonly weekDays: ReadonlySet<number> | undefined;
};

/** Airflow's own names (`airflow/timetables/…`, `cron_presets`). */
const presets: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@quarterly": "0 0 1 */3 *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Reads five fields or a preset; undefined for anything else (seconds, `L`, `#`, hashes). */
export function readCron(text: string): Cron | undefined {
  const fields = (presets[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  const [minute, hour, monthDay, month, weekDay] = fields;
  if (fields.length !== 5 || !minute || !hour || !monthDay || !month || !weekDay) return undefined;
  const minutes = readField(minute, 0, 59, []);
  const hours = readField(hour, 0, 23, []);
  const monthDays = readField(monthDay, 1, 31, []);
  const months = readField(month, 1, 12, ["", ...monthNames]);
  const weekDays = readField(weekDay, 0, 7, dayNames);
  if (!minutes || !hours || !monthDays || !months || !weekDays) return undefined;
  return {
    minutes,
    hours,
    monthDays: monthDay === "*" ? undefined : monthDays,
    months: month === "*" ? undefined : months,
    weekDays: weekDay === "*" ? undefined : new Set([...weekDays].map((one) => one % 7)),
  };
}

function readField(text: string, least: number, most: number, names: readonly string[]): Set<number> | undefined {
  const values = new Set<number>();
  const number = (written: string): number => {
    const named = names.indexOf(written.toLowerCase());
    return named >= 0 ? named : /^\d+$/.test(written) ? Number(written) : Number.NaN;
  };
  for (const part of text.split(",")) {
    const [range = "", step = "1", ...rest] = part.split("/");
    const [from = "", to, ...more] = range.split("-");
    const first = range === "*" ? least : number(from);
    const last = range === "*" ? most : to !== undefined ? number(to) : part.includes("/") ? most : first;
    const by = /^[1-9]\d*$/.test(step) ? Number(step) : Number.NaN;
    if (rest.length > 0 || more.length > 0 || !(by > 0) || !(first >= least && last <= most && first <= last))
      return undefined;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}

/** How many of the dates of the one, some time back, are dates of the other. */
export type Meeting = { readonly of: number; readonly meet: number };

/**
 * Compares the dates of two expressions. `back` (minutes) is how far the first one looks back. The dates are counted in
 * one week, or, where days of the month or months are restricted, over a leap year without looking back.
 * Undefined: that is not enough to tell.
 */
export function meeting(own: Cron, other: Cron, back: number): Meeting | undefined {
  const weekly = [own, other].every((one) => !one.monthDays && !one.months);
  const span = weekly ? 7 : 366;
  // A week comes again; a year, with its days of the week, does not.
  if (!weekly && back !== 0) return undefined;
  const others = new Set(datesOf(other, span));
  let of = 0;
  let meet = 0;
  for (const date of datesOf(own, span)) {
    const looked = (((date - back) % (span * 1440)) + span * 1440) % (span * 1440);
    of++;
    if (others.has(looked)) meet++;
  }
  return { of, meet };
}

/** The dates within so many days from a Sunday, the first of a leap year, in minutes. */
function* datesOf(cron: Cron, days: number): Generator<number> {
  for (let day = 0; day < days; day++) {
    // 2012 is a leap year that begins with a Sunday.
    const date = new Date(Date.UTC(2012, 0, 1 + day));
    if (cron.months && !cron.months.has(date.getUTCMonth() + 1)) continue;
    const onDay = cron.monthDays?.has(date.getUTCDate());
    const onWeekDay = cron.weekDays?.has(day % 7);
    // Both restricted: either will do.
    if (!(onDay ?? onWeekDay ?? true) && !(cron.monthDays && onWeekDay)) continue;
    for (const hour of cron.hours) for (const minute of cron.minutes) yield day * 1440 + hour * 60 + minute;
  }
}

/** The minutes after midnight of an expression that fires once a day, on every day. */
export function dailyAt(cron: Cron): number | undefined {
  const [hour] = cron.hours;
  const [minute] = cron.minutes;
  const once = cron.hours.size === 1 && cron.minutes.size === 1 && !cron.monthDays && !cron.months && !cron.weekDays;
  return once && hour !== undefined && minute !== undefined ? hour * 60 + minute : undefined;
}
