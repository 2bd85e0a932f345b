import { companyIdSchema } from "../../../contracts/ids.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import { KEY_SIZE_BYTES, type LinkTools } from "../../../engine/keys/key-tools.ts";
import { formatSecretLink, inviteAuthHash } from "../../../engine/keys/link-secret.ts";
import type { PortalClient } from "./portal-client.ts";

export interface CreateCompanyInput {
  /** Origin that stands in the link. */
  readonly portalUrl: string;
  readonly name: string;
  readonly ownerEmail: string;
}

export interface InvitationLink {
  readonly companyId: string;
  /** For the first owner; its fragment is a secret that the server does not know. */
  readonly link: string;
  readonly expiresAt: Date;
}

/** What staff do for a new customer: the company, and an invitation for its first owner. */
export async function createCompany(
  tools: LinkTools,
  client: PortalClient,
  { portalUrl, name, ownerEmail }: CreateCompanyInput,
): Promise<InvitationLink> {
  const { secret, authHash } = makeSecret(tools);
  const created = await client.companies.create.mutate({ name, ownerEmail, inviteAuthHash: authHash });
  const { companyId, invitationId, expiresAt } = created;
  return { companyId, link: formatSecretLink("join", { origin: portalUrl, linkId: invitationId, secret }), expiresAt };
}

export interface RenewInvitationInput {
  readonly portalUrl: string;
  readonly companyId: string;
  readonly ownerEmail: string;
}

/** A new link for an owner who has not come yet; the old one opens nothing any more. */
export async function renewInvitation(
  tools: LinkTools,
  client: PortalClient,
  { portalUrl, companyId, ownerEmail }: RenewInvitationInput,
): Promise<InvitationLink> {
  const { secret, authHash } = makeSecret(tools);
  const input = { companyId: companyIdSchema.parse(companyId), ownerEmail, inviteAuthHash: authHash };
  const { invitationId, expiresAt } = await client.companies.renewInvitation.mutate(input);
  return { companyId, link: formatSecretLink("join", { origin: portalUrl, linkId: invitationId, secret }), expiresAt };
}

function makeSecret({ primitives, randomness }: LinkTools): { readonly secret: Uint8Array; readonly authHash: string } {
  const secret = randomness.bytes(KEY_SIZE_BYTES);
  return { secret, authHash: toHex(inviteAuthHash(primitives, secret)) };
}
