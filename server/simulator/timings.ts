import type { Timing } from "../../contracts/schedules.ts";

const STEP_MS = 15 * 60_000;

/** A timing as the simulation uses it, and what it means without reading an expression. */
export interface SimulatedTiming extends Timing {
  readonly minute: 0 | 15 | 30 | 45;
  readonly hours: readonly number[];
  /** Whether what falls into a repeated hour is due in both. */
  readonly comesTwice: boolean;
}

const CRONS: readonly Omit<SimulatedTiming, "timeZone">[] = [
  { cron: "0 0,12 * * *", minute: 0, hours: [0, 12], comesTwice: false },
  { cron: "30 2,14 * * *", minute: 30, hours: [2, 14], comesTwice: false },
  { cron: "15 1,13 * * *", minute: 15, hours: [1, 13], comesTwice: false },
  { cron: "30 0,23 * * *", minute: 30, hours: [0, 23], comesTwice: false },
  { cron: "0 3,15 * * *", minute: 0, hours: [3, 15], comesTwice: false },
  { cron: "30 */12 * * *", minute: 30, hours: [0, 12], comesTwice: true },
];

/** Zones whose clocks change in 2026, and a moment near each change. */
const CHANGES: readonly { readonly timeZone: string; readonly changesAt: string }[] = [
  { timeZone: "Europe/Berlin", changesAt: "2026-03-29T01:00Z" },
  { timeZone: "Europe/Berlin", changesAt: "2026-10-25T01:00Z" },
  { timeZone: "America/New_York", changesAt: "2026-03-08T07:00Z" },
  { timeZone: "America/New_York", changesAt: "2026-11-01T06:00Z" },
  { timeZone: "Africa/Cairo", changesAt: "2026-04-23T22:00Z" },
  { timeZone: "Africa/Cairo", changesAt: "2026-10-29T21:00Z" },
  { timeZone: "Asia/Beirut", changesAt: "2026-03-28T22:00Z" },
  { timeZone: "America/Havana", changesAt: "2026-11-01T05:00Z" },
  { timeZone: "Australia/Lord_Howe", changesAt: "2026-04-04T15:00Z" },
  { timeZone: "Pacific/Auckland", changesAt: "2026-09-26T14:00Z" },
];

interface Draw {
  pick<Item>(items: readonly Item[]): Item;
}

/** A zone, and when its clocks change. */
export function drawChange(random: Draw): { readonly timeZone: string; readonly changesAtMs: number } {
  const { timeZone, changesAt } = random.pick(CHANGES);
  return { timeZone, changesAtMs: Date.parse(changesAt) };
}

export function drawTiming(random: Draw, timeZone: string): SimulatedTiming {
  return { ...random.pick(CRONS), timeZone };
}

/**
 * The plain model of due times: it walks through the days a quarter of an hour at a time and looks at the clock on the wall. What the wall never showed
 * is due at the first moment after the gap; what it shows a second time is due again only where every such hour counts. After `fromMs`, up to `untilMs`.
 */
export function listPlainDueTimes(timing: SimulatedTiming, fromMs: number, untilMs: number): number[] {
  const dues: number[] = [];
  const showsAt = wallClock(timing.timeZone);
  const isDue = (shownMs: number) => {
    const shown = new Date(shownMs);
    return shown.getUTCMinutes() === timing.minute && timing.hours.includes(shown.getUTCHours());
  };
  // A day ahead, so that a repeated hour before the first moment is known as such.
  let atMs = Math.floor(fromMs / STEP_MS) * STEP_MS - 96 * STEP_MS;
  let latestShownMs = showsAt(atMs);
  for (atMs += STEP_MS; atMs <= untilMs; atMs += STEP_MS) {
    const shownMs = showsAt(atMs);
    let due = isDue(shownMs) && (shownMs > latestShownMs || timing.comesTwice);
    for (let skippedMs = latestShownMs + STEP_MS; skippedMs < shownMs; skippedMs += STEP_MS) due ||= isDue(skippedMs);
    latestShownMs = Math.max(latestShownMs, shownMs);
    if (due && atMs > fromMs) dues.push(atMs);
  }
  return dues;
}

/** What the clock on a wall there shows, as if it were UTC. */
function wallClock(timeZone: string): (atMs: number) => number {
  const fields = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, ...fields });
  return (atMs) => Date.parse(`${format.format(atMs).replace(" ", "T")}Z`);
}
