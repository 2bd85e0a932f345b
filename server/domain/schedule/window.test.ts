import { expect, test } from "vitest";
import { ALL_HOURS, type WindowSettings } from "../../../contracts/schedules.ts";
import { isInside, nextInside, windowEnd } from "./window.ts";

const bits = (...hours: readonly number[]) => hours.reduce((day, hour) => day | (1 << hour), 0);
const NIGHT = bits(22, 23, 0, 1, 2, 3, 4, 5);
/** Every night from 22:00 to 06:00, and all of Sunday. */
const NIGHTS: WindowSettings = { hours: [NIGHT, NIGHT, NIGHT, NIGHT, NIGHT, NIGHT, ALL_HOURS], endsRuns: false };
const BERLIN = "Europe/Berlin";
const at = (moment: string) => new Date(`${moment}Z`);

test("hours are those of the zone's clocks, from their first moment to their last", () => {
  // Thursday, an hour ahead of UTC.
  expect(isInside(NIGHTS, BERLIN, at("2026-11-26T20:59:59.999"))).toBe(false);
  expect(isInside(NIGHTS, BERLIN, at("2026-11-26T21:00:00"))).toBe(true);
  expect(isInside(NIGHTS, BERLIN, at("2026-11-27T04:59:59.999"))).toBe(true);
  expect(isInside(NIGHTS, BERLIN, at("2026-11-27T05:00:00"))).toBe(false);
  expect(isInside(NIGHTS, BERLIN, at("2026-11-29T12:00:00"))).toBe(true);
  expect(isInside(null, BERLIN, at("2026-11-26T12:00:00"))).toBe(true);
});

test("what falls outside waits for the next hour inside", () => {
  expect(nextInside(NIGHTS, BERLIN, at("2026-11-26T11:00:00"))).toEqual(at("2026-11-26T21:00:00"));
  expect(nextInside(NIGHTS, BERLIN, at("2026-11-26T21:17:00"))).toEqual(at("2026-11-26T21:17:00"));
  expect(nextInside(NIGHTS, "Asia/Kathmandu", at("2026-11-26T11:00:00"))).toEqual(at("2026-11-26T16:15:00"));
  const monday: WindowSettings = { hours: [bits(3), 0, 0, 0, 0, 0, 0], endsRuns: true };
  expect(nextInside(monday, "UTC", at("2026-11-23T04:00:00"))).toEqual(at("2026-11-30T03:00:00"));
});

test("an hour that a change of the clocks skips is no hour, and one that comes twice is two", () => {
  const two: WindowSettings = { hours: Array(7).fill(bits(2)), endsRuns: true };
  expect(nextInside(two, BERLIN, at("2026-03-28T12:00:00"))).toEqual(at("2026-03-30T00:00:00"));
  expect(nextInside(two, BERLIN, at("2026-10-24T12:00:00"))).toEqual(at("2026-10-25T00:00:00"));
  expect(windowEnd(two, BERLIN, at("2026-10-25T00:30:00"))).toEqual(at("2026-10-25T02:00:00"));
});

test("a window ends with its last hour, across midnight, and one of all hours never", () => {
  expect(windowEnd(NIGHTS, BERLIN, at("2026-11-26T22:10:00"))).toEqual(at("2026-11-27T05:00:00"));
  expect(windowEnd(NIGHTS, BERLIN, at("2026-11-28T22:10:00"))).toEqual(at("2026-11-30T05:00:00"));
  expect(windowEnd({ hours: Array(7).fill(ALL_HOURS), endsRuns: true }, BERLIN, at("2026-11-26T22:10:00"))).toBeNull();
  expect(windowEnd(null, BERLIN, at("2026-11-26T22:10:00"))).toBeNull();
});
