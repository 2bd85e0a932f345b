import { z } from "zod";
import { countSchema, orderedInput, pageView } from "./fields.ts";
import { companyIdSchema, machineIdSchema, snapshotIdSchema, zoneIdSchema } from "./ids.ts";

/** `open`: being healed; `lost`: no zone has a good copy; `gone`: deleted meanwhile; `healed`: a good copy is there again. */
export const FINDING_STATES = ["lost", "open", "healed", "gone"] as const;
export const findingState = z.enum(FINDING_STATES);
export type FindingState = z.infer<typeof findingState>;

/** Of what lies in a zone. */
export const FINDING_KINDS = [
  "content",
  "meta",
  "manifest",
  "receipt",
  "header",
  "sidecar",
  "log",
  "wrap",
  "agent",
  "source",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** One copy that was read and found bad, or absent. */
export const findingView = z.strictObject({
  findingId: z.uuid(),
  companyId: companyIdSchema,
  companyName: z.string(),
  zoneId: zoneIdSchema,
  zoneOrdinal: countSchema,
  kind: z.enum(FINDING_KINDS),
  /** Id of a pack; of everything else its key in the zone. */
  objectName: z.string(),
  sizeBytes: countSchema,
  /** What was wrong, a stable code. */
  code: z.string(),
  state: findingState,
  foundAt: z.date(),
  healedAt: z.date().nullable(),
  /** The snapshots that reach it; null until they were looked for. */
  touched: z
    .strictObject({
      count: countSchema,
      /** False: these at most, because something could not be read. */
      isExact: z.boolean(),
      /** The newest of those that are kept, at most 5. */
      newest: z.array(
        z.strictObject({
          snapshotId: snapshotIdSchema,
          machineId: machineIdSchema,
          machineName: z.string(),
          receivedAt: z.date(),
        }),
      ),
    })
    .nullable(),
});
export type FindingView = z.infer<typeof findingView>;

export const FINDING_SORTS = ["need", "found", "company"] as const;
export type FindingSort = (typeof FINDING_SORTS)[number];

/** `need`: lost ones first, then those that are being healed, newest first; `search` looks into the names of companies. */
export const findingListInput = z.strictObject({
  states: z.array(findingState).max(FINDING_STATES.length).default([]),
  ...orderedInput(FINDING_SORTS),
});
export type FindingListInput = z.input<typeof findingListInput>;
export const findingPageView = pageView(findingView);
export type FindingPageView = z.infer<typeof findingPageView>;

/** How far the reading of all copies in one zone is. */
export const zoneScrubView = z.strictObject({
  zoneId: zoneIdSchema,
  /** Until here every copy of every company was read; null until a first round of each is through. */
  lastFullAt: z.date().nullable(),
  /** Share of the bytes that the rounds under way have read, 0 to 100, rounded down; null where nothing is read. */
  percent: z.number().int().min(0).max(100).nullable(),
  findings: z.strictObject({ open: countSchema, lost: countSchema, healed: countSchema }),
});
export type ZoneScrubView = z.infer<typeof zoneScrubView>;
export const zoneScrubsView = z.array(zoneScrubView);
