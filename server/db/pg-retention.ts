import type { ArchiveStore } from "../domain/store/archive-store.ts";
import { byLevel } from "../domain/store/setting-order.ts";
import { StoreError } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { type RetentionRecord, retentionValues, toRetentionRow } from "./pg-setting-rows.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, type Tx, withCompany } from "./transaction.ts";

const RETENTION_PUT = loadStatement("retention-put");
const RETENTION_LIST = loadStatement("retention-list");

/** How long snapshots stay, by level; the rest of the port stands in pg-archive-store.ts. */
export function createPgRetention(database: PgDatabase): Pick<ArchiveStore, "putRetention" | "listRetention"> {
  return {
    putRetention: async (companyId, { level, subjectId, settings, byPersonId }) => {
      if ((companyId === null) !== (level === "provider")) return "subject_unknown";
      const tenantId = companyId ?? PROVIDER_ID;
      const subject = level === "machine" || level === "source" ? subjectId : tenantId;
      if (level === "company" && subjectId !== companyId) return "subject_unknown";
      try {
        await withCompany(database, tenantId, async (tx) => {
          await tx.run(RETENTION_PUT, [tenantId, level, subject, ...retentionValues(settings)]);
          const payload = { level, subjectId: subject, ...settings };
          const audit = { auditId: newId(), personId: byPersonId, action: "retention_changed", details: payload };
          await writeAudit(tx, tenantId, audit);
          await writeOutbox(tx, tenantId, "retention_changed", payload);
        });
        return "stored";
      } catch (error) {
        // The row's references say whether the machine or source is this company's.
        if (error instanceof StoreError && error.code === "not_found") return "subject_unknown";
        throw error;
      }
    },
    listRetention: async (companyId, { machineId, sourceId }) => {
      const tenantId = companyId ?? PROVIDER_ID;
      const values = [tenantId, machineId ?? null, sourceId ?? null];
      const read = (tx: Tx) => tx.rows<RetentionRecord>(RETENTION_LIST, values);
      return (await withCompany(database, tenantId, read)).map(toRetentionRow).toSorted(byLevel);
    },
  };
}
