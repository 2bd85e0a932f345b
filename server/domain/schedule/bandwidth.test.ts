import { expect, test } from "vitest";
import { ALL_HOURS, type BandwidthSettings } from "../../../contracts/schedules.ts";
import { bandwidthAt } from "./bandwidth.ts";

const bits = (...hours: readonly number[]) => hours.reduce((day, hour) => day | (1 << hour), 0);
const every = (day: number): number[] => Array(7).fill(day);
const WORK = bits(8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
const BERLIN = "Europe/Berlin";

/** 5 Mbit/s at any hour, and 1 Mbit/s while people work. */
const OFFICE: BandwidthSettings = {
  rules: [
    { hours: [WORK, WORK, WORK, WORK, WORK, 0, 0], bytesPerSecond: 125_000 },
    { hours: every(ALL_HOURS), bytesPerSecond: 625_000 },
  ],
};
/** Two to three at night, and nothing else. */
const TWO: BandwidthSettings = { rules: [{ hours: every(bits(2)), bytesPerSecond: 62_500 }] };
const limit = (bandwidth: BandwidthSettings | null, moment: string, timeZone = BERLIN) =>
  bandwidthAt({ bandwidth, timeZone }, new Date(`${moment}Z`));

test("where nobody has set one, and where there are no rules, there is no limit", () => {
  expect(limit(null, "2026-11-26T12:00:00")).toBeNull();
  expect(limit({ rules: [] }, "2026-11-26T12:00:00")).toBeNull();
});

test("the least of the rules that hold counts, whatever their order", () => {
  // Thursday, an hour ahead of UTC.
  expect(limit(OFFICE, "2026-11-26T12:00:00")).toBe(125_000);
  expect(limit({ rules: OFFICE.rules.toReversed() }, "2026-11-26T12:00:00")).toBe(125_000);
  expect(limit(OFFICE, "2026-11-28T12:00:00")).toBe(625_000);
});

test("an hour holds from its first moment to its last, on the clocks of the zone", () => {
  expect(limit(OFFICE, "2026-11-26T06:59:59.999")).toBe(625_000);
  expect(limit(OFFICE, "2026-11-26T07:00:00")).toBe(125_000);
  expect(limit(OFFICE, "2026-11-26T16:59:59.999")).toBe(125_000);
  expect(limit(OFFICE, "2026-11-26T17:00:00")).toBe(625_000);
  // Kathmandu's hours begin at a quarter past those of UTC.
  expect(limit(TWO, "2026-11-25T20:14:59.999", "Asia/Kathmandu")).toBeNull();
  expect(limit(TWO, "2026-11-25T20:15:00", "Asia/Kathmandu")).toBe(62_500);
});

test("an hour of no rule has no limit", () => {
  expect(limit(TWO, "2026-11-26T12:00:00")).toBeNull();
});

test("summer time moves the hours with the clocks", () => {
  expect(limit(OFFICE, "2026-07-02T05:59:59.999")).toBe(625_000);
  expect(limit(OFFICE, "2026-07-02T06:00:00")).toBe(125_000);
});

test("an hour that a change of the clocks skips never limits, and one that comes twice limits twice", () => {
  // On 29 March, 02:00 is 03:00 at once.
  expect(limit(TWO, "2026-03-29T00:59:59.999")).toBeNull();
  expect(limit(TWO, "2026-03-29T01:00:00")).toBeNull();
  // On 25 October, 03:00 is 02:00 again.
  expect(limit(TWO, "2026-10-24T23:59:59.999")).toBeNull();
  for (const moment of ["2026-10-25T00:00:00", "2026-10-25T00:59:59", "2026-10-25T01:00:00", "2026-10-25T01:59:59"]) {
    expect(limit(TWO, moment), moment).toBe(62_500);
  }
  expect(limit(TWO, "2026-10-25T02:00:00")).toBeNull();
});
