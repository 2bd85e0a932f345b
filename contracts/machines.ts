import { z } from "zod";
import { countSchema, orderedInput, pageInput, pageView } from "./fields.ts";
import {
  agentIdSchema,
  companyIdSchema,
  machineIdSchema,
  runIdSchema,
  snapshotIdSchema,
  sourceIdSchema,
} from "./ids.ts";
import { snapshotOutcome, zoneCopy } from "./snapshots.ts";

/**
 * protected: the newest snapshot is complete. gaps: it is complete with gaps. failed: the last run ended without a
 * snapshot. running: a run is open. never: no snapshot yet.
 */
export const MACHINE_STATES = ["protected", "gaps", "failed", "running", "never"] as const;
export const machineState = z.enum(MACHINE_STATES);
export type MachineState = z.infer<typeof machineState>;

export const SOURCE_KINDS = ["files", "image", "bucket", "stream"] as const;
export const sourceKind = z.enum(SOURCE_KINDS);

/** `need`: what needs somebody first comes first, and of these what has been without a snapshot longest. */
export const MACHINE_SORTS = ["created", "need", "name", "company", "snapshots", "bytes", "lastSnapshot"] as const;
export type MachineSort = (typeof MACHINE_SORTS)[number];

/** Staff name every company or one, members get their own whatever they ask for. */
export const machineListInput = z.strictObject({
  companyId: companyIdSchema.optional(),
  ...orderedInput(MACHINE_SORTS),
  states: z.array(machineState).max(MACHINE_STATES.length).default([]),
});
export type MachineListInput = z.input<typeof machineListInput>;
export const machineGetInput = z.strictObject({ machineId: machineIdSchema });

export const machineView = z.strictObject({
  machineId: machineIdSchema,
  companyId: companyIdSchema,
  companyName: z.string(),
  name: z.string(),
  state: machineState,
  enrolledAt: z.date(),
  /** Last signed request of its agent; null before the first. */
  lastSeenAt: z.date().nullable(),
  /** As its agent says with each request; null before the first, and of agents that do not say. */
  agentVersion: z.string().nullable(),
  agentId: agentIdSchema.nullable(),
  sourceCount: countSchema,
  snapshotCount: countSchema,
  lastSnapshot: z
    .strictObject({
      snapshotId: snapshotIdSchema,
      receivedAt: z.date(),
      outcome: snapshotOutcome,
      files: countSchema,
      bytes: countSchema,
      gaps: countSchema,
      copies: z.array(zoneCopy),
    })
    .nullable(),
  openRunId: runIdSchema.nullable(),
});
export type MachineView = z.infer<typeof machineView>;
export const machinePageView = pageView(machineView);
export type MachinePageView = z.infer<typeof machinePageView>;

export const sourceListInput = z.strictObject({ machineId: machineIdSchema, ...pageInput });
export type SourceListInput = z.input<typeof sourceListInput>;

/** What staff may see of a source: kind and ordinal ("Files 1"). Members get the sealed definition as well. */
export const sourceView = z.strictObject({
  sourceId: sourceIdSchema,
  machineId: machineIdSchema,
  kind: sourceKind,
  ordinal: countSchema,
  /** The newest signed definition, base64, opened by members in their client; null for staff. */
  definition: z.string().nullable(),
});
export type SourceView = z.infer<typeof sourceView>;
export const sourcePageView = pageView(sourceView);
export type SourcePageView = z.infer<typeof sourcePageView>;
