import { expect, test } from "vitest";
import { ALL_HOURS } from "../../contracts/schedules.ts";
import { spanOf, WINDOW_PRESETS, weekFrom, windowWords } from "./window-words.ts";

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

test("a day's hours are those from the first up to the last, across midnight as well", () => {
  expect(spanOf(0, 3)).toBe(0b111);
  expect(spanOf(23, 1)).toBe((1 << 23) | 1);
  expect(spanOf(7, 7)).toBe(ALL_HOURS);
});

test("what begins in the evening goes on in the morning of the next day, on Monday after Sunday", () => {
  expect(weekFrom([6], 22, 2)).toEqual([0b11, 0, 0, 0, 0, 0, (1 << 22) | (1 << 23)]);
  expect(weekFrom([0, 1], 1, 2)).toEqual([0b10, 0b10, 0, 0, 0, 0, 0]);
  expect(weekFrom(EVERY_DAY, 18, 6)).toEqual(WINDOW_PRESETS[1].hours);
  expect(weekFrom([2], 20, 0)).toEqual([0, 0, spanOf(20, 24), 0, 0, 0, 0]);
});

test("a window is said in words, with what happens at its end", () => {
  expect(windowWords(null)).toBe("at any hour");
  const [always, nights] = WINDOW_PRESETS;
  expect(windowWords({ hours: [...always.hours], endsRuns: false })).toBe("at any hour");
  expect(windowWords({ hours: [...nights.hours], endsRuns: true })).toBe("nights, 18:00 to 06:00, ended after them");
  expect(windowWords({ hours: weekFrom([5, 6], 8, 20), endsRuns: false })).toBe("24 of 168 hours a week");
});
