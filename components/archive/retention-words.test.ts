import { expect, test } from "vitest";
import { figureWords, originWords, retentionWords } from "./retention-words.ts";

test("figures are said with their unit, one as one, none as none", () => {
  expect([figureWords("dailyDays", 1), figureWords("weeklyWeeks", 13), figureWords("yearlyYears", 0)]).toEqual([
    "1 day",
    "13 weeks",
    "none",
  ]);
});

test("a value says where it comes from", () => {
  expect([
    originWords("company", "company"),
    originWords("company", "source"),
    originWords("built_in", "machine"),
  ]).toEqual(["its own", "from the company", "as Holdfast comes"]);
});

test("the whole is one sentence", () => {
  const own = { freezeAfterDays: null, dailyDays: null, weeklyWeeks: null, monthlyMonths: null, yearlyYears: null };
  const figure = (value: number) => ({ value, from: "built_in" as const });
  const effective = {
    freezeAfterDays: figure(14),
    dailyDays: figure(35),
    weeklyWeeks: figure(13),
    monthlyMonths: figure(0),
    yearlyYears: figure(1),
  };
  expect(retentionWords({ own, effective })).toBe(
    "Frozen after 14 days; then daily 35 days, weekly 13 weeks, monthly none, yearly 1 year",
  );
});
