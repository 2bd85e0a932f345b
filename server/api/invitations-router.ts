import { companyIdSchema } from "../../contracts/ids.ts";
import { invitationAcceptInput, invitationGetInput, invitationView } from "../../contracts/invitations.ts";
import { SESSION_TTL_MS } from "../../contracts/limits.ts";
import { sessionView } from "../../contracts/session.ts";
import { acceptInvitation } from "../domain/company/accept-invitation.ts";
import { getInvitation } from "../domain/company/get-invitation.ts";
import { signIn } from "../domain/person/sign-in.ts";
import { fromBase64 } from "./bytes-text.ts";
import { publicProcedure, router } from "./procedures.ts";
import { consumeRate } from "./rate-limits.ts";

export const invitationsRouter = router({
  get: publicProcedure
    .input(invitationGetInput)
    .output(invitationView)
    .query(async ({ ctx: { deps, clientAddress }, input }) => {
      await consumeRate(deps.rateLimits.links, clientAddress);
      const { invitationId } = input;
      const invitation = await getInvitation(deps, { invitationId, inviteAuth: fromBase64(input.inviteAuth) });
      return {
        companyId: companyIdSchema.parse(invitation.companyId),
        companyName: invitation.companyName,
        email: invitation.email,
        providerName: invitation.providerName,
      };
    }),
  accept: publicProcedure
    .input(invitationAcceptInput)
    .output(sessionView)
    .mutation(async ({ ctx: { deps, clientAddress }, input }) => {
      await consumeRate(deps.rateLimits.links, clientAddress);
      const { invitationId, password, memberId } = input;
      const { companyId, email } = await acceptInvitation(deps, {
        invitationId,
        inviteAuth: fromBase64(input.inviteAuth),
        password,
        memberId,
        memberBlob: fromBase64(input.memberBlob),
        log: input.log.map(fromBase64),
        wraps: input.wraps.map(fromBase64),
      });
      await deps.acknowledge(companyId);
      return signIn(deps, { email, password, lifetimeMs: SESSION_TTL_MS });
    }),
});
