import { z } from "zod";

/** From the widest to the narrowest: what a narrower level sets itself counts, everything else comes from above. */
export const SETTING_LEVELS = ["provider", "policy", "company", "machine", "source"] as const;
export const settingLevel = z.enum(SETTING_LEVELS);
export type SettingLevel = z.infer<typeof settingLevel>;
