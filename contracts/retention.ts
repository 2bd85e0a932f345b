import { z } from "zod";
import { countSchema } from "./fields.ts";
import { companyIdSchema, machineIdSchema, policyIdSchema, snapshotIdSchema, sourceIdSchema } from "./ids.ts";
import { settingLevel } from "./setting-levels.ts";

/** From the shortest to the longest lived. A snapshot gets its class when it is frozen, and with it the time until which it stays. */
export const SNAPSHOT_CLASSES = ["daily", "weekly", "monthly", "yearly"] as const;
export const snapshotClass = z.enum(SNAPSHOT_CLASSES);
export type SnapshotClass = z.infer<typeof snapshotClass>;

/** Nothing is locked for longer than ten years, in whichever unit it is counted. */
export const RETENTION_LIMITS = {
  /** A day is frozen when it is over; after a year the backup tier would be the archive. */
  freezeAfterDays: { min: 1, max: 365 },
  dailyDays: { min: 1, max: 3_650 },
  weeklyWeeks: { min: 0, max: 520 },
  monthlyMonths: { min: 0, max: 120 },
  yearlyYears: { min: 0, max: 10 },
} as const;
export type RetentionField = keyof typeof RETENTION_LIMITS;
export const RETENTION_FIELDS = Object.keys(RETENTION_LIMITS) as readonly RetentionField[];

const figure = (field: RetentionField) => {
  const { min, max } = RETENTION_LIMITS[field];
  return z.number().int().min(min).max(max);
};

/** What one level sets itself; null inherits. 0 weeks, months or years: no snapshot gets that class. */
export const retentionSettings = z.strictObject({
  /** Days in the backup tier, counted from the end of the day on which it was received. */
  freezeAfterDays: figure("freezeAfterDays").nullable(),
  /** How long the archive keeps the first good snapshot of each day, week, month and year, from when the server received it. */
  dailyDays: figure("dailyDays").nullable(),
  weeklyWeeks: figure("weeklyWeeks").nullable(),
  monthlyMonths: figure("monthlyMonths").nullable(),
  yearlyYears: figure("yearlyYears").nullable(),
});
export type RetentionSettings = z.infer<typeof retentionSettings>;

const tenantSubject = z.discriminatedUnion("level", [
  z.strictObject({ level: z.literal("provider") }),
  z.strictObject({ level: z.literal("company"), companyId: companyIdSchema }),
  z.strictObject({ level: z.literal("machine"), companyId: companyIdSchema, machineId: machineIdSchema }),
  z.strictObject({
    level: z.literal("source"),
    companyId: companyIdSchema,
    machineId: machineIdSchema,
    sourceId: sourceIdSchema,
  }),
]);

/** What a policy sets stands on its own page (contracts/policies.ts). */
export const retentionSubject = z.union([
  tenantSubject,
  z.strictObject({ level: z.literal("policy"), policyId: policyIdSchema }),
]);
export type RetentionSubject = z.infer<typeof retentionSubject>;

export const retentionPutInput = z.strictObject({ subject: retentionSubject, settings: retentionSettings });
export type RetentionPutInput = z.input<typeof retentionPutInput>;
export const retentionGetInput = z.strictObject({ subject: tenantSubject });

export const retentionStoredView = z.strictObject({ level: settingLevel });

const effectiveFigure = z.strictObject({ value: countSchema, from: settingLevel.or(z.literal("built_in")) });
export const retentionView = z.strictObject({
  own: retentionSettings,
  effective: z.strictObject({
    freezeAfterDays: effectiveFigure,
    dailyDays: effectiveFigure,
    weeklyWeeks: effectiveFigure,
    monthlyMonths: effectiveFigure,
    yearlyYears: effectiveFigure,
  }),
});
export type RetentionView = z.infer<typeof retentionView>;

const tierView = z.strictObject({
  snapshots: countSchema,
  packs: countSchema,
  /** Counted once, whatever the number of zones. */
  storedBytes: countSchema,
  /** For a month, in all zones together; null where the provider has named no prices. */
  monthlyCost: z.number().nonnegative().nullable(),
});

/** What a company keeps in each tier, and what that costs. */
export const tiersView = z.strictObject({
  companyId: companyIdSchema,
  backup: tierView,
  archive: tierView,
  zones: countSchema,
  /** As ISO 4217 has it; null where the provider has named no prices. */
  currency: z.string().nullable(),
  holds: countSchema,
});
export type TiersView = z.infer<typeof tiersView>;
export const tiersGetInput = z.strictObject({ companyId: companyIdSchema });

const HOLD_REASON_MAX_LENGTH = 200;

export const holdPlaceInput = z.strictObject({
  companyId: companyIdSchema,
  snapshotId: snapshotIdSchema,
  /** Seen by staff and members: a case number, not what is in the documents. */
  reason: z.string().trim().min(1).max(HOLD_REASON_MAX_LENGTH),
});
export type HoldPlaceInput = z.input<typeof holdPlaceInput>;
export const holdPlacedView = z.strictObject({ holdId: z.uuid() });
export const holdLiftInput = z.strictObject({ companyId: companyIdSchema, holdId: z.uuid() });
export const holdListInput = z.strictObject({ companyId: companyIdSchema });
export const holdView = z.strictObject({
  holdId: z.uuid(),
  snapshotId: snapshotIdSchema,
  machineId: machineIdSchema,
  machineName: z.string(),
  receivedAt: z.date(),
  reason: z.string(),
  placedAt: z.date(),
});
export type HoldView = z.infer<typeof holdView>;
export const holdsView = z.strictObject({ holds: z.array(holdView) });
