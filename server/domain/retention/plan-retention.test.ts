import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgingSnapshot } from "../store/archive-store.ts";
import { bucketsOf, lockUntil, retainUntil } from "./calendar.ts";
import { resolveRetention } from "./effective-retention.ts";
import { findSuspicious } from "./find-suspicious.ts";
import { planRetention, type RetentionStep } from "./plan-retention.ts";

const DAY_MS = 24 * 3_600_000;
const retention = { freezeAfterDays: 3, dailyDays: 10, weeklyWeeks: 4, monthlyMonths: 6, yearlyYears: 2 };
const NOW = new Date("2027-03-01T12:00:00Z");

const at = (receivedAt: string, commit: number, change: Partial<AgingSnapshot> = {}): AgingSnapshot => ({
  snapshotId: `s${commit}`,
  commit,
  receivedAt: new Date(receivedAt),
  isComplete: true,
  isScheduled: true,
  files: 100,
  bytes: 1_000,
  sentBytes: 10,
  isInBackup: true,
  frozen: null,
  isHeld: false,
  ...change,
});
const frozenAs = (snapshotClass: "daily" | "weekly" | "monthly" | "yearly", until: string, isExpired = false) => ({
  frozen: { snapshotClass, retainUntil: new Date(until), isExpired },
});
const planOf = (snapshots: readonly AgingSnapshot[], change: object = {}) =>
  planRetention(snapshots, { retention, timeZone: "UTC", now: NOW, ...change });
const wordOf = (step: RetentionStep) =>
  "reason" in step ? `${step.kind} ${step.reason}` : `${step.kind} ${step.snapshotClass}`;
const wordsOf = (snapshots: readonly AgingSnapshot[], change: object = {}) => planOf(snapshots, change).map(wordOf);

describe("what becomes of a snapshot", () => {
  test("it is frozen when its day has been over for so long: the first of its year as yearly, of a month, a week, a day", () => {
    const days = ["2027-01-30", "2027-01-31", "2027-02-01", "2027-02-02", "2027-02-03", "2027-02-08", "2027-02-28"];
    const found = wordsOf(days.map((day, commit) => at(`${day}T12:00:00Z`, commit + 1)));
    expect(found).toEqual([
      "freeze yearly",
      // Its time, ten days, is over: frozen a month late it would be let go at once.
      "leave_backup past_retention",
      "freeze monthly",
      "leave_backup past_retention",
      "leave_backup past_retention",
      "freeze weekly",
      "keep young",
    ]);
  });

  test("one stands for its day: scheduled rather than not, complete rather than with gaps, the first rather than a later one", () => {
    const day = "2027-02-25T0";
    const choose = (...changes: Partial<AgingSnapshot>[]) => {
      const snapshots = changes.map((change, index) => at(`${day}${index + 1}:00:00Z`, index + 1, change));
      const steps = planOf([...snapshots, at("2027-03-01T09:00:00Z", 9)]);
      return steps.filter(({ kind }) => kind === "freeze").map(({ commit }) => commit);
    };
    expect(choose({}, {}, {})).toEqual([1]);
    expect(choose({ isScheduled: false }, {}, {})).toEqual([2]);
    expect(choose({ isComplete: false }, {}, {})).toEqual([2]);
    expect(choose({ isScheduled: false }, { isComplete: false }, { isScheduled: false })).toEqual([2]);
  });

  test("the others of the day wait for the one that stands for it, and leave when it is frozen", () => {
    const [noon, night] = [at("2027-02-25T12:00:00Z", 1), at("2027-02-25T23:59:00Z", 2)];
    const today = at("2027-03-01T09:00:00Z", 3);
    expect(wordsOf([noon, night, today])).toEqual(["freeze yearly", "keep waits_for_day", "keep young"]);
    const frozen = { ...noon, ...frozenAs("yearly", "2029-02-25T12:00:00Z") };
    expect(wordsOf([frozen, night, today])).toEqual(["leave_backup frozen", "leave_backup thinned", "keep young"]);
  });

  test("the newest of a source stays in the backup tier for ever", () => {
    expect(wordsOf([at("2020-01-01T00:00:00Z", 1)])).toEqual(["keep newest"]);
    const frozen = at("2027-02-01T00:00:00Z", 1, frozenAs("yearly", "2029-02-01T00:00:00Z"));
    expect(wordsOf([frozen])).toEqual(["keep newest"]);
  });

  test("the archive lets it go when its time is over, and not while a hold keeps it", () => {
    const over = at("2027-01-01T00:00:00Z", 1, { isInBackup: false, ...frozenAs("daily", "2027-01-11T00:00:00Z") });
    expect(wordsOf([over, at("2027-03-01T09:00:00Z", 2)])[0]).toBe("expire past_retention");
    const young = at("2027-02-25T00:00:00Z", 1, { isInBackup: false, ...frozenAs("daily", "2027-03-07T00:00:00Z") });
    expect(wordsOf([young, at("2027-03-01T09:00:00Z", 2)])[0]).toBe("keep frozen");
  });

  test("what a hold keeps is extended by sixty days when less than thirty are left, also when it is over already", () => {
    const untilOf = (until: string, change: Partial<AgingSnapshot> = {}) => {
      const held = { isHeld: true, isInBackup: false, ...frozenAs("monthly", until), ...change };
      const [step] = planOf([at("2027-01-01T00:00:00Z", 1, held), at("2027-03-01T09:00:00Z", 2)]);
      return step?.kind === "extend" ? step.retainUntil.toISOString() : step && wordOf(step);
    };
    expect(untilOf("2027-03-31T12:00:00Z")).toBe("keep held");
    expect(untilOf("2027-03-31T11:59:59Z")).toBe("2027-04-30T12:00:00.000Z");
    expect(untilOf("2026-03-31T00:00:00Z", { isInBackup: true })).toBe("2027-04-30T12:00:00.000Z");
    expect(untilOf("2027-03-31T11:59:59Z", { isHeld: false })).toBe("keep frozen");
    expect(untilOf("2027-02-01T00:00:00Z", frozenAs("monthly", "2027-02-01T00:00:00Z", true))).toBe("keep held");
  });

  test("what a hold keeps is frozen even if its time is over", () => {
    const held = at("2026-02-01T00:00:00Z", 2, { isHeld: true });
    const first = at("2026-02-01T00:00:00Z", 1, { isInBackup: false, ...frozenAs("yearly", "2028-02-01T00:00:00Z") });
    const steps = planOf([first, held, at("2027-03-01T09:00:00Z", 3)]);
    expect(steps[1]).toMatchObject({ kind: "freeze", snapshotClass: "daily" });
    // The zones keep it as well: locked until a moment that is over it would be kept by the database alone.
    expect(steps[1]).toHaveProperty("retainUntil", new Date("2027-04-30T12:00:00Z"));
  });

  test("a hold has it frozen at once, however young", () => {
    const today = at("2027-03-01T09:00:00Z", 2, { isHeld: true });
    expect(wordsOf([at("2027-03-01T08:00:00Z", 1), today])).toEqual(["keep young", "freeze daily"]);
  });

  test("a flood of runs pushes nothing out: each day has one that is frozen, whatever else there is", () => {
    const anyDay = fc.array(fc.record({ hour: fc.integer({ min: 0, max: 23 }), isScheduled: fc.boolean() }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(anyDay, (flood) => {
        const scheduled = at("2027-02-25T00:00:00Z", 1);
        const others = flood.map(({ hour }, index) =>
          at(`2027-02-25T${String(hour).padStart(2, "0")}:30:00Z`, index + 2, { isScheduled: false }),
        );
        const steps = planOf([scheduled, ...others, at("2027-03-01T09:00:00Z", 99)]);
        expect(steps.filter(({ kind }) => kind === "freeze").map(({ commit }) => commit)).toEqual([1]);
      }),
    );
  });

  test("days, weeks and years begin on the clocks of the zone", () => {
    const late = at("2027-02-24T23:30:00Z", 1);
    const early = at("2027-02-25T10:00:00Z", 2);
    const today = at("2027-03-01T09:00:00Z", 3);
    expect(wordsOf([late, early, today], { timeZone: "UTC" }).slice(0, 2)).toEqual(["freeze yearly", "freeze daily"]);
    const inBerlin = wordsOf([late, early, today], { timeZone: "Europe/Berlin" }).slice(0, 2);
    expect(inBerlin).toEqual(["freeze yearly", "keep waits_for_day"]);
  });
});

describe("a suspicious snapshot", () => {
  const usual = [1, 2, 3, 4].map((day) =>
    at(`2027-02-0${day}T00:00:00Z`, day, frozenAs("daily", "2027-03-09T00:00:00Z")),
  );

  test("is much smaller, or much more changed, than those before it", () => {
    const oddOnes = (change: Partial<AgingSnapshot>) => [
      ...findSuspicious([...usual, at("2027-02-05T00:00:00Z", 5, change)]),
    ];
    expect(oddOnes({})).toEqual([]);
    expect(oddOnes({ files: 49 })).toEqual([5]);
    expect(oddOnes({ bytes: 499 })).toEqual([5]);
    expect(oddOnes({ sentBytes: 900 })).toEqual([5]);
    expect(oddOnes({ sentBytes: 400 })).toEqual([]);
  });

  test("ten in a row are how it is from now on", () => {
    const small = Array.from({ length: 12 }, (_, index) =>
      at("2027-02-05T00:00:00Z", 5 + index, { files: 10, bytes: 100 }),
    );
    expect([...findSuspicious([...usual, ...small])]).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test("is frozen beside the one that stands for the day, and thins nothing out", () => {
    const [odd, good] = [at("2027-02-25T01:00:00Z", 5, { files: 1 }), at("2027-02-25T12:00:00Z", 6)];
    const today = at("2027-03-01T09:00:00Z", 7);
    expect(wordsOf([...usual, odd, good, today]).slice(4)).toEqual(["freeze daily", "freeze yearly", "keep young"]);
    expect(wordsOf([...usual, odd, today]).slice(4)).toEqual(["freeze daily", "keep young"]);
  });
});

describe("the calendar", () => {
  test("weeks are those from Monday to Sunday, over years", () => {
    const weekOf = (day: string) => bucketsOf(new Date(`${day}T12:00:00Z`), "UTC").week;
    expect(weekOf("2026-12-28")).toBe(weekOf("2027-01-03"));
    expect(weekOf("2027-01-04")).not.toBe(weekOf("2027-01-03"));
  });

  test("a day of 23 or 25 hours ends at its own midnight", () => {
    const endOf = (day: string) => new Date(bucketsOf(new Date(day), "Europe/Berlin").dayEndsMs).toISOString();
    expect(endOf("2027-03-28T00:30:00Z")).toBe("2027-03-28T22:00:00.000Z");
    expect(endOf("2027-03-28T10:00:00Z")).toBe("2027-03-28T22:00:00.000Z");
    expect(endOf("2027-10-31T00:30:00Z")).toBe("2027-10-31T23:00:00.000Z");
  });

  test("a lock ends with the quarter in which the snapshot may go, and never before it", () => {
    expect(lockUntil(new Date("2027-02-11T00:00:00Z"))).toEqual(new Date("2027-04-01T00:00:00Z"));
    expect(lockUntil(new Date("2027-12-31T23:59:59Z"))).toEqual(new Date("2028-01-01T00:00:00Z"));
    const anyDate = fc.date({ min: new Date("2026-01-01"), max: new Date("2040-01-01"), noInvalidDate: true });
    fc.assert(fc.property(anyDate, (until) => lockUntil(until) > until));
  });

  test("retention counts from when the server received it, in whole seconds, and never longer than ten years", () => {
    const received = new Date("2027-01-31T10:00:00.500Z");
    expect(retainUntil(received, "daily", retention)).toEqual(new Date("2027-02-10T10:00:01Z"));
    const long = { ...retention, dailyDays: 3_650, yearlyYears: 10 };
    expect(retainUntil(received, "yearly", long).getTime() - received.getTime()).toBeLessThanOrEqual(
      3_652 * DAY_MS + 1_000,
    );
  });
});

test("what a narrower level sets holds, and everything else comes from above", () => {
  const nothing = { freezeAfterDays: null, dailyDays: null, weeklyWeeks: null, monthlyMonths: null, yearlyYears: null };
  const { values, from } = resolveRetention([
    { level: "provider", settings: { ...nothing, dailyDays: 60, yearlyYears: 5 } },
    { level: "company", settings: { ...nothing, yearlyYears: 10 } },
    { level: "source", settings: { ...nothing, weeklyWeeks: 0 } },
  ]);
  expect(values).toMatchObject({ dailyDays: 60, yearlyYears: 10, weeklyWeeks: 0, monthlyMonths: 13 });
  expect(from).toMatchObject({
    dailyDays: "provider",
    yearlyYears: "company",
    weeklyWeeks: "source",
    monthlyMonths: "built_in",
  });
});
