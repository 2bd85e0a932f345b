import type { LevelScheduleView } from "../../contracts/schedules.ts";
import { pauseWords, timingWords } from "./timing-words.ts";

/** "Every machine is backed up by itself. Noon and midnight, Europe/Berlin." */
export function scheduleHeadline({ effective }: LevelScheduleView, whom: string): string {
  const { timing, pausedBy } = effective;
  if (pausedBy !== null) return `Nothing is backed up by itself: ${pauseWords(pausedBy, "source")}.`;
  return `${whom} is backed up by itself. ${timingWords(timing, "")}.`;
}
