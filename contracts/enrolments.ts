import { z } from "zod";
import { base64Schema, nameSchema } from "./fields.ts";
import { agentIdSchema, companyIdSchema, enrolmentIdSchema, machineIdSchema } from "./ids.ts";
import { ENROLMENT_PAYLOAD_MAX_BYTES, SIGNED_OBJECT_MAX_BYTES } from "./limits.ts";

/** The owner's client makes id, secret and payload; the statement goes into the company log in the same transaction. */
export const enrolmentCreateInput = z.strictObject({
  enrolmentId: enrolmentIdSchema,
  payload: base64Schema(ENROLMENT_PAYLOAD_MAX_BYTES),
  statement: base64Schema(SIGNED_OBJECT_MAX_BYTES),
  expiresAt: z.date(),
  machineNameHint: nameSchema.optional(),
});
export type EnrolmentCreateInput = z.input<typeof enrolmentCreateInput>;
export const enrolmentCreatedView = z.strictObject({ enrolmentId: enrolmentIdSchema });

/** What became of a link: for the owner who made it. */
export const enrolmentGetInput = z.strictObject({ enrolmentId: enrolmentIdSchema });
export const enrolmentStateView = z.strictObject({
  state: z.enum(["open", "used", "expired"]),
  /** The machine that came in by it; null until one did. */
  machineId: machineIdSchema.nullable(),
});

export const enrolmentOpenInput = z.strictObject({ enrolmentId: enrolmentIdSchema });
export const enrolmentOpenedView = z.strictObject({
  companyId: companyIdSchema,
  payload: z.string(),
  log: z.array(z.string()),
  machineNameHint: z.string().nullable(),
});
export type EnrolmentOpenedView = z.infer<typeof enrolmentOpenedView>;

/** agentId and machineId stand in the certificate, made by the agent (uuid 7). */
export const enrolmentCompleteInput = z.strictObject({
  enrolmentId: enrolmentIdSchema,
  certificate: base64Schema(SIGNED_OBJECT_MAX_BYTES),
  machineName: nameSchema,
});
export type EnrolmentCompleteInput = z.input<typeof enrolmentCompleteInput>;
export const enrolmentCompletedView = z.strictObject({ agentId: agentIdSchema, machineId: machineIdSchema });
export type EnrolmentCompletedView = z.infer<typeof enrolmentCompletedView>;
