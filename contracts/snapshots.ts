import { z } from "zod";
import { countSchema, pageInput, pageView } from "./fields.ts";
import {
  agentIdSchema,
  companyIdSchema,
  machineIdSchema,
  runIdSchema,
  snapshotIdSchema,
  sourceIdSchema,
  zoneIdSchema,
} from "./ids.ts";
import { snapshotClass } from "./retention.ts";

export const snapshotOutcome = z.enum(["complete", "complete_with_gaps"]);
export type SnapshotOutcome = z.infer<typeof snapshotOutcome>;

/** Whether all of a snapshot is in one zone: at or below that zone's watermark, or written there. */
export const zoneCopy = z.strictObject({
  zoneId: zoneIdSchema,
  /** 1 for the zone that takes writes first. */
  ordinal: countSchema,
  isPresent: z.boolean(),
});
export type ZoneCopy = z.infer<typeof zoneCopy>;

/** Newest first; `before` leaves out what was received at or after that moment. */
export const snapshotListInput = z.strictObject({
  companyId: companyIdSchema.optional(),
  machineId: machineIdSchema.optional(),
  sourceId: sourceIdSchema.optional(),
  before: z.date().optional(),
  ...pageInput,
});
export type SnapshotListInput = z.input<typeof snapshotListInput>;
export const snapshotGetInput = z.strictObject({ snapshotId: snapshotIdSchema });

export const snapshotView = z.strictObject({
  snapshotId: snapshotIdSchema,
  companyId: companyIdSchema,
  commit: countSchema,
  machineId: machineIdSchema,
  machineName: z.string(),
  sourceId: sourceIdSchema,
  sourceKind: z.enum(["files", "image", "bucket", "stream"]),
  sourceOrdinal: countSchema,
  runId: runIdSchema,
  agentId: agentIdSchema,
  /** The agent's claims. */
  startedAt: z.date(),
  endedAt: z.date(),
  /** The server's clock: what retention counts from. */
  receivedAt: z.date(),
  outcome: snapshotOutcome,
  entries: countSchema,
  files: countSchema,
  bytes: countSchema,
  gaps: countSchema,
  copies: z.array(zoneCopy),
  /** Still in the backup tier; else the archive alone has it. */
  isInBackup: z.boolean(),
  /** In the archive, until then whatever anybody does; null before the freeze. */
  frozen: z.strictObject({ snapshotClass, frozenAt: z.date(), retainUntil: z.date() }).nullable(),
  /** Under a legal hold: it stays longer than its retention says. */
  isHeld: z.boolean(),
  /** Clear, signed manifest header, base64, for members to check; null for staff. */
  header: z.string().nullable(),
});
export type SnapshotView = z.infer<typeof snapshotView>;
export const snapshotPageView = pageView(snapshotView);
export type SnapshotPageView = z.infer<typeof snapshotPageView>;
