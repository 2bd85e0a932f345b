/**
 * A moment in the reader's zone, 24 h: `12:31` today, `Tue 17 Nov, 12:00` this year, `Tue 17 Nov 2025, 12:00` before.
 */
export function formatMoment(at: Date, timeZone: string, now: Date): string {
  const time = part(at, timeZone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = dayOf(at, timeZone);
  const today = dayOf(now, timeZone);
  if (day === today) return time;
  const date = part(at, timeZone, { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
  return day.slice(0, 4) === today.slice(0, 4) ? `${date}, ${time}` : `${date} ${day.slice(0, 4)}, ${time}`;
}

/** The whole moment with its zone, for the hover: `Tue 17 Nov 2026, 12:00:07, Europe/London`. */
export function formatExactMoment(at: Date, timeZone: string): string {
  const date = part(at, timeZone, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).replace(
    ",",
    "",
  );
  const time = part(at, timeZone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  return `${date}, ${time}, ${timeZone}`;
}

function dayOf(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(at);
}

function part(at: Date, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  // "Sept" is the only month of four letters.
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(at).replace(/Sept\b/, "Sep");
}
