import type { WindowSettings } from "../../../contracts/schedules.ts";
import { offsetAt } from "./zone-offset.ts";

/** Clocks differ from UTC by quarters of an hour, so an hour begins at one of these. */
const STEP_MS = 15 * 60_000;
/** A week, and a day for the clocks that change in it. */
const LOOK_AHEAD_STEPS = (8 * 24 * 60 * 60_000) / STEP_MS;

/** Whether a backup may begin at this moment, on the clocks of the zone. Without a window always. */
export function isInside(window: WindowSettings | null, timeZone: string, at: Date): boolean {
  return window === null || isHourOf(window.hours, timeZone, at);
}

/** Whether the clocks of the zone show one of these hours of the week, given as seven days from Monday, a bit for each hour. */
export function isHourOf(hours: readonly number[], timeZone: string, at: Date): boolean {
  const shown = new Date(at.getTime() + offsetAt(timeZone, at.getTime()));
  const fromMonday = (shown.getUTCDay() + 6) % 7;
  return (((hours[fromMonday] ?? 0) >> shown.getUTCHours()) & 1) === 1;
}

/** The first moment from `from` on that is inside: itself, or the beginning of an hour. */
export function nextInside(window: WindowSettings | null, timeZone: string, from: Date): Date {
  return findChange({ window, timeZone, from, isWanted: true }) ?? from;
}

/** When the window ends that `from` is in; null when it never does. */
export function windowEnd(window: WindowSettings | null, timeZone: string, from: Date): Date | null {
  return window === null ? null : findChange({ window, timeZone, from, isWanted: false });
}

interface Search {
  readonly window: WindowSettings | null;
  readonly timeZone: string;
  readonly from: Date;
  readonly isWanted: boolean;
}

function findChange({ window, timeZone, from, isWanted }: Search): Date | null {
  if (isInside(window, timeZone, from) === isWanted) return from;
  let atMs = Math.floor(from.getTime() / STEP_MS) * STEP_MS;
  for (let step = 0; step < LOOK_AHEAD_STEPS; step++) {
    atMs += STEP_MS;
    if (isInside(window, timeZone, new Date(atMs)) === isWanted) return new Date(atMs);
  }
  return null;
}
