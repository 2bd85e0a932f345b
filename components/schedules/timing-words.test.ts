import { expect, test } from "vitest";
import { scheduleHeadline } from "./schedule-headline.ts";
import { catchUpWords, isSetHere, jitterWords, originWords, PRESETS, pauseWords, timingWords } from "./timing-words.ts";

const NOTHING = {
  timing: null,
  jitterSeconds: null,
  catchUpMinutes: null,
  window: null,
  bandwidth: null,
  isPaused: false,
};

test("a preset is said in words, and its zone where the reader has another", () => {
  const noon = { cron: "0 0,12 * * *", timeZone: "Europe/Berlin" };
  expect(timingWords(noon, "Europe/Berlin")).toBe("Noon and midnight");
  expect(timingWords(noon, "UTC")).toBe("Noon and midnight, Europe/Berlin");
});

test("any other timing is said as it was written", () => {
  expect(timingWords({ cron: "*/10 * * * 1-5", timeZone: "UTC" }, "UTC")).toBe("*/10 * * * 1-5");
});

test("a value says from which level it comes, and its own level is its own", () => {
  expect(originWords("provider", "source")).toBe("from the provider's default");
  expect(originWords("machine", "source")).toBe("from this machine");
  expect(originWords("machine", "machine")).toBe("its own");
  expect(originWords("provider", "provider")).toBe("the default");
  expect(pauseWords("company", "source")).toBe("paused for the company");
  expect(pauseWords("source", "source")).toBe("paused");
});

test("noon and midnight are offered first", () => {
  expect(PRESETS[0].words).toBe("Noon and midnight");
});

test("spread and catch-up are said in words, also where there is none", () => {
  expect(jitterWords(0)).toBe("begins at once");
  expect(jitterWords(600)).toBe("begins within 10 min");
  expect(catchUpWords(0)).toBe("not caught up");
  expect(catchUpWords(1440)).toBe("caught up for 1 d");
});

test("a level that sets a single value sets something itself", () => {
  expect(isSetHere(NOTHING)).toBe(false);
  const window = { hours: Array(7).fill(1), endsRuns: false };
  for (const own of [
    { jitterSeconds: 0 },
    { catchUpMinutes: 0 },
    { window },
    { bandwidth: { rules: [] } },
    { isPaused: true },
  ]) {
    expect(isSetHere({ ...NOTHING, ...own })).toBe(true);
  }
});

test("the answer of a page says when, or who paused it", () => {
  const from = {
    timingFrom: "company",
    jitterFrom: "provider",
    catchUpFrom: "provider",
    windowFrom: "provider",
    bandwidthFrom: "provider",
  } as const;
  const timing = { cron: "0 0,12 * * *", timeZone: "Europe/Berlin" };
  const effective = { timing, jitterSeconds: 0, catchUpMinutes: 0, window: null, bandwidth: null, ...from };
  const told = (pausedBy: "provider" | "company" | null) =>
    scheduleHeadline({ own: NOTHING, effective: { ...effective, pausedBy }, nextDueAts: [] }, "Every machine");
  expect(told(null)).toBe("Every machine is backed up by itself. Noon and midnight, Europe/Berlin.");
  expect(told("provider")).toBe("Nothing is backed up by itself: paused by the provider.");
  expect(told("company")).toBe("Nothing is backed up by itself: paused for the company.");
});
