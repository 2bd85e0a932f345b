import { expect, test } from "vitest";
import { formatBytes, formatCount } from "./format-bytes.ts";
import { formatDuration } from "./format-duration.ts";
import { formatExactMoment, formatMoment } from "./format-moment.ts";
import { readReader } from "./reader.ts";

test("bytes have three digits and a binary unit", () => {
  expect([0, 999, 1000, 1024, 421_888, 8_808_038, 44_237_422_000, 1_299_227_607].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "0.98 KiB",
    "1.00 KiB",
    "412 KiB",
    "8.40 MiB",
    "41.2 GiB",
    "1.21 GiB",
  ]);
  expect(formatCount(1284)).toBe("1,284");
});

test("durations have two units at most", () => {
  expect([0, 41_000, 60_000, 8_880_000, 273_600_000].map(formatDuration)).toEqual([
    "under 1 s",
    "41 s",
    "1 min",
    "2 h 28 min",
    "3 d 4 h",
  ]);
});

test("today has no date, this year no year, and the reader's zone decides which day it is", () => {
  const now = new Date("2026-11-19T14:32:00Z");
  expect(formatMoment(new Date("2026-11-19T12:31:00Z"), "Europe/London", now)).toBe("12:31");
  expect(formatMoment(new Date("2026-11-17T12:00:00Z"), "Europe/London", now)).toBe("Tue 17 Nov, 12:00");
  expect(formatMoment(new Date("2025-11-17T12:00:00Z"), "Europe/London", now)).toBe("Mon 17 Nov 2025, 12:00");
  expect(formatMoment(new Date("2026-11-18T23:30:00Z"), "Europe/Berlin", now)).toBe("00:30");
  expect(formatMoment(new Date("2026-09-17T12:00:00Z"), "UTC", now)).toBe("Thu 17 Sep, 12:00");
  expect(formatExactMoment(new Date("2026-11-17T12:00:07Z"), "UTC")).toBe("Tue 17 Nov 2026, 12:00:07, UTC");
});

test("a cookie that makes no sense counts as absent", () => {
  const values = new Map([
    ["holdfast-theme", "<script>"],
    ["holdfast-time-zone", "Mars/Olympus"],
  ]);
  expect(readReader((name) => values.get(name), 5)).toEqual({ theme: "system", timeZone: "UTC", nowMs: 5 });
});
