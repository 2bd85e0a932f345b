import { SETTING_LEVELS, type SettingLevel } from "../../../contracts/setting-levels.ts";

/** From the widest level to the narrowest, and of one level in the order of their ids. */
export function byLevel(a: Settled, b: Settled): number {
  const levels = SETTING_LEVELS.indexOf(a.level) - SETTING_LEVELS.indexOf(b.level);
  if (levels !== 0) return levels;
  return (a.subjectId ?? "") < (b.subjectId ?? "") ? -1 : 1;
}

interface Settled {
  readonly level: SettingLevel;
  readonly subjectId?: string | null;
}
