import { z } from "zod";
import { countSchema } from "./fields.ts";
import { companyIdSchema, machineIdSchema, policyIdSchema, sourceIdSchema } from "./ids.ts";
import { sourceKind } from "./machines.ts";
import { type SettingLevel, settingLevel } from "./setting-levels.ts";

/** A day of five fields, 24 hours a field and lists of minutes fit; more is a mistake. */
const CRON_MAX_LENGTH = 200;
const TIME_ZONE_MAX_LENGTH = 64;
/** Spreads the starts of many machines; more would be another schedule. */
export const JITTER_MAX_SECONDS = 6 * 60 * 60;
/** After a week a start that was missed says nothing about today. */
export const CATCH_UP_MAX_MINUTES = 7 * 24 * 60;

/** When backups are due: a cron expression of five fields, on the clocks of an IANA time zone. The server says which ones mean something. */
export const timingSchema = z.strictObject({
  cron: z.string().trim().max(CRON_MAX_LENGTH),
  timeZone: z.string().trim().max(TIME_ZONE_MAX_LENGTH),
});
export type Timing = z.infer<typeof timingSchema>;

/** A day of 24 hours, all of them. */
export const ALL_HOURS = 2 ** 24 - 1;
export const WEEK_DAYS = 7;

/** Hours of the week, from Monday on, a bit for each: 1 is the hour after midnight. At least one. */
const weekHours = (message: string) =>
  z
    .array(z.number().int().min(0).max(ALL_HOURS))
    .length(WEEK_DAYS)
    .refine((hours) => hours.some((day) => day > 0), message);

/** The hours of the week in which backups may begin, on the clocks of the schedule's zone. */
export const windowSettings = z.strictObject({
  hours: weekHours("must leave some hour of the week: pause the schedule instead"),
  /** A backup that runs when the window ends is ended, and goes on in the next one; otherwise it may finish. */
  endsRuns: z.boolean(),
});
export type WindowSettings = z.infer<typeof windowSettings>;

/**
 * 0.5 Mbit/s. Four packs of 32 MiB (`PACK_MAX_BYTES`) that share it are there after 36 min, and a single one after 9: within the 45 min that
 * gateway and agent give a pack (`PACK_PATIENCE_MS`).
 */
export const BANDWIDTH_MIN_BYTES_PER_SECOND = 62_500;
/** 10 Gbit/s: no gateway takes more, so a greater limit would limit nothing. */
export const BANDWIDTH_MAX_BYTES_PER_SECOND = 1_250_000_000;
/** Working hours, evenings, nights and weekends, each with its own limit, and room for two more. */
export const BANDWIDTH_MAX_RULES = 6;

export const bandwidthRule = z.strictObject({
  hours: weekHours("must be at least one hour of the week"),
  bytesPerSecond: z.number().int().min(BANDWIDTH_MIN_BYTES_PER_SECOND).max(BANDWIDTH_MAX_BYTES_PER_SECOND),
});
export type BandwidthRule = z.infer<typeof bandwidthRule>;

/** How fast all backups of a company may send together. Where rules overlap, the least holds; in an hour of no rule, none. No rules: never a limit. */
export const bandwidthSettings = z.strictObject({ rules: z.array(bandwidthRule).max(BANDWIDTH_MAX_RULES) });
export type BandwidthSettings = z.infer<typeof bandwidthSettings>;

/** Levels that may set a bandwidth limit: it is shared by a whole company, so a machine or source cannot have its own. */
export const BANDWIDTH_LEVELS: readonly SettingLevel[] = ["provider", "policy", "company"];

/** What one level sets itself; null inherits. A pause holds for everything below. */
export const scheduleSettings = z.strictObject({
  timing: timingSchema.nullable(),
  /** A start comes up to so much later than it is due, by source and due time. */
  jitterSeconds: z.number().int().min(0).max(JITTER_MAX_SECONDS).nullable(),
  /** For so long after it was due, a start that was missed is caught up; 0: never. */
  catchUpMinutes: z.number().int().min(0).max(CATCH_UP_MAX_MINUTES).nullable(),
  /** When a start may come; what is due outside of it waits for the next hour inside. */
  window: windowSettings.nullable().default(null),
  /** Of the provider's default, policies and companies alone. */
  bandwidth: bandwidthSettings.nullable().default(null),
  isPaused: z.boolean(),
});
export type ScheduleSettings = z.infer<typeof scheduleSettings>;

/** Whose settings. Staff name a company; a member's own is known. */
export const scheduleSubject = z.discriminatedUnion("level", [
  z.strictObject({ level: z.literal("provider") }),
  z.strictObject({ level: z.literal("policy"), policyId: policyIdSchema }),
  z.strictObject({ level: z.literal("company"), companyId: companyIdSchema }),
  z.strictObject({ level: z.literal("machine"), machineId: machineIdSchema }),
  z.strictObject({ level: z.literal("source"), machineId: machineIdSchema, sourceId: sourceIdSchema }),
]);
export type ScheduleSubject = z.infer<typeof scheduleSubject>;

export const schedulePutInput = z.strictObject({ subject: scheduleSubject, settings: scheduleSettings });
export type SchedulePutInput = z.input<typeof schedulePutInput>;
export const scheduleStoredView = z.strictObject({ level: settingLevel });

export const scheduleGetInput = z.strictObject({ machineId: machineIdSchema });
export const companyScheduleInput = z.strictObject({ companyId: companyIdSchema });

/** What holds, and from which level each value comes. */
export const effectiveScheduleView = z.strictObject({
  timing: timingSchema,
  timingFrom: settingLevel,
  jitterSeconds: countSchema,
  jitterFrom: settingLevel,
  catchUpMinutes: countSchema,
  catchUpFrom: settingLevel,
  /** Null: at any hour. */
  window: windowSettings.nullable(),
  windowFrom: settingLevel,
  /** Of the whole company, also where it is seen from a machine. Null: nobody has set one. */
  bandwidth: bandwidthSettings.nullable(),
  bandwidthFrom: settingLevel,
  /** The widest level that pauses; null when backups are due. */
  pausedBy: settingLevel.nullable(),
});
export type EffectiveScheduleView = z.infer<typeof effectiveScheduleView>;

export const levelScheduleView = z.strictObject({
  own: scheduleSettings,
  effective: effectiveScheduleView,
  /** The next times that are due, soonest first; none while it is paused. */
  nextDueAts: z.array(z.date()),
});
export type LevelScheduleView = z.infer<typeof levelScheduleView>;

/** What holds for a company where nothing narrower says otherwise, and what stands above it. */
export const companyScheduleView = z.strictObject({
  provider: levelScheduleView,
  /** Null: it has none. */
  policy: z.strictObject({ policyId: policyIdSchema, name: z.string(), schedule: levelScheduleView }).nullable(),
  company: levelScheduleView,
});
export type CompanyScheduleView = z.infer<typeof companyScheduleView>;

/** The chain above a machine, itself, and its sources. */
export const machineScheduleView = companyScheduleView.extend({
  machine: levelScheduleView,
  sources: z.array(
    z.strictObject({
      sourceId: sourceIdSchema,
      kind: sourceKind,
      ordinal: countSchema,
      schedule: levelScheduleView,
    }),
  ),
});
export type MachineScheduleView = z.infer<typeof machineScheduleView>;
