import { z } from "zod";
import { nameSchema } from "./fields.ts";
import { collectorIdSchema, companyIdSchema, enrolmentIdSchema, machineIdSchema } from "./ids.ts";

/** The longest path that Linux takes in one call. */
const PATH_MAX_LENGTH = 4096;
/** An origin, an id and 32 bytes of secret fit four times. */
const LINK_MAX_LENGTH = 1_000;

/** Staff name a company; a member's own is known. */
export const collectorListInput = z.strictObject({ companyId: companyIdSchema.optional() });

export const collectorProposeInput = z.strictObject({
  companyId: companyIdSchema,
  /** Of the machine that it becomes. */
  name: nameSchema,
  /** Absolute, on the machine that the worker runs on. */
  path: z.string().min(1).max(PATH_MAX_LENGTH),
});
export type CollectorProposeInput = z.input<typeof collectorProposeInput>;
export const collectorProposedView = z.strictObject({ collectorId: collectorIdSchema });

/** An owner hands over what a machine of the company's own would have got: the link, with its secret. */
export const collectorConsentInput = z.strictObject({
  collectorId: collectorIdSchema,
  enrolmentId: enrolmentIdSchema,
  link: z.string().max(LINK_MAX_LENGTH),
});

/** Staff name the company. */
export const collectorEndInput = z.strictObject({
  collectorId: collectorIdSchema,
  companyId: companyIdSchema.optional(),
});

/** proposed: an owner has not consented. consented: the worker has not enrolled it yet. */
export const collectorState = z.enum(["proposed", "consented", "working", "ended"]);
export type CollectorState = z.infer<typeof collectorState>;

export const collectorView = z.strictObject({
  collectorId: collectorIdSchema,
  name: z.string(),
  path: z.string(),
  state: collectorState,
  proposedAt: z.date(),
  consentedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  /** What it became; null before. */
  machineId: machineIdSchema.nullable(),
  /** Code of what keeps it from working; null when nothing does. */
  problem: z.string().nullable(),
});
export type CollectorView = z.infer<typeof collectorView>;

export const collectorsView = z.strictObject({
  collectors: z.array(collectorView),
  /** Folders that collectors may read something below, as the service's machine was told; for staff, otherwise none. */
  roots: z.array(z.string()),
});
export type CollectorsView = z.infer<typeof collectorsView>;
