import { z } from "zod";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A row id: a uuid (version 7 where we make it), lower case with dashes. */
const uuid = z.string().regex(UUID, "must be a lower-case uuid");

export const companyIdSchema = uuid.brand<"companyId">();
export const personIdSchema = uuid.brand<"personId">();
export const machineIdSchema = uuid.brand<"machineId">();
export const agentIdSchema = uuid.brand<"agentId">();
export const sourceIdSchema = uuid.brand<"sourceId">();
export const runIdSchema = uuid.brand<"runId">();
export const clientRunIdSchema = uuid.brand<"clientRunId">();
export const invitationIdSchema = uuid.brand<"invitationId">();
export const enrolmentIdSchema = uuid.brand<"enrolmentId">();
export const collectorIdSchema = uuid.brand<"collectorId">();
export const policyIdSchema = uuid.brand<"policyId">();

/** `zone1`, `zone2`, ...: the name a zone has in the configuration and in its own identity object. */
export const zoneIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "must be a zone's name: lower-case letters, digits, dashes, at most 32")
  .brand<"zoneId">();

/** First 16 bytes of the SHA-256 of the signed manifest header, 32 hex digits. */
export const snapshotIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 32 hex digits")
  .brand<"snapshotId">();

/** SHA-256 of a pack's bytes, 64 hex digits. */
export const packIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 hex digits")
  .brand<"packId">();

export type CompanyId = z.infer<typeof companyIdSchema>;
export type PersonId = z.infer<typeof personIdSchema>;
export type MachineId = z.infer<typeof machineIdSchema>;
export type AgentId = z.infer<typeof agentIdSchema>;
export type SourceId = z.infer<typeof sourceIdSchema>;
export type RunId = z.infer<typeof runIdSchema>;
export type ClientRunId = z.infer<typeof clientRunIdSchema>;
export type InvitationId = z.infer<typeof invitationIdSchema>;
export type EnrolmentId = z.infer<typeof enrolmentIdSchema>;
export type CollectorId = z.infer<typeof collectorIdSchema>;
export type PolicyId = z.infer<typeof policyIdSchema>;
export type ZoneId = z.infer<typeof zoneIdSchema>;
export type SnapshotId = z.infer<typeof snapshotIdSchema>;
export type PackId = z.infer<typeof packIdSchema>;
