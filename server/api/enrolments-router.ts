import {
  enrolmentCompletedView,
  enrolmentCompleteInput,
  enrolmentCreatedView,
  enrolmentCreateInput,
  enrolmentGetInput,
  enrolmentOpenedView,
  enrolmentOpenInput,
  enrolmentStateView,
} from "../../contracts/enrolments.ts";
import { agentIdSchema, companyIdSchema, machineIdSchema } from "../../contracts/ids.ts";
import { LINK_MAX_TTL_MS } from "../../contracts/limits.ts";
import { completeEnrolment } from "../domain/enrolment/complete-enrolment.ts";
import { createEnrolment } from "../domain/enrolment/create-enrolment.ts";
import { openEnrolment } from "../domain/enrolment/open-enrolment.ts";
import { ApiError } from "./api-error.ts";
import { fromBase64, toBase64 } from "./bytes-text.ts";
import { memberProcedure, publicProcedure, router } from "./procedures.ts";
import { consumeRate } from "./rate-limits.ts";

export const enrolmentsRouter = router({
  create: memberProcedure(["owner"])
    .input(enrolmentCreateInput)
    .output(enrolmentCreatedView)
    .mutation(async ({ ctx: { deps, viewer, companyId }, input }) => {
      if (input.expiresAt.getTime() > deps.clock.now().getTime() + LINK_MAX_TTL_MS) {
        throw new ApiError("bad_input", "expiresAt: a link is valid for 30 days at most");
      }
      await createEnrolment(deps, companyId, {
        enrolmentId: input.enrolmentId,
        payload: fromBase64(input.payload),
        statement: fromBase64(input.statement),
        expiresAt: input.expiresAt,
        machineNameHint: input.machineNameHint ?? null,
        byPersonId: viewer.personId,
      });
      await deps.acknowledge(companyId);
      return { enrolmentId: input.enrolmentId };
    }),
  get: memberProcedure(["owner"])
    .input(enrolmentGetInput)
    .output(enrolmentStateView)
    .query(async ({ ctx: { deps, companyId }, input }) => {
      const found = await deps.store.findEnrolmentState(companyId, input.enrolmentId);
      if (found === null) throw new ApiError("not_found", "There is no such enrolment.");
      const { isUsed, isExpired, machineId } = found;
      return {
        state: isUsed ? "used" : isExpired ? "expired" : "open",
        machineId: machineId === null ? null : machineIdSchema.parse(machineId),
      };
    }),
  open: publicProcedure
    .input(enrolmentOpenInput)
    .output(enrolmentOpenedView)
    .query(async ({ ctx: { deps, clientAddress }, input }) => {
      await consumeRate(deps.rateLimits.links, clientAddress);
      const opened = await openEnrolment(deps, input.enrolmentId);
      return {
        companyId: companyIdSchema.parse(opened.companyId),
        payload: toBase64(opened.payload),
        log: opened.log.map(toBase64),
        machineNameHint: opened.machineNameHint,
      };
    }),
  complete: publicProcedure
    .input(enrolmentCompleteInput)
    .output(enrolmentCompletedView)
    .mutation(async ({ ctx: { deps, clientAddress }, input }) => {
      await consumeRate(deps.rateLimits.links, clientAddress);
      const { enrolmentId, machineName } = input;
      const certificate = fromBase64(input.certificate);
      const { agentId, machineId, companyId } = await completeEnrolment(deps, {
        enrolmentId,
        certificate,
        machineName,
      });
      await deps.acknowledge(companyId);
      return { agentId: agentIdSchema.parse(agentId), machineId: machineIdSchema.parse(machineId) };
    }),
});
