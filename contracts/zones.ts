import { z } from "zod";
import { countSchema, orderedInput, pageView } from "./fields.ts";
import { companyIdSchema, zoneIdSchema } from "./ids.ts";

export const ZONE_STATES = ["healthy", "catching_up", "unreachable"] as const;
export const zoneState = z.enum(ZONE_STATES);
export type ZoneState = z.infer<typeof zoneState>;

export const zoneView = z.strictObject({
  zoneId: zoneIdSchema,
  ordinal: countSchema,
  /** `fs`: a mounted folder; `s3`: an S3-compatible cluster; `memory`: tests. */
  kind: z.enum(["fs", "s3", "memory"]),
  state: zoneState,
  /** When a probe last wrote, read back and deleted a canary there; null before the first. */
  probedAt: z.date().nullable(),
  probe: z
    .strictObject({
      /** To write, read back and delete the canary. */
      latencyMs: z.number().nonnegative(),
      freeBytes: countSchema.nullable(),
      totalBytes: countSchema.nullable(),
      /** Code of what went wrong; null when all went well. */
      errorCode: z.string().nullable(),
    })
    .nullable(),
});
export type ZoneView = z.infer<typeof zoneView>;

/** How far one company's copy in one zone is. */
export const watermarkView = z.strictObject({
  zoneId: zoneIdSchema,
  /** Greatest commit up to which every snapshot is in that zone. */
  watermark: countSchema,
  /** Commits above the watermark. */
  behindCount: countSchema,
  /** RPO: age in ms of the oldest snapshot that is not there yet; 0 when none is missing. */
  lagMs: countSchema,
});
export type WatermarkView = z.infer<typeof watermarkView>;

export const companyWatermarksView = z.strictObject({
  companyId: companyIdSchema,
  companyName: z.string(),
  /** Newest commit of the company; 0 before the first snapshot. */
  headCommit: countSchema,
  zones: z.array(watermarkView),
});
export type CompanyWatermarksView = z.infer<typeof companyWatermarksView>;

export const WATERMARK_SORTS = ["behind", "name", "commits"] as const;
export type WatermarkSort = (typeof WATERMARK_SORTS)[number];

/** `behind`: furthest behind first. Staff name every company or one, members get their own. */
export const watermarkListInput = z.strictObject({
  companyId: companyIdSchema.optional(),
  ...orderedInput(WATERMARK_SORTS),
});
export type WatermarkListInput = z.input<typeof watermarkListInput>;
export const watermarkPageView = pageView(companyWatermarksView);
export type WatermarkPageView = z.infer<typeof watermarkPageView>;

export const zoneListInput = z.strictObject({});
/** Staff get every company (at most PAGE_MAX_COUNT, furthest behind first), members their own. */
export const zonesView = z.strictObject({
  zones: z.array(zoneView),
  companies: z.array(companyWatermarksView),
});
export type ZonesView = z.infer<typeof zonesView>;
