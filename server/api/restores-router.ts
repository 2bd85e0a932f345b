import { restoreOpenedView, restoreOpenInput } from "../../contracts/restores.ts";
import { issueBulkToken } from "../auth/bulk-token.ts";
import { memberProcedure, router } from "./procedures.ts";

export const restoresRouter = router({
  open: memberProcedure(["owner", "restorer"])
    .input(restoreOpenInput)
    .output(restoreOpenedView)
    .mutation(async ({ ctx: { deps, viewer } }) => {
      const { companyId, personId } = viewer;
      // Audited before the token exists: no reading that nobody can see later.
      const auditId = deps.newId();
      await deps.store.recordAudit({ auditId, companyId, personId, action: "restore_opened", details: {} });
      return issueBulkToken(deps.secret, { kind: "restore", companyId, personId }, deps.clock.now());
    }),
});
