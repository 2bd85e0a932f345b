import { invitationIdSchema, personIdSchema } from "../../../contracts/ids.ts";
import type { InvitationAcceptInput, InvitationView } from "../../../contracts/invitations.ts";
import type { SessionView } from "../../../contracts/session.ts";
import { toBase64 } from "../../../engine/codec/hex.ts";
import { uuid7 } from "../../../engine/ids/uuid7.ts";
import { createCompanyKeys } from "../../../engine/keys/company-keys.ts";
import type { KeyTools, LinkTools } from "../../../engine/keys/key-tools.ts";
import { inviteAuth, parseSecretLink } from "../../../engine/keys/link-secret.ts";
import type { OwnerKeys } from "../../../engine/keys/owner-keys.ts";
import { requireStrongPassphrase } from "../../../engine/keys/passphrase.ts";
import { encodeWords, generatePassphrase } from "../../../engine/primitives/words.ts";
import { createPortalClient, hasCode, type PortalClient } from "./portal-client.ts";

export interface InvitationInput {
  /** The invitation as it was sent. */
  readonly link: string;
  /** Where to reach the portal, when that is not the address in the link. */
  readonly portalUrl?: string;
}

export interface DraftKeysInput extends InvitationInput {
  /** For signing in; the server sees it. */
  readonly password: string;
  /** For unlocking; never leaves this device. Six random words when absent. */
  readonly passphrase?: string;
}

/** A company's keys as they were made on this device; the portal knows nothing of them yet. */
export interface DraftedKeys {
  readonly companyId: string;
  readonly companyName: string;
  readonly email: string;
  readonly passphrase: string;
  /** 24 words; nobody can show them again. */
  readonly recoveryKeyWords: string;
  readonly portalUrl: string;
  readonly owner: OwnerKeys;
  /** What the portal may hold: signed, sealed, and the login password. */
  readonly handover: InvitationAcceptInput;
}

/** Whose invitation this is. @throws FormatError `bad_link`, and the portal's errors by code */
export async function readInvitation(tools: LinkTools, input: InvitationInput): Promise<InvitationView> {
  const { client, proof } = openInvitation(tools, input);
  return client.invitations.get.query(proof);
}

/**
 * What the invited owner does once: makes the company's keys, on this device. Nothing is sent but the question whose
 * invitation it is.
 *
 * @throws FormatError `bad_link`, `weak_passphrase`, and the portal's errors by code
 */
export async function draftKeys(tools: KeyTools, input: DraftKeysInput): Promise<DraftedKeys> {
  const { client, proof, portalUrl } = openInvitation(tools, input);
  const passphrase = input.passphrase ?? generatePassphrase(tools.randomness);
  if (input.passphrase !== undefined) requireStrongPassphrase(passphrase, input.password);
  const { companyId, companyName, email } = await client.invitations.get.query(proof);
  const memberId = personIdSchema.parse(uuid7(tools.randomness, Date.now()));
  const created = await createCompanyKeys(tools, { companyId, memberId, passphrase, at: new Date() });
  return {
    companyId,
    companyName,
    email,
    passphrase,
    recoveryKeyWords: encodeWords(created.recoveryKey),
    portalUrl,
    owner: created.owner,
    handover: {
      ...proof,
      password: input.password,
      memberId,
      memberBlob: toBase64(created.memberBlob),
      log: created.log.map(toBase64),
      wraps: created.wraps.map(toBase64),
    },
  };
}

/**
 * Hands the portal what it may hold; from then on the company exists. When the answer gets lost on the way, signing in
 * tells whether the keys arrived: giving up then would lose the only copy of the recovery key of a company that exists.
 *
 * @throws the portal's errors by code
 */
export async function sendKeys({ portalUrl, email, handover }: DraftedKeys): Promise<SessionView> {
  const client = createPortalClient({ portalUrl });
  try {
    return await client.invitations.accept.mutate(handover);
  } catch (error) {
    const isUnsure = ["portal_unreachable", "internal", "invitation_used"] as const;
    if (!isUnsure.some((code) => hasCode(error, code))) throw error;
    const session = await client.session.create.mutate({ email, password: handover.password }).catch(() => null);
    if (session?.viewer.personId !== handover.memberId) throw error;
    return session;
  }
}

interface OpenedInvitation {
  readonly client: PortalClient;
  readonly portalUrl: string;
  readonly proof: Pick<InvitationAcceptInput, "invitationId" | "inviteAuth">;
}

function openInvitation(tools: LinkTools, input: InvitationInput): OpenedInvitation {
  const link = parseSecretLink("join", input.link);
  const portalUrl = input.portalUrl ?? link.origin;
  const proof = {
    invitationId: invitationIdSchema.parse(link.linkId),
    inviteAuth: toBase64(inviteAuth(tools.primitives, link.secret)),
  };
  return { client: createPortalClient({ portalUrl }), portalUrl, proof };
}
