export type Theme = "system" | "light" | "dark";

/** How this reader wants to see things; kept in cookies, so that the first paint is already right. */
export interface Reader {
  readonly theme: Theme;
  /** IANA name of the reader's time zone; UTC until the browser has said its own. */
  readonly timeZone: string;
  /** The moment of this answer, Unix ms: "today" means the same on the server and in the browser. */
  readonly nowMs: number;
}

export const THEME_COOKIE = "holdfast-theme";
export const TIME_ZONE_COOKIE = "holdfast-time-zone";

/** Reads the cookies; what makes no sense counts as absent. */
export function readReader(cookieOf: (name: string) => string | undefined, nowMs: number): Reader {
  const theme = cookieOf(THEME_COOKIE);
  const timeZone = decodeURIComponent(cookieOf(TIME_ZONE_COOKIE) ?? "UTC");
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    timeZone: isTimeZone(timeZone) ? timeZone : "UTC",
    nowMs,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
