import { describe, expect, test } from "vitest";
import { COPY_COST_BYTES, nextStepInMs, planScrub, type ScrubView, scrubCostBytes } from "./plan-scrub.ts";

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const START = new Date("2026-11-01T00:00:00Z");

function view(dayOfRound: number, readBytes: number, leftBytes: number, daysPerRound = 30): ScrubView {
  const now = new Date(START.getTime() + dayOfRound * DAY_MS);
  return { round: { startedAt: START, readBytes }, leftBytes, now, daysPerRound };
}

describe("the pace of a scrub", () => {
  test("a company that was never scrubbed begins", () => {
    expect(planScrub({ ...view(0, 0, GIB), round: null })).toEqual({ kind: "begin" });
  });

  test("nothing is read before it is due", () => {
    expect(planScrub(view(0, 0, GIB))).toEqual({ kind: "rest" });
    // Nearly a third of three quarters of 30 days is over, and a third is read.
    expect(planScrub(view(7.49, 100, 200))).toEqual({ kind: "rest" });
    expect(planScrub(view(7.6, 100, 200)).kind).toBe("read");
  });

  test("what is due is read, and no more", () => {
    const dueBytes = (1000 * GIB) / (22.5 * 24 * 60);
    const at = view(10 + 1 / (24 * 60), (1000 * GIB * 10) / 22.5, 1000 * GIB * (1 - 10 / 22.5));
    const plan = planScrub(at);
    expect(plan.kind).toBe("read");
    expect(plan.kind === "read" && Math.abs(plan.budgetBytes - dueBytes) < 1024).toBe(true);
  });

  test("behind, it reads four times as fast as without an outage, and not faster", () => {
    const perMinute = (1000 * GIB) / (22.5 * 24 * 60);
    for (const day of [5, 15, 22.5, 60]) {
      const plan = planScrub(view(day, GIB, 999 * GIB));
      expect(plan).toEqual({ kind: "read", budgetBytes: Math.ceil(4 * perMinute) });
    }
  });

  test("an outage of a week, after which everything is late, still ends within the days", () => {
    let readBytes = 0;
    let day = 0;
    while (readBytes < 1000 * GIB) {
      const plan = day >= 8 && day < 15 ? { kind: "rest" } : planScrub(view(day, readBytes, 1000 * GIB - readBytes));
      if (plan.kind === "read" && "budgetBytes" in plan) readBytes += plan.budgetBytes;
      day += 1 / (24 * 60);
    }
    expect(day).toBeLessThan(30);
    expect(day).toBeGreaterThan(22);
  });

  test("a round that is through waits for the next until its days are over, so that nothing is read twice as often", () => {
    expect(planScrub(view(3, GIB, 0))).toEqual({ kind: "rest" });
    expect(planScrub(view(22.4, GIB, 0))).toEqual({ kind: "rest" });
    expect(planScrub(view(22.5, GIB, 0))).toEqual({ kind: "begin" });
    expect(planScrub(view(22.5, 0, 0))).toEqual({ kind: "begin" });
  });

  test("the next step comes when the next copy is due, not sooner than a minute and not later than an hour", () => {
    const half = view(11.25, GIB, GIB);
    expect(nextStepInMs({ ...half, now: new Date(half.now.getTime() - 10 * 60_000) }, 0)).toBe(10 * 60_000);
    expect(nextStepInMs(half, 0)).toBe(60_000);
    expect(nextStepInMs(view(20, GIB, GIB), 0)).toBe(60_000);
    expect(nextStepInMs(view(1, GIB, GIB), 0)).toBe(3_600_000);
    expect(nextStepInMs(view(1, GIB, 0), 0)).toBe(3_600_000);
    expect(nextStepInMs(view(1, 0, 0), 0)).toBe(3_600_000);
  });

  test("behind, a step that had to read more than its share is followed by a longer wait", () => {
    const fourTimesPerMinute = (4 * 2 * GIB) / (22.5 * 24 * 60);
    expect(nextStepInMs(view(20, GIB, GIB), 10 * fourTimesPerMinute)).toBe(10 * 60_000);
    expect(nextStepInMs(view(20, GIB, GIB), 1000 * fourTimesPerMinute)).toBe(3_600_000);
  });

  test("a copy costs a request besides its bytes, so that small ones are spread as well", () => {
    expect(scrubCostBytes({ copies: 3, bytes: 10 })).toBe(10 + 3 * COPY_COST_BYTES);
  });
});
