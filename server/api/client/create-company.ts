import { toHex } from "../../../engine/codec/hex.ts";
import type { KeyTools } from "../../../engine/keys/key-tools.ts";
import { KEY_SIZE_BYTES } from "../../../engine/keys/key-tools.ts";
import { formatSecretLink, inviteAuthHash } from "../../../engine/keys/link-secret.ts";
import type { PortalClient } from "./portal-client.ts";

export interface CreateCompanyInput {
  /** Origin that stands in the link. */
  readonly portalUrl: string;
  readonly name: string;
  readonly ownerEmail: string;
}

export interface CreatedCompany {
  readonly companyId: string;
  /** For the first owner; its fragment is a secret that the server does not know. */
  readonly link: string;
}

/** What staff do for a new customer: the company, and an invitation for its first owner. */
export async function createCompany(
  { primitives, randomness }: KeyTools,
  client: PortalClient,
  { portalUrl, name, ownerEmail }: CreateCompanyInput,
): Promise<CreatedCompany> {
  const secret = randomness.bytes(KEY_SIZE_BYTES);
  const authHash = toHex(inviteAuthHash(primitives, secret));
  const { companyId, invitationId } = await client.companies.create.mutate({
    name,
    ownerEmail,
    inviteAuthHash: authHash,
  });
  return { companyId, link: formatSecretLink("join", { origin: portalUrl, linkId: invitationId, secret }) };
}
