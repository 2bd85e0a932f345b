import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SweepPack } from "../store/sweep-store.ts";
import { addToTally, planSweep, type SweepView } from "./plan-sweep.ts";

const HOUR_MS = 3_600_000;
const VIEW: SweepView = {
  round: 5,
  packHigh: 100,
  areMarksComplete: true,
  graceMs: 72 * HOUR_MS,
  restMs: HOUR_MS,
  frameBytes: 100,
};

const packOf = (change: Partial<SweepPack>): SweepPack => ({
  packNo: 7,
  packId: "ab".repeat(32),
  packKind: "content",
  tier: "backup",
  isLocked: false,
  lockedUntil: null,
  sizeBytes: 1_000,
  state: "live",
  ageMs: 100 * HOUR_MS,
  liveFrames: 0,
  isRepacked: false,
  isRunOpen: false,
  quarantine: null,
  ...change,
});

const quarantined = (change: Partial<NonNullable<SweepPack["quarantine"]>> = {}): Partial<SweepPack> => ({
  state: "quarantined",
  quarantine: { round: 4, ageMs: 2 * HOUR_MS, areRunsOpen: false, ...change },
});

const decide = (change: Partial<SweepPack>, view: Partial<SweepView> = {}) => {
  const [step] = planSweep([packOf(change)], { ...VIEW, ...view });
  return `${step?.kind}: ${step?.reason}`;
};

describe("a live pack", () => {
  test("is quarantined when nothing reaches it", () => expect(decide({})).toBe("quarantine: unreached"));
  test.each([
    ["keep: reached", { liveFrames: 3 }],
    ["keep: reached", { liveFrames: 1, isRepacked: true }],
    ["keep: reached", { liveFrames: 1, packNo: 101 }],
    ["keep: reached", { liveFrames: 1, isRunOpen: true }],
    ["keep: reached", { liveFrames: 1, ageMs: HOUR_MS }],
    ["keep: new", { packNo: 101 }],
    ["keep: run_open", { isRunOpen: true }],
    ["keep: young", { ageMs: HOUR_MS }],
  ])("%s", (expected, change) => expect(decide(change)).toBe(expected));
  test("is repacked when little of it is reached", () => {
    expect(decide({ liveFrames: 2 })).toBe("repack: mostly_unreached");
    expect(decide({ liveFrames: 2 }, { areMarksComplete: false })).toBe("keep: reached");
  });
  test("stays while the marks are not complete", () => {
    expect(decide({}, { areMarksComplete: false })).toBe("keep: marks_incomplete");
  });
});

describe("a quarantined pack", () => {
  test("is deleted when a later round does not reach it either", () => {
    expect(decide(quarantined())).toBe("delete: unreached_again");
  });
  test("is rescued when something reaches it, also while the marks are not complete", () => {
    expect(decide({ ...quarantined(), liveFrames: 1 })).toBe("rescue: reached");
    expect(decide({ ...quarantined(), liveFrames: 1 }, { areMarksComplete: false })).toBe("rescue: reached");
  });
  test.each([
    ["keep: marked_once", { round: 5 }],
    ["keep: marked_once", { round: null }],
    ["keep: runs_open", { areRunsOpen: true }],
    ["keep: resting", { ageMs: HOUR_MS / 2 }],
  ])("%s", (expected, change) => expect(decide(quarantined(change))).toBe(expected));
  test("stays while the marks are not complete", () => {
    expect(decide(quarantined(), { areMarksComplete: false })).toBe("keep: marks_incomplete");
  });
});

test("a deletion that has begun goes on", () => expect(decide({ state: "deleting" })).toBe("forget: deleting"));

const anyPack = fc.record({
  packNo: fc.integer({ min: 1, max: 200 }),
  packId: fc.constant("cd".repeat(32)),
  tier: fc.constantFrom("backup", "archive"),
  isLocked: fc.boolean(),
  lockedUntil: fc.constant(null),
  packKind: fc.constantFrom("content" as const, "meta" as const),
  sizeBytes: fc.integer({ min: 48, max: 1e6 }),
  state: fc.constantFrom("live" as const, "quarantined" as const, "deleting" as const),
  ageMs: fc.integer({ min: 0, max: 200 * HOUR_MS }),
  liveFrames: fc.integer({ min: 0, max: 3 }),
  isRepacked: fc.boolean(),
  isRunOpen: fc.boolean(),
  quarantine: fc.option(
    fc.record({
      round: fc.option(fc.integer({ min: 1, max: 8 })),
      ageMs: fc.integer({ min: 0, max: 2 * HOUR_MS }),
      areRunsOpen: fc.boolean(),
    }),
  ),
});

test("whatever is marked is never quarantined or deleted, and nothing goes from live to deleted in one round", () => {
  fc.assert(
    fc.property(anyPack, fc.boolean(), (pack, areMarksComplete) => {
      const [step] = planSweep([pack], { ...VIEW, areMarksComplete });
      const isReached = pack.liveFrames > 0;
      if (isReached && pack.state !== "deleting") expect(["keep", "rescue", "repack"]).toContain(step?.kind);
      if (pack.state === "live") expect(["keep", "quarantine", "repack"]).toContain(step?.kind);
      if (step?.kind !== "delete") return;
      expect(areMarksComplete).toBe(true);
      expect(pack.quarantine?.round).toBeLessThan(VIEW.round);
      expect(pack.quarantine?.areRunsOpen).toBe(false);
      expect(pack.isLocked).toBe(false);
    }),
  );
});

test("the tally adds up packs and bytes by what becomes of them", () => {
  const steps = planSweep([packOf({}), packOf({ sizeBytes: 24 }), packOf({ liveFrames: 9 })], VIEW);
  expect(addToTally(addToTally({}, steps), steps)).toEqual({
    "quarantine: unreached": { packs: 4, bytes: 2_048 },
    "keep: reached": { packs: 2, bytes: 2_000 },
  });
});
