import { z } from "zod";
import { base64Schema, newPasswordSchema } from "./fields.ts";
import { companyIdSchema, invitationIdSchema, personIdSchema } from "./ids.ts";
import {
  LOG_PAGE_MAX_COUNT,
  MEMBER_BLOB_MAX_BYTES,
  SIGNED_OBJECT_MAX_BYTES,
  WRAP_MAX_BYTES,
  WRAPS_MAX_COUNT,
} from "./limits.ts";

/** HMAC(secret, "holdfast/1/invite-auth"): proves the link without showing its secret. */
const inviteAuth = base64Schema(32);

export const invitationGetInput = z.strictObject({ invitationId: invitationIdSchema, inviteAuth });
export type InvitationGetInput = z.input<typeof invitationGetInput>;

export const invitationView = z.strictObject({
  companyId: companyIdSchema,
  companyName: z.string(),
  email: z.string(),
  providerName: z.string(),
});
export type InvitationView = z.infer<typeof invitationView>;

/** All that the first owner makes in the own client; the server checks the signatures and stores it. */
export const invitationAcceptInput = z.strictObject({
  invitationId: invitationIdSchema,
  inviteAuth,
  password: newPasswordSchema,
  /** Made by the client (uuid 7) because it stands in the signed log; becomes the person's id. */
  memberId: personIdSchema,
  memberBlob: base64Schema(MEMBER_BLOB_MAX_BYTES),
  /** Statements 0 to 2: genesis, epoch 1, this member. */
  log: z.array(base64Schema(SIGNED_OBJECT_MAX_BYTES)).min(1).max(LOG_PAGE_MAX_COUNT),
  wraps: z.array(base64Schema(WRAP_MAX_BYTES)).min(1).max(WRAPS_MAX_COUNT),
});
export type InvitationAcceptInput = z.input<typeof invitationAcceptInput>;
