import { describe, expect, test } from "vitest";
import { type ClockEvidence, findDeletionHold, type ZoneEvidence } from "./find-deletion-hold.ts";

const NOW = new Date("2026-11-27T12:00:00.000Z");
const MINUTE_MS = 60_000;
const later = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE_MS);

const zoneOf = (change: Partial<ZoneEvidence> = {}): ZoneEvidence => ({
  zoneId: "zone2",
  term: 1,
  errorCode: null,
  newestReceiptAt: later(-60),
  isAhead: false,
  ...change,
});
const CLOCK: ClockEvidence = { databaseNow: NOW, hostNow: NOW, driftMs: 0 };

const holdOf = (zone: Partial<ZoneEvidence>, clock: Partial<ClockEvidence> = {}) =>
  findDeletionHold([zoneOf({ zoneId: "zone1" }), zoneOf(zone)], { ...CLOCK, ...clock }, 1)?.code ?? null;

describe("deletion", () => {
  test("goes on when every zone and every clock agrees", () => {
    expect(holdOf({})).toBeNull();
    expect(holdOf({ newestReceiptAt: null })).toBeNull();
    expect(holdOf({ newestReceiptAt: later(9) }, { hostNow: later(-9), driftMs: 9 * MINUTE_MS })).toBeNull();
  });

  test.each([
    ["zone_away", { errorCode: "unreachable", term: null }],
    ["term_unknown", { term: null }],
    ["term_differs", { term: 2 }],
    ["zone_ahead", { isAhead: true }],
    ["clock_jumped", { newestReceiptAt: later(11) }],
  ])("is held up: %s", (code, zone) => expect(holdOf(zone)).toBe(code));

  test("is held up by a zone that knows an older term alone", () => {
    expect(findDeletionHold([zoneOf({ term: 1 })], CLOCK, 2)?.code).toBe("term_differs");
  });

  test.each([
    [{ hostNow: later(11) }],
    [{ hostNow: later(-11) }],
    [{ driftMs: 11 * MINUTE_MS }],
    [{ driftMs: -11 * MINUTE_MS }],
  ])("is held up by a clock that jumped", (clock) => expect(holdOf({}, clock)).toBe("clock_jumped"));

  test("is held up where there is no zone at all", () => {
    expect(findDeletionHold([], CLOCK, 1)?.code).toBe("zone_away");
  });
});
