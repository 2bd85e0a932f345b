import { companyCreatedView, companyCreateInput } from "../../contracts/companies.ts";
import { companyIdSchema, invitationIdSchema } from "../../contracts/ids.ts";
import { LINK_MAX_TTL_MS } from "../../contracts/limits.ts";
import { createCompany } from "../domain/company/create-company.ts";
import { router, staffProcedure } from "./procedures.ts";
import { companyReads } from "./reads-router.ts";

export const companiesRouter = router({
  ...companyReads,
  create: staffProcedure(["admin", "operator"])
    .input(companyCreateInput)
    .output(companyCreatedView)
    .mutation(async ({ ctx: { deps, viewer }, input }) => {
      const { companyId, invitationId } = await createCompany(deps, {
        name: input.name,
        ownerEmail: input.ownerEmail,
        inviteAuthHash: new Uint8Array(Buffer.from(input.inviteAuthHash, "hex")),
        lifetimeMs: LINK_MAX_TTL_MS,
        byPersonId: viewer.personId,
      });
      return {
        companyId: companyIdSchema.parse(companyId),
        invitationId: invitationIdSchema.parse(invitationId),
      };
    }),
});
