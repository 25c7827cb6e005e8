import { describe, expect, test } from "vitest";
import { type Cron, dailyAt, meeting, readCron } from "../../server/src/airflow/cron.ts";

function cron(text: string): Cron {
  const read = readCron(text);
  if (!read) throw new Error(`${text} is not read`);
  return read;
}

describe("reading", () => {
  test("lists, ranges, steps and names", () => {
    expect([...cron("0,30 8-10 * * *").hours]).toEqual([8, 9, 10]);
    expect([...cron("*/20 * * * *").minutes]).toEqual([0, 20, 40]);
    expect([...cron("5/20 * * * *").minutes]).toEqual([5, 25, 45]);
    expect([...(cron("0 0 * JAN-mar *").months ?? [])]).toEqual([1, 2, 3]);
    expect([...(cron("0 0 * * 5,7").weekDays ?? [])]).toEqual([5, 0]);
    expect(cron("@daily").monthDays).toBeUndefined();
  });

  test.each([
    "",
    "* * * *",
    "0 0 L * *",
    "0 0 * * 1#2",
    "61 * * * *",
    "*/0 * * * *",
    "0 0 * * * *",
    "@reboot",
    "5-1 * * * *",
  ])("%j is not read", (text) => {
    expect(readCron(text)).toBeUndefined();
  });
});

describe("meeting", () => {
  test.each([
    ["0 1 * * *", "0 2 * * *", 0, 0, 7],
    ["@hourly", "@daily", 0, 7, 168],
    ["@daily", "@hourly", 0, 7, 7],
    ["0 2 * * *", "0 1 * * *", 60, 7, 7],
    // Monday at two, less three hours, is Sunday at eleven.
    ["0 2 * * 1", "0 23 * * 0", 180, 1, 1],
    ["0 0 * * 0", "0 23 * * 6", 60, 1, 1],
    ["@monthly", "@daily", 0, 12, 12],
    ["@monthly", "0 0 2 * *", 0, 0, 12],
    ["@yearly", "@monthly", 0, 1, 1],
    // The thirteenth or a Friday.
    ["0 0 13 1 *", "0 0 13 * 5", 0, 1, 1],
    ["0 0 6 1 *", "0 0 13 * 5", 0, 1, 1],
  ])("%s with %s, %i minutes back", (own, other, back, meet, of) => {
    expect(meeting(cron(own), cron(other), back)).toEqual({ meet, of });
  });

  test("days of the month and a look back are too much", () => {
    expect(meeting(cron("@monthly"), cron("@daily"), 60)).toBeUndefined();
  });

  test("once a day", () => {
    expect(dailyAt(cron("30 5 * * *"))).toBe(330);
    expect(dailyAt(cron("30 5 * * 1"))).toBeUndefined();
    expect(dailyAt(cron("30 5,6 * * *"))).toBeUndefined();
  });
});
