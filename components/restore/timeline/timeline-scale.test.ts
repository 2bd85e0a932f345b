import { expect, test } from "vitest";
import { createTimelineScale } from "./timeline-scale.ts";

const at = (text: string) => new Date(text).getTime();
const NOW = at("2026-11-19T14:00:00");
const DAY = 24 * 60 * 60 * 1000;

test("later is further right, from edge to edge", () => {
  const moments = Array.from({ length: 900 }, (_, day) => NOW - (900 - day) * DAY);
  const places = moments.map(createTimelineScale(moments, NOW).place);
  expect(places[0]).toBe(0);
  expect(places.at(-1)).toBeLessThanOrEqual(1);
  for (const [index, place] of places.entries()) if (index > 0) expect(place).toBeGreaterThan(places[index - 1] ?? 1);
});

test("a month of now is wider than a month of last year", () => {
  const moments = Array.from({ length: 900 }, (_, day) => NOW - (900 - day) * DAY);
  const { place } = createTimelineScale(moments, NOW);
  const width = (from: string, to: string) => place(at(to)) - place(at(from));
  expect(width("2026-11-01", "2026-11-19")).toBeGreaterThan(5 * width("2025-05-01", "2025-05-19"));
});

test("only what there is has a band, and a snapshot of a minute ago stands alone", () => {
  const { bands, place } = createTimelineScale([NOW - 60_000], NOW);
  expect(bands).toEqual([{ label: "Today", from: 0 }]);
  expect(place(NOW - 60_000)).toBe(0);
  expect(place(NOW)).toBe(1);
});

test("snapshots of one busy hour stay apart from each other", () => {
  const moments = [
    at("2024-03-01"),
    ...Array.from({ length: 10 }, (_, index) => at("2025-03-01T10:00") + index * 1000),
    NOW,
  ];
  const { place } = createTimelineScale(moments, NOW);
  expect(place(moments[2] ?? 0) - place(moments[1] ?? 0)).toBeGreaterThan(0.02);
});

test("nothing at all is an empty line", () => {
  expect(createTimelineScale([], NOW).bands).toEqual([{ label: "Today", from: 0 }]);
});
