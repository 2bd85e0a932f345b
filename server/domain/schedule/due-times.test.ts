import { describe, expect, test } from "vitest";
import type { Timing } from "../../../contracts/schedules.ts";
import { listDue, parseTiming, previousDue } from "./due-times.ts";

const NOW = new Date("2026-11-26T10:00:00Z");

/** The next due times after a moment, in UTC as "MM-DD HH:MM". */
function dueAfter(cron: string, timeZone: string, after: string, count: number): string[] {
  return listDue({ cron, timeZone }, new Date(after), count).map(shown);
}

function shown(moment: Date): string {
  return moment.toISOString().slice(5, 16).replace("T", " ");
}

describe("due times follow the clocks of their zone", () => {
  test("noon and midnight stay noon and midnight when Berlin's clocks change", () => {
    const cron = "0 0,12 * * *";
    const spring = ["03-28 11:00", "03-28 23:00", "03-29 10:00", "03-29 22:00"];
    expect(dueAfter(cron, "Europe/Berlin", "2026-03-28T00:00:00Z", 4)).toEqual(spring);
    const autumn = ["10-24 10:00", "10-24 22:00", "10-25 11:00", "10-25 23:00"];
    expect(dueAfter(cron, "Europe/Berlin", "2026-10-24T00:00:00Z", 4)).toEqual(autumn);
  });

  test("a time that falls into the gap of spring is due once, right after it", () => {
    // Berlin goes from 02:00 to 03:00 at 01:00 UTC.
    const days = ["03-28 01:30", "03-29 01:00", "03-30 00:30"];
    expect(dueAfter("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3)).toEqual(days);
    const twice = ["03-28 01:15", "03-28 01:45", "03-29 01:00", "03-30 00:15"];
    expect(dueAfter("15,45 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 4)).toEqual(twice);
    const newYork = ["03-08 07:00", "03-09 06:30"];
    expect(dueAfter("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", 2)).toEqual(newYork);
  });

  test("a time that comes twice in autumn is due the first time alone", () => {
    expect(dueAfter("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual(["10-25 00:30", "10-26 01:30"]);
    const twice = ["10-25 00:15", "10-25 00:45", "10-26 01:15"];
    expect(dueAfter("15,45 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 3)).toEqual(twice);
    // Asked in the middle of the hour that is repeated.
    expect(dueAfter("15,45 2 * * *", "Europe/Berlin", "2026-10-25T01:05:00Z", 1)).toEqual(["10-26 01:15"]);
    const newYork = ["11-01 05:30", "11-02 06:30"];
    expect(dueAfter("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", 2)).toEqual(newYork);
  });

  test("hourly and every minute go on without a gap and without a repeat through both changes", () => {
    for (const [timeZone, from] of [
      ["Europe/Berlin", "2026-03-28T20:00:00Z"],
      ["Europe/Berlin", "2026-10-24T20:00:00Z"],
      ["America/New_York", "2026-11-01T00:00:00Z"],
    ] as const) {
      const start = new Date(from).getTime();
      const hours = listDue({ cron: "0 * * * *", timeZone }, new Date(from), 12).map((due) => due.getTime() - start);
      expect(hours, timeZone).toEqual(Array.from({ length: 12 }, (_, at) => (at + 1) * 3_600_000));
      const minutes = listDue({ cron: "* * * * *", timeZone }, new Date(from), 600).map((due) => due.getTime() - start);
      expect(minutes, timeZone).toEqual(Array.from({ length: 600 }, (_, at) => (at + 1) * 60_000));
    }
  });

  test("Lord Howe moves its clocks by half an hour", () => {
    // 2026-10-04: 02:00 +10:30 becomes 02:30 +11:00, at 15:30 UTC the day before.
    const gap = ["10-02 15:45", "10-03 15:30", "10-04 15:15"];
    expect(dueAfter("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T00:00:00Z", 3)).toEqual(gap);
    // 2026-04-05: 02:00 +11:00 becomes 01:30 +10:30, at 15:00 UTC the day before; 01:45 comes twice.
    const repeat = ["04-03 14:45", "04-04 14:45", "04-05 15:15"];
    expect(dueAfter("45 1 * * *", "Australia/Lord_Howe", "2026-04-03T00:00:00Z", 3)).toEqual(repeat);
  });

  test("a midnight that does not exist is due at one in the morning", () => {
    // Cairo's and Santiago's clocks jump at midnight.
    const cairo = ["04-23 10:00", "04-23 22:00", "04-24 09:00", "04-24 21:00"];
    expect(dueAfter("0 0,12 * * *", "Africa/Cairo", "2026-04-23T00:00:00Z", 4)).toEqual(cairo);
    expect(dueAfter("0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", 2)).toEqual([
      "09-06 04:00",
      "09-07 03:00",
    ]);
  });

  test("zones without a change are the same all year", () => {
    for (const [timeZone, noon] of [
      ["UTC", "12:00"],
      ["Asia/Kolkata", "06:30"],
      ["America/Phoenix", "19:00"],
    ] as const) {
      const year = listDue({ cron: "0 12 * * *", timeZone }, new Date("2026-01-01T00:00:00Z"), 365);
      expect(new Set(year.map((due) => due.toISOString().slice(11, 16))), timeZone).toEqual(new Set([noon]));
      expect(new Set(year.map((due) => due.toISOString().slice(0, 10))).size, timeZone).toBe(365);
    }
  });

  test("what was due last is what was due next, at every due time of a year and between", () => {
    for (const timeZone of ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]) {
      const timing: Timing = { cron: "30 2,14 * * *", timeZone };
      const dues = listDue(timing, new Date("2026-01-01T00:00:00Z"), 730);
      for (const [at, due] of dues.entries()) {
        const next = dues[at + 1];
        if (next === undefined) break;
        const hours = (next.getTime() - due.getTime()) / 3_600_000;
        expect(hours, due.toISOString()).toBeGreaterThanOrEqual(11);
        expect(hours, due.toISOString()).toBeLessThanOrEqual(13);
        if (hours === 12 && at % 20 > 0) continue;
        expect(previousDue(timing, due)).toEqual(due);
        expect(previousDue(timing, new Date(next.getTime() - 1))).toEqual(due);
      }
    }
  });
});

describe("a timing that means nothing is refused, and the answer says why", () => {
  test.each([
    ["* * * *", "UTC", "five fields"],
    ["0 * * * * *", "UTC", "five fields"],
    ["@daily", "UTC", "five fields"],
    ["0 0 L * *", "UTC", "L is no field"],
    ["0 0 * * 1#2", "UTC", "1#2 is no field"],
    ["61 * * * *", "UTC", ""],
    ["0 24 * * *", "UTC", ""],
    ["0 0 * * FUN", "UTC", ""],
    ["0 0 30 2 *", "UTC", "never comes"],
    ["0 0 * * *", "Mars/Olympus", "no time zone"],
    ["0 0 * * *", "+02:00", "no time zone"],
  ])("%s in %s", (cron, timeZone, words) => {
    const attempt = () => parseTiming({ cron, timeZone }, NOW);
    expect(attempt).toThrow(expect.objectContaining({ code: "schedule_invalid" }));
    expect(attempt).toThrow(words);
  });

  test("what means something is kept with single spaces", () => {
    const timing = parseTiming({ cron: " 0  0,12 * jan-mar MON ", timeZone: "Europe/Berlin" }, NOW);
    expect(timing).toEqual({ cron: "0 0,12 * jan-mar MON", timeZone: "Europe/Berlin" });
  });
});
