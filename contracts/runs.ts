import { z } from "zod";
import { runProgress } from "./agent.ts";
import { countSchema, pageInput, pageView, searchSchema } from "./fields.ts";
import {
  companyIdSchema,
  machineIdSchema,
  runIdSchema,
  snapshotIdSchema,
  sourceIdSchema,
  zoneIdSchema,
} from "./ids.ts";
import { sourceKind } from "./machines.ts";

export const RUN_OUTCOMES = ["complete", "complete_with_gaps", "failed", "missed", "cancelled"] as const;
export const runOutcome = z.enum(RUN_OUTCOMES);
export type RunOutcome = z.infer<typeof runOutcome>;

/** Newest first; `search` looks into the names of machines and companies, `outcomes` names `running` for open runs. */
export const runListInput = z.strictObject({
  companyId: companyIdSchema.optional(),
  machineId: machineIdSchema.optional(),
  sourceId: sourceIdSchema.optional(),
  search: searchSchema.optional(),
  outcomes: z
    .array(z.enum([...RUN_OUTCOMES, "running"]))
    .max(RUN_OUTCOMES.length + 1)
    .default([]),
  ...pageInput,
});
export type RunListInput = z.input<typeof runListInput>;
export const runGetInput = z.strictObject({ runId: runIdSchema });

export const runView = z.strictObject({
  runId: runIdSchema,
  companyId: companyIdSchema,
  companyName: z.string(),
  machineId: machineIdSchema,
  machineName: z.string(),
  sourceId: sourceIdSchema,
  sourceKind,
  sourceOrdinal: countSchema,
  zoneId: zoneIdSchema,
  startedAt: z.date(),
  /** Null while the run is open. */
  endedAt: z.date().nullable(),
  /** Null while the run is open. */
  outcome: runOutcome.nullable(),
  /** Why it failed, a stable code; null otherwise. */
  code: z.string().nullable(),
  progress: runProgress,
  snapshotId: snapshotIdSchema.nullable(),
  /** The due time that it began for, or that was missed; null when nobody expected it. */
  dueAt: z.date().nullable(),
  /** It began for a due time that had been missed before. */
  isCatchUp: z.boolean(),
  /** Which try of its due time it is, from 1; one that failed is tried again a few times. */
  attempt: countSchema,
});
export type RunView = z.infer<typeof runView>;
export const runPageView = pageView(runView);
export type RunPageView = z.infer<typeof runPageView>;
