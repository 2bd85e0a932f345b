import { describe, expect, test } from "vitest";
import { resolveSchedule } from "./effective-schedule.ts";
import { type ExpectQuestion, judgeOverdue, planExpected } from "./plan-expected.ts";

const MINUTE_MS = 60_000;
const at = (time: string) => new Date(`2026-11-26T${time}:00Z`);
const noonAndMidnight = { ...resolveSchedule([]), jitterSeconds: 0 };
const everyMinute = { ...noonAndMidnight, timing: { cron: "* * * * *", timeZone: "UTC" } };
const common = { sourceId: "s", createdAt: new Date("2026-11-01T00:00:00Z"), graceMs: 15 * MINUTE_MS };

function dueTimes(change: Partial<ExpectQuestion>): string[] {
  const question = { ...common, schedule: noonAndMidnight, lastExpectedAt: null, now: at("11:00"), ...change };
  return planExpected(question).map(({ dueAt }) => dueAt.toISOString().slice(8, 16));
}

describe("what is expected", () => {
  test("is the next due time, and nothing from before a source was first planned", () => {
    expect(dueTimes({})).toEqual(["26T12:00"]);
  });

  test("goes on from the last, with all that came due meanwhile", () => {
    expect(dueTimes({ lastExpectedAt: new Date("2026-11-25T12:00:00Z") })).toEqual(["26T00:00", "26T12:00"]);
  });

  test("reaches two minutes ahead, so that one look a minute misses nothing", () => {
    const planned = dueTimes({ schedule: everyMinute, lastExpectedAt: at("10:59") });
    expect(planned).toEqual(["26T11:00", "26T11:01", "26T11:02"]);
  });

  test("is bounded by a day and by a hundred, the newest of them", () => {
    const lastExpectedAt = new Date("2026-11-02T00:00:00Z");
    expect(dueTimes({ lastExpectedAt })).toEqual(["25T12:00", "26T00:00", "26T12:00"]);
    const many = dueTimes({ schedule: everyMinute, lastExpectedAt });
    expect(many).toHaveLength(100);
    expect(many.at(-1)).toBe("26T11:02");
  });

  test("begins when the timing was set, and is nothing while it is paused", () => {
    const lastExpectedAt = new Date("2026-11-25T12:00:00Z");
    expect(dueTimes({ lastExpectedAt, schedule: { ...noonAndMidnight, timedAt: at("10:00") } })).toEqual(["26T12:00"]);
    expect(dueTimes({ schedule: { ...noonAndMidnight, pausedBy: "machine" } })).toEqual([]);
  });

  test("is missed after jitter and grace", () => {
    const [run] = planExpected({ ...common, schedule: noonAndMidnight, lastExpectedAt: null, now: at("11:00") });
    expect(run?.missedAfter).toEqual(at("12:15"));
  });
});

describe("what is overdue", () => {
  const judge = (now: Date, schedule = noonAndMidnight, createdAt = common.createdAt) =>
    judgeOverdue({ schedule, sourceId: "s", createdAt }, { dueAt: at("12:00"), now, graceMs: common.graceMs });

  test("is missed when its time is over, and waits until then", () => {
    expect(judge(at("12:15"))).toBe("missed");
    expect(judge(at("12:14"))).toBe("waiting");
  });

  test("is dropped when the schedule would not ask for it any more", () => {
    expect(judge(at("13:00"), { ...noonAndMidnight, pausedBy: "company" })).toBe("dropped");
    const nightly = { ...noonAndMidnight, timing: { cron: "0 2 * * *", timeZone: "UTC" } };
    expect(judge(at("13:00"), nightly)).toBe("dropped");
    expect(judge(at("13:00"), { ...noonAndMidnight, timedAt: at("12:10") })).toBe("dropped");
    expect(judge(at("13:00"), noonAndMidnight, at("12:10"))).toBe("dropped");
  });
});
