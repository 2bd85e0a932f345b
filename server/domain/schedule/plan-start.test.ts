import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { MAX_ATTEMPTS } from "../store/run-store.ts";
import { type EffectiveSchedule, resolveSchedule } from "./effective-schedule.ts";
import { OTHER_ZONE_AFTER_MS, planStart, RETRY_AFTER_MS, type StartQuestion } from "./plan-start.ts";

const at = (time: string) => new Date(`2026-11-26T${time}Z`);

/** Noon and midnight in UTC, without jitter, caught up for six hours; asked at some time of one day. */
function ask(change: Partial<StartQuestion> = {}, schedule: Partial<EffectiveSchedule> = {}) {
  return planStart({
    schedule: { ...resolveSchedule([]), jitterSeconds: 0, catchUpMinutes: 360, ...schedule },
    sourceId: "01890000-0000-7000-8000-000000000001",
    createdAt: new Date("2026-11-01T00:00:00Z"),
    lastStartAt: null,
    lastFailure: null,
    now: at("13:00:00"),
    ...change,
  });
}

const noon = { dueAt: at("12:00:00"), startAt: at("12:00:00") };
const midnight = { dueAt: new Date("2026-11-27T00:00:00Z"), startAt: new Date("2026-11-27T00:00:00Z") };

describe("the next start of a source", () => {
  test("is the next due time when the last was started, however late and whatever came of it", () => {
    expect(ask({ lastStartAt: at("12:00:00") })).toEqual(midnight);
    expect(ask({ lastStartAt: at("12:59:00") })).toEqual(midnight);
  });

  test("is what was missed last, and of several the newest alone", () => {
    expect(ask({ lastStartAt: at("11:59:59") })).toEqual(noon);
    expect(ask({ lastStartAt: new Date("2026-11-20T00:00:00Z") })).toEqual(noon);
  });

  test("is caught up as long as the schedule says", () => {
    expect(ask({ now: at("18:00:00") })).toEqual(noon);
    expect(ask({ now: at("18:00:01") })).toEqual(midnight);
  });

  test("comes a little late also where nothing is caught up", () => {
    expect(ask({ now: at("12:10:00") }, { catchUpMinutes: 0 })).toEqual(noon);
    expect(ask({ now: at("12:20:00") }, { catchUpMinutes: 0 })).toEqual(midnight);
  });

  test("was not due before the source was known, or before this timing was set", () => {
    expect(ask({ createdAt: at("12:30:00") })).toEqual(midnight);
    expect(ask({}, { timedAt: at("12:30:00") })).toEqual(midnight);
    expect(ask({}, { timedAt: at("11:30:00") })).toEqual(noon);
  });

  test("is none while it is paused", () => {
    expect(ask({}, { pausedBy: "company" })).toBeNull();
  });
});

describe("a backup that failed", () => {
  const failed = (attempt: number, endedAt = at("12:10:00"), dueAt = at("12:00:00")) => {
    return { dueAt, endedAt, attempt, code: "path_not_found" };
  };
  const askAfter = (attempt: number, change: Partial<StartQuestion> = {}, schedule: Partial<EffectiveSchedule> = {}) =>
    ask({ lastStartAt: at("12:00:01"), lastFailure: failed(attempt), now: at("12:11:00"), ...change }, schedule);
  const waitMs = (attempt: number) => (askAfter(attempt)?.startAt.getTime() ?? 0) - at("12:10:00").getTime();

  test("is tried again for the same due time, each time later, and then waits for the next", () => {
    expect(RETRY_AFTER_MS).toHaveLength(MAX_ATTEMPTS - 1);
    for (const [index, afterMs] of RETRY_AFTER_MS.entries()) {
      expect(askAfter(index + 1)?.dueAt).toEqual(noon.dueAt);
      expect(waitMs(index + 1)).toBeGreaterThanOrEqual(afterMs);
      expect(waitMs(index + 1)).toBeLessThan(afterMs * 1.2);
    }
    expect(askAfter(MAX_ATTEMPTS)).toEqual(midnight);
  });

  test("because its zone failed is tried again at once, in another, and then as any other", () => {
    for (const code of ["zone_unreachable", "zone_full"]) {
      const waitMsOf = (attempt: number) => {
        const question = { lastFailure: { ...failed(attempt), code }, now: at("12:10:10") };
        return (askAfter(attempt, question)?.startAt.getTime() ?? 0) - at("12:10:00").getTime();
      };
      expect(waitMsOf(1)).toBeGreaterThanOrEqual(OTHER_ZONE_AFTER_MS);
      expect(waitMsOf(1)).toBeLessThan(OTHER_ZONE_AFTER_MS * 1.2);
      expect(waitMsOf(2)).toBe(waitMs(2));
    }
  });

  test("is not tried again when it is due anew before that, or has come due since", () => {
    const often = { timing: { cron: "12 * * * *", timeZone: "UTC" } };
    const dueAt = at("11:12:00");
    const change = { lastFailure: failed(1, at("12:10:00"), dueAt), lastStartAt: dueAt };
    expect(askAfter(1, change, often)?.dueAt).toEqual(at("12:12:00"));
    expect(askAfter(1, { ...change, now: at("12:12:30") }, often)?.dueAt).toEqual(at("12:12:00"));
  });

  test("is not tried again while it is paused, timed otherwise since, or when nobody wants it so late", () => {
    expect(askAfter(1, {}, { pausedBy: "machine" })).toBeNull();
    expect(askAfter(1, {}, { timedAt: at("12:05:00") })).toEqual(midnight);
    expect(askAfter(1, { now: at("18:15:00") })?.dueAt).toEqual(noon.dueAt);
    expect(askAfter(1, { now: at("18:20:00") })).toEqual(midnight);
    expect(askAfter(1, { now: at("12:40:00") }, { catchUpMinutes: 0 })).toEqual(midnight);
  });

  test("comes again at other times than others that failed with it", () => {
    const starts = Array.from({ length: 50 }, () => askAfter(1, { sourceId: randomUUID() })?.startAt.getTime());
    expect(new Set(starts).size).toBeGreaterThan(40);
  });
});

describe("a window", () => {
  /** From 20:00 to 22:00, every day. */
  const evening = { window: { hours: Array(7).fill((1 << 20) | (1 << 21)), endsRuns: false } };

  test("makes what is due outside of it wait, also where nothing is caught up", () => {
    const opens = { ...noon, startAt: at("20:00:00") };
    for (const now of ["12:00:00", "13:00:00", "20:00:00", "21:59:00"]) {
      expect(ask({ now: at(now) }, evening), now).toEqual(opens);
    }
    expect(ask({ now: at("20:14:00") }, { ...evening, catchUpMinutes: 0 })).toEqual(opens);
    expect(ask({ now: at("20:16:00") }, { ...evening, catchUpMinutes: 0 })?.dueAt).toEqual(midnight.dueAt);
  });

  test("that has ended makes what was not started wait for the next one", () => {
    const tomorrow = new Date("2026-11-27T20:00:00Z");
    expect(ask({ now: at("22:00:00") }, evening)).toEqual({ ...noon, startAt: tomorrow });
    expect(ask({ lastStartAt: at("20:00:01"), now: at("20:30:00") }, evening)).toEqual({
      ...midnight,
      startAt: tomorrow,
    });
  });

  test("holds for another try of what failed, too", () => {
    const failed = {
      lastStartAt: at("20:00:01"),
      lastFailure: { dueAt: at("12:00:00"), endedAt: at("21:58:00"), attempt: 1, code: "disk_full" },
    };
    const monthly = { ...evening, timing: { cron: "0 12 26 * *", timeZone: "UTC" } };
    const next = ask({ ...failed, now: at("21:59:00") }, monthly);
    expect(next).toEqual({ dueAt: at("12:00:00"), startAt: new Date("2026-11-27T20:00:00Z") });
  });
});

describe("jitter", () => {
  const startOf = (sourceId: string, schedule: Partial<EffectiveSchedule>) => {
    const next = ask({ sourceId, lastStartAt: at("12:30:00") }, schedule);
    if (next === null) throw new Error("nothing is due");
    return next.startAt.getTime() - next.dueAt.getTime();
  };

  test("is the same for a source and due time whenever it is asked, and others have others", () => {
    const sourceId = randomUUID();
    const first = startOf(sourceId, { jitterSeconds: 600 });
    expect(startOf(sourceId, { jitterSeconds: 600 })).toBe(first);
    const all = Array.from({ length: 200 }, () => startOf(randomUUID(), { jitterSeconds: 600 }));
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThan(600_000);
    // A fifth of 200 is 40 in each part; a spread with fewer than 10 somewhere is none.
    for (let part = 0; part < 5; part++) {
      const inPart = all.filter((delay) => Math.floor(delay / 120_000) === part).length;
      expect(inPart).toBeGreaterThan(10);
    }
  });

  test("never reaches the next due time", () => {
    const everyMinute = { timing: { cron: "* * * * *", timeZone: "UTC" }, jitterSeconds: 21_600 };
    for (let count = 0; count < 50; count++) expect(startOf(randomUUID(), everyMinute)).toBeLessThan(30_000);
  });
});
