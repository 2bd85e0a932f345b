import { invitationIdSchema, personIdSchema } from "../../../contracts/ids.ts";
import type { InvitationAcceptInput } from "../../../contracts/invitations.ts";
import type { SessionView } from "../../../contracts/session.ts";
import { toBase64 } from "../../../engine/codec/hex.ts";
import { uuid7 } from "../../../engine/ids/uuid7.ts";
import { createCompanyKeys } from "../../../engine/keys/company-keys.ts";
import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import { inviteAuth, parseSecretLink } from "../../../engine/keys/link-secret.ts";
import type { OwnerKeys } from "../../../engine/keys/owner-keys.ts";
import { requireStrongPassphrase } from "../../../engine/keys/passphrase.ts";
import { encodeWords, generatePassphrase } from "../../../engine/primitives/words.ts";
import { createPortalClient, hasCode, type PortalClient } from "./portal-client.ts";

export interface CreateKeysInput {
  /** The invitation as it was sent. */
  readonly link: string;
  /** Where to reach the portal, when that is not the address in the link. */
  readonly portalUrl?: string;
  /** For signing in; the server sees it. */
  readonly password: string;
  /** For unlocking; never leaves this device. Six random words when absent. */
  readonly passphrase?: string;
}

export interface CreatedKeys {
  readonly companyId: string;
  readonly companyName: string;
  readonly email: string;
  readonly passphrase: string;
  /** 24 words; nobody can show them again. */
  readonly recoveryKeyWords: string;
  readonly portalUrl: string;
  readonly owner: OwnerKeys;
  readonly session: SessionView;
}

/**
 * What the invited owner does once: makes the company's keys on this device and hands the portal what it may hold.
 *
 * @throws FormatError `bad_link`, `weak_passphrase`, and the portal's errors by code
 */
export async function createKeys(tools: KeyTools, input: CreateKeysInput): Promise<CreatedKeys> {
  const link = parseSecretLink("join", input.link);
  const portalUrl = input.portalUrl ?? link.origin;
  const passphrase = input.passphrase ?? generatePassphrase(tools.randomness);
  if (input.passphrase !== undefined) requireStrongPassphrase(passphrase, input.password);
  const client = createPortalClient({ portalUrl });
  const invitationId = invitationIdSchema.parse(link.linkId);
  const auth = toBase64(inviteAuth(tools.primitives, link.secret));
  const invitation = await client.invitations.get.query({ invitationId, inviteAuth: auth });
  const memberId = personIdSchema.parse(uuid7(tools.randomness, Date.now()));
  const { companyId } = invitation;
  const created = await createCompanyKeys(tools, { companyId, memberId, passphrase, at: new Date() });
  const session = await acceptInvitation(client, invitation.email, {
    invitationId,
    inviteAuth: auth,
    password: input.password,
    memberId,
    memberBlob: toBase64(created.memberBlob),
    log: created.log.map(toBase64),
    wraps: created.wraps.map(toBase64),
  });
  return {
    companyId,
    companyName: invitation.companyName,
    email: invitation.email,
    passphrase,
    recoveryKeyWords: encodeWords(created.recoveryKey),
    portalUrl,
    owner: created.owner,
    session,
  };
}

/**
 * Hands over the keys. When the answer gets lost on the way, signing in tells whether they arrived: giving up then would
 * lose the only copy of the recovery key of a company that exists.
 */
async function acceptInvitation(
  client: PortalClient,
  email: string,
  input: InvitationAcceptInput,
): Promise<SessionView> {
  try {
    return await client.invitations.accept.mutate(input);
  } catch (error) {
    if (!hasCode(error, "portal_unreachable") && !hasCode(error, "internal")) throw error;
    const session = await client.session.create.mutate({ email, password: input.password }).catch(() => null);
    if (session?.viewer.personId !== input.memberId) throw error;
    return session;
  }
}
