import {
  companyCreatedView,
  companyCreateInput,
  companyGetInput,
  invitationRenewedView,
  invitationRenewInput,
  openInvitationView,
} from "../../contracts/companies.ts";
import { companyIdSchema, invitationIdSchema } from "../../contracts/ids.ts";
import { LINK_MAX_TTL_MS } from "../../contracts/limits.ts";
import { STAFF_ROLES } from "../../contracts/viewer.ts";
import { createCompany } from "../domain/company/create-company.ts";
import { renewInvitation } from "../domain/company/renew-invitation.ts";
import { router, staffProcedure } from "./procedures.ts";
import { companyReads } from "./reads-router.ts";

export const companiesRouter = router({
  ...companyReads,
  create: staffProcedure(["admin", "operator"])
    .input(companyCreateInput)
    .output(companyCreatedView)
    .mutation(async ({ ctx: { deps, viewer }, input }) => {
      const { companyId, invitationId, expiresAt } = await createCompany(deps, {
        name: input.name,
        ownerEmail: input.ownerEmail,
        inviteAuthHash: fromHex(input.inviteAuthHash),
        lifetimeMs: LINK_MAX_TTL_MS,
        byPersonId: viewer.personId,
      });
      await deps.acknowledge(companyId);
      return {
        companyId: companyIdSchema.parse(companyId),
        invitationId: invitationIdSchema.parse(invitationId),
        expiresAt,
      };
    }),
  invitation: staffProcedure(STAFF_ROLES)
    .input(companyGetInput)
    .output(openInvitationView)
    .query(({ ctx: { deps }, input }) => deps.store.findOpenInvitation(input.companyId)),
  renewInvitation: staffProcedure(["admin", "operator"])
    .input(invitationRenewInput)
    .output(invitationRenewedView)
    .mutation(async ({ ctx: { deps, viewer }, input }) => {
      const { invitationId, expiresAt } = await renewInvitation(deps, input.companyId, {
        ownerEmail: input.ownerEmail,
        inviteAuthHash: fromHex(input.inviteAuthHash),
        lifetimeMs: LINK_MAX_TTL_MS,
        byPersonId: viewer.personId,
      });
      return { invitationId: invitationIdSchema.parse(invitationId), expiresAt };
    }),
});

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}
