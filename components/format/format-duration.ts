const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Two units at most: `2 h 28 min`, `3 d 4 h`, `41 s`, `under 1 s`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < SECOND_MS) return "under 1 s";
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return pair([Math.floor(ms / MINUTE_MS), "min"], [Math.floor((ms % MINUTE_MS) / SECOND_MS), "s"]);
  if (ms < DAY_MS) return pair([Math.floor(ms / HOUR_MS), "h"], [Math.floor((ms % HOUR_MS) / MINUTE_MS), "min"]);
  return pair([Math.floor(ms / DAY_MS), "d"], [Math.floor((ms % DAY_MS) / HOUR_MS), "h"]);
}

function pair(large: [number, string], small: [number, string]): string {
  return small[0] === 0 ? `${large[0]} ${large[1]}` : `${large[0]} ${large[1]} ${small[0]} ${small[1]}`;
}
