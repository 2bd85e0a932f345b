import { changeEntry, readEntry } from "./database.ts";
import { IDLE_MINUTES } from "./idle-lock.ts";

const KEY = "idle minutes";

/** How long a vault of this browser stays open without anybody, as somebody chose here; it outlives the tab and holds for whoever comes. */
export const idleSetting = {
  /** Null when nobody chose, when what lies there is none of the choices, or when this browser keeps nothing. */
  async read(): Promise<number | null> {
    const kept = await readEntry("settings", KEY).catch(() => null);
    return IDLE_MINUTES.find((minutes) => minutes === kept) ?? null;
  },
  keep: (minutes: number): Promise<void> => changeEntry("settings", KEY, () => minutes),
};
