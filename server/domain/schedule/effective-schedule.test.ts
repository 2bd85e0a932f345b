import { expect, test } from "vitest";
import type { ScheduleSettings } from "../../../contracts/schedules.ts";
import type { SettingLevel } from "../../../contracts/setting-levels.ts";
import type { ScheduleRow } from "../store/schedule-store.ts";
import { NOTHING_SET, resolveSchedule } from "./effective-schedule.ts";

const HOURLY = { cron: "0 * * * *", timeZone: "Europe/Berlin" };
const NIGHTS = { hours: [1, 1, 1, 1, 1, 1, 1], endsRuns: false };
const SLOW = { rules: [{ hours: [1, 1, 1, 1, 1, 1, 1], bytesPerSecond: 62_500 }] };
const NIGHTLY = { cron: "0 2 * * *", timeZone: "UTC" };

function layer(level: SettingLevel, change: Partial<ScheduleSettings>, minute = 0): ScheduleRow {
  const settings = { ...NOTHING_SET, ...change };
  return { level, subjectId: null, settings, timedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)) };
}

test("where nobody has set anything, noon and midnight hold, from the provider's default", () => {
  expect(resolveSchedule([])).toEqual({
    timing: { cron: "0 0,12 * * *", timeZone: "UTC" },
    timingFrom: "provider",
    jitterSeconds: 600,
    jitterFrom: "provider",
    catchUpMinutes: 1440,
    catchUpFrom: "provider",
    window: null,
    windowFrom: "provider",
    bandwidth: null,
    bandwidthFrom: "provider",
    pausedBy: null,
    timedAt: null,
  });
});

test("each value comes from the narrowest level that sets it", () => {
  const layers = [
    layer("provider", { timing: NIGHTLY, jitterSeconds: 5, catchUpMinutes: 7 }),
    layer("company", { catchUpMinutes: 0, window: NIGHTS }),
    layer("machine", { timing: HOURLY }),
    layer("source", { jitterSeconds: 0 }),
  ];
  expect(resolveSchedule(layers)).toMatchObject({
    timing: HOURLY,
    timingFrom: "machine",
    jitterSeconds: 0,
    jitterFrom: "source",
    catchUpMinutes: 0,
    catchUpFrom: "company",
    window: NIGHTS,
    windowFrom: "company",
  });
});

test("a company's bandwidth limit goes before the provider's default, and no rules at all lift it", () => {
  const provider = layer("provider", { bandwidth: SLOW });
  const inherited = { bandwidth: SLOW, bandwidthFrom: "provider" };
  expect(resolveSchedule([provider, layer("company", {}), layer("machine", { timing: HOURLY })])).toMatchObject(
    inherited,
  );
  const lifted = resolveSchedule([provider, layer("company", { bandwidth: { rules: [] } })]);
  expect(lifted).toMatchObject({ bandwidth: { rules: [] }, bandwidthFrom: "company" });
});

test("a pause holds for everything below, and the widest is named", () => {
  const source = layer("source", { timing: HOURLY });
  expect(resolveSchedule([layer("company", { isPaused: true }), source]).pausedBy).toBe("company");
  const both = [layer("company", { isPaused: true }), layer("machine", { isPaused: true }), source];
  expect(resolveSchedule(both).pausedBy).toBe("company");
});

test("a timing holds since it was set, or since a narrower level gave up its own", () => {
  const company = layer("company", { timing: NIGHTLY }, 10);
  const provider = layer("provider", { timing: HOURLY }, 50);
  expect(resolveSchedule([provider, company]).timedAt).toEqual(company.timedAt);
  const machine = layer("machine", {}, 20);
  expect(resolveSchedule([provider, company, machine]).timedAt).toEqual(machine.timedAt);
});
