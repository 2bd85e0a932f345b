import type { LinkTools } from "../../engine/keys/key-tools.ts";
import { browserRandomness } from "../../engine/primitives/browser-randomness.ts";
import { pagePrimitives } from "../../engine/primitives/page.ts";
import { createCompany, type InvitationLink, renewInvitation } from "../../server/api/client/create-company.ts";
import { createPortalClient } from "../../server/api/client/portal-client.ts";

const tools: LinkTools = { primitives: pagePrimitives, randomness: browserRandomness };

export interface MadeInvitation extends InvitationLink {
  readonly companyName: string;
  readonly ownerEmail: string;
}

/** A company and the link for its owner, whose secret is made in this browser. @throws the portal's errors */
export async function inviteNewCompany(companyName: string, ownerEmail: string): Promise<MadeInvitation> {
  const input = { portalUrl: window.location.origin, name: companyName, ownerEmail };
  return { ...(await createCompany(tools, createPortalClient({ portalUrl: "" }), input)), companyName, ownerEmail };
}

/** Another link for a company without keys. @throws the portal's errors */
export async function inviteAgain(
  company: { readonly companyId: string; readonly companyName: string },
  ownerEmail: string,
): Promise<MadeInvitation> {
  const { companyId, companyName } = company;
  const input = { portalUrl: window.location.origin, companyId, ownerEmail };
  return { ...(await renewInvitation(tools, createPortalClient({ portalUrl: "" }), input)), companyName, ownerEmail };
}
