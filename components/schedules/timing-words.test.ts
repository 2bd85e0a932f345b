import { expect, test } from "vitest";
import { originWords, pauseWords, timingWords } from "./timing-words.ts";

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
  expect(pauseWords("company", "source")).toBe("paused for the company");
  expect(pauseWords("source", "source")).toBe("paused");
});
