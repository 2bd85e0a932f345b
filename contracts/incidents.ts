import { z } from "zod";
import { countSchema, orderedInput, pageView } from "./fields.ts";
import { companyIdSchema, machineIdSchema } from "./ids.ts";
import { sourceKind } from "./machines.ts";

/**
 * `run_missed`: a backup did not begin when it was due; `runs_failed`: the last ones of a source failed; `zone_away`: a zone cannot be
 * reached; `zone_behind`: it has been catching up for long; `deletion_held`: nothing is deleted, although it was time; `copies_lost`: no zone
 * has a good copy of something; `freeze_stuck`: snapshots that are due to be frozen are not; `second_certificate`: an enrolment that was used
 * was used again.
 */
export const INCIDENT_KINDS = [
  "copies_lost",
  "second_certificate",
  "zone_away",
  "zone_behind",
  "runs_failed",
  "run_missed",
  "freeze_stuck",
  "deletion_held",
] as const;
export const incidentKind = z.enum(INCIDENT_KINDS);
export type IncidentKind = z.infer<typeof incidentKind>;

/** `open` and seen by nobody; `acknowledged`: open, and somebody said that they know; `closed`: over. */
export const INCIDENT_STATES = ["open", "acknowledged", "closed"] as const;
export const incidentState = z.enum(INCIDENT_STATES);
export type IncidentState = z.infer<typeof incidentState>;

/** Two lines of a table; more belongs into a ticket. */
export const INCIDENT_NOTE_MAX_LENGTH = 500;

/** Something that a person should know, open until it is over. */
export const incidentView = z.strictObject({
  incidentId: z.uuid(),
  /** Null for what concerns the provider as a whole. */
  companyId: companyIdSchema.nullable(),
  companyName: z.string().nullable(),
  kind: incidentKind,
  state: incidentState,
  /** Why, a stable code. */
  code: z.string(),
  /** How many missed runs, failed runs in a row, lost copies, or snapshots that wait to be frozen. */
  count: countSchema,
  openedAt: z.date(),
  /** When its cause was seen last. */
  seenAt: z.date(),
  closedAt: z.date().nullable(),
  /** Whose backups, where it is about a machine. */
  machine: z
    .strictObject({
      machineId: machineIdSchema,
      machineName: z.string(),
      source: z.strictObject({ sourceKind, sourceOrdinal: countSchema }).nullable(),
    })
    .nullable(),
  /** Which zone, where it is about one. */
  zoneOrdinal: countSchema.nullable(),
  acknowledged: z
    .strictObject({
      at: z.date(),
      /** Null where the reader may not know: members do not see who works for the provider. */
      email: z.string().nullable(),
      note: z.string().nullable(),
    })
    .nullable(),
});
export type IncidentView = z.infer<typeof incidentView>;

export const INCIDENT_SORTS = ["need", "opened", "company"] as const;
export type IncidentSort = (typeof INCIDENT_SORTS)[number];

/** `need`: open ones first, then acknowledged and closed ones, newest first; `search` looks into the names of companies and machines. */
export const incidentListInput = z.strictObject({
  companyId: companyIdSchema.optional(),
  states: z.array(incidentState).max(INCIDENT_STATES.length).default([]),
  kinds: z.array(incidentKind).max(INCIDENT_KINDS.length).default([]),
  ...orderedInput(INCIDENT_SORTS),
});
export type IncidentListInput = z.input<typeof incidentListInput>;
export const incidentPageView = pageView(incidentView);

export const incidentCountInput = z.strictObject({ companyId: companyIdSchema.optional() });
/** Those that are not over. */
export const incidentCountsView = z.strictObject({ open: countSchema, acknowledged: countSchema });
export type IncidentCountsView = z.infer<typeof incidentCountsView>;

export const incidentAcknowledgeInput = z.strictObject({
  incidentId: z.uuid(),
  note: z
    .string()
    .trim()
    .max(INCIDENT_NOTE_MAX_LENGTH, `must be at most ${INCIDENT_NOTE_MAX_LENGTH} characters`)
    .regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not hold control characters"),
});
export const incidentAcknowledgedView = z.strictObject({ incidentId: z.uuid() });
