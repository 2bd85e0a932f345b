import { FormatError, IntegrityError } from "../../../engine/codec/format-error.ts";
import { fromHex } from "../../../engine/codec/hex.ts";
import { claimedRootFingerprint, verifyCompanyLog } from "../../../engine/keys/company-log.ts";
import { getCurrentEpoch } from "../../../engine/keys/company-log-state.ts";
import { parseKeyWrap } from "../../../engine/keys/key-wrap.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { toKeyObject } from "../key/key-object.ts";
import { putKeyObjects, requireSomeZone } from "../key/put-key-objects.ts";
import type { AcceptOutcome, InvitationRow } from "../store/account-store.ts";
import { getInvitation } from "./get-invitation.ts";

export interface AcceptInvitationInput {
  readonly invitationId: string;
  readonly inviteAuth: Uint8Array;
  readonly password: string;
  /** Stands in the signed log; becomes the person's id. */
  readonly memberId: string;
  readonly memberBlob: Uint8Array;
  /** Genesis, first epoch, this member. */
  readonly log: readonly Uint8Array[];
  readonly wraps: readonly Uint8Array[];
}

export interface AcceptedMember {
  readonly companyId: string;
  readonly personId: string;
  readonly email: string;
}

/**
 * Takes the first owner's keys, as made in the owner's own client: the server checks that the log verifies and names
 * this member, and keeps what is signed and sealed. It learns no secret.
 *
 * @throws DomainError `invitation_invalid`, `invitation_used`, `invitation_expired`, `email_taken`, `log_invalid`
 */
export async function acceptInvitation(deps: DomainDeps, input: AcceptInvitationInput): Promise<AcceptedMember> {
  const invitation = await getInvitation(deps, input);
  const { companyId } = invitation;
  const rootFingerprint = requireOwnLog(deps, invitation, input);
  await requireSomeZone(deps, companyId);
  const named = (kind: "log" | "wrap") => (bytes: Uint8Array, number: number) =>
    toKeyObject(deps.primitives, { companyId, kind, number, bytes });
  const objects = [...input.log.map(named("log")), ...input.wraps.map(named("wrap"))];
  const outcome = await deps.store.acceptInvitation(companyId, {
    invitationId: invitation.invitationId,
    authHash: invitation.authHash,
    personId: input.memberId,
    passwordHash: await deps.passwords.hashPassword(input.password),
    memberBlob: input.memberBlob,
    rootFingerprint: fromHex(rootFingerprint),
    objects,
  });
  if (outcome.kind !== "accepted") throw refusalOf(outcome);
  await putKeyObjects(deps, companyId, objects);
  return { companyId, personId: input.memberId, email: outcome.email };
}

/** Hex fingerprint of the root that the log stands on. */
function requireOwnLog(
  { primitives }: Pick<DomainDeps, "primitives">,
  invitation: InvitationRow,
  { log, memberId, wraps }: AcceptInvitationInput,
): string {
  try {
    const rootFingerprint = claimedRootFingerprint(primitives, log);
    const state = verifyCompanyLog(primitives, { companyId: invitation.companyId, objects: log, rootFingerprint });
    getCurrentEpoch(state, 0);
    for (const wrap of wraps) parseKeyWrap(wrap);
    if (state.members.get(memberId)?.role === invitation.role) return rootFingerprint;
  } catch (error) {
    if (!(error instanceof IntegrityError || error instanceof FormatError)) throw error;
    throw new DomainError("log_invalid", `the new company log or its wraps do not verify: ${error.message}`);
  }
  throw new DomainError("log_invalid", `the new company log does not name this member as ${invitation.role}`);
}

function refusalOf(outcome: Exclude<AcceptOutcome, { kind: "accepted" }>): DomainError {
  switch (outcome.kind) {
    case "invitation_unknown":
      return new DomainError(
        "invitation_invalid",
        "this invitation does not exist, or a newer one has replaced it: copy the whole link of the newest",
      );
    case "invitation_used":
    case "log_conflict":
      return new DomainError("invitation_used", "this invitation was used: sign in instead");
    case "invitation_expired":
      return new DomainError("invitation_expired", "this invitation has expired: ask the provider for a new one");
    case "email_taken":
      return new DomainError(
        "email_taken",
        "somebody has an account with this e-mail address; ask for another invitation",
      );
  }
}
