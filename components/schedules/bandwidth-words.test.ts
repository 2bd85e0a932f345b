import { expect, test } from "vitest";
import { bandwidthWords, fromMbits, LIMIT_HOURS, toMbits } from "./bandwidth-words.ts";

const hoursOf = (wanted: string) => [...(LIMIT_HOURS.find(({ name }) => name === wanted)?.hours ?? [])];

test("limits are said in Mbit/s, each with its hours", () => {
  expect(bandwidthWords(null)).toBe("no bandwidth limit");
  expect(bandwidthWords({ rules: [] })).toBe("no bandwidth limit");
  const work = { hours: hoursOf("work"), bytesPerSecond: 625_000 };
  const always = { hours: hoursOf("always"), bytesPerSecond: 2_500_000 };
  const some = { hours: [1, 2, 3, 0, 0, 0, 0], bytesPerSecond: 62_500 };
  expect(bandwidthWords({ rules: [work, always] })).toBe(
    "all machines together at most 5 Mbit/s Monday to Friday, 08:00 to 18:00, and 20 Mbit/s at any hour",
  );
  expect(bandwidthWords({ rules: [some] })).toBe("all machines together at most 0.5 Mbit/s in 4 of 168 hours a week");
});

test("what is shown of a limit gives the same limit again", () => {
  for (const bytesPerSecond of [62_500, 62_625, 125_000, 1_234_500, 1_250_000_000]) {
    expect(fromMbits(toMbits(bytesPerSecond))).toBe(bytesPerSecond);
  }
});
