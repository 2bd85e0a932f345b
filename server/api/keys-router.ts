import type { CompanyId, PersonId } from "../../contracts/ids.ts";
import { keysAppendLogInput, keysView, logAfterInput, logHeadView, logPageView } from "../../contracts/keys.ts";
import { MEMBER_ROLES } from "../../contracts/viewer.ts";
import { appendLog } from "../domain/key/append-log.ts";
import { listLog } from "../domain/key/company-log.ts";
import { getKeys } from "../domain/key/get-keys.ts";
import type { ApiDeps } from "./api-deps.ts";
import { fromBase64, toBase64 } from "./bytes-text.ts";
import { memberProcedure, router } from "./procedures.ts";

export const keysRouter = router({
  get: memberProcedure(MEMBER_ROLES)
    .output(keysView)
    .query(({ ctx: { deps, viewer } }) => readKeys(deps, viewer.companyId, viewer.personId)),
  getForRecovery: memberProcedure(["owner"])
    .output(keysView)
    .query(({ ctx: { deps, viewer } }) => readKeys(deps, viewer.companyId, viewer.personId)),
  log: memberProcedure(MEMBER_ROLES)
    .input(logAfterInput)
    .output(logPageView)
    .query(async ({ ctx: { deps, companyId }, input }) => ({
      statements: (await listLog(deps, companyId, input.after)).map((statement) => toBase64(statement.bytes)),
    })),
  appendLog: memberProcedure(["owner"])
    .input(keysAppendLogInput)
    .output(logHeadView)
    .mutation(async ({ ctx: { deps, viewer, companyId }, input }) => {
      const statements = input.statements.map(fromBase64);
      const head = await appendLog(deps, companyId, { statements, byPersonId: viewer.personId });
      await deps.acknowledge(companyId);
      return { number: head.number, hash: Buffer.from(head.hash).toString("hex") };
    }),
});

async function readKeys(deps: ApiDeps, companyId: CompanyId, personId: PersonId) {
  const keys = await getKeys(deps, companyId, personId);
  return {
    companyId,
    memberBlob: keys.memberBlob === null ? null : toBase64(keys.memberBlob),
    log: keys.log.map(toBase64),
    wraps: keys.wraps.map(toBase64),
    certificates: keys.certificates.map(toBase64),
    controlTerm: keys.controlTerm,
  };
}
