import type { PlannedSourceRow, ScheduleStore } from "../domain/store/schedule-store.ts";
import { byLevel } from "../domain/store/setting-order.ts";
import { MAX_PAGE_ROWS, StoreError } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { type JournalPayload, writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { type ScheduleRecord, schedulePayload, scheduleValues, toScheduleRow } from "./pg-setting-rows.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, type Tx, withCompany } from "./transaction.ts";

const PROVIDER_SCHEDULE_FIND = loadStatement("provider-schedule-find");
const PROVIDER_SCHEDULE_PUT = loadStatement("provider-schedule-put");
const SCHEDULE_PUT = loadStatement("schedule-put");
const PLANNED_SOURCES_LIST = loadStatement("planned-sources-list");
const SCHEDULES_LIST = loadStatement("schedules-list");

export function createPgScheduleStore(database: PgDatabase): ScheduleStore {
  return {
    findProviderSchedule: () =>
      withCompany(database, PROVIDER_ID, async (tx) => {
        const [row] = await tx.rows<ScheduleRecord>(PROVIDER_SCHEDULE_FIND, []);
        return row ? toScheduleRow(row) : null;
      }),
    putProviderSchedule: (settings, byPersonId) =>
      withCompany(database, PROVIDER_ID, async (tx) => {
        if ((await tx.run(PROVIDER_SCHEDULE_PUT, scheduleValues(settings))) === 0) {
          throw new StoreError("not_found", "this installation belongs to no provider yet");
        }
        await recordPut(tx, PROVIDER_ID, { byPersonId, payload: { level: "provider", ...schedulePayload(settings) } });
      }),
    putSchedule: async (companyId, { level, subjectId, settings, byPersonId }) => {
      if (level === "company" && subjectId !== companyId) return "subject_unknown";
      try {
        await withCompany(database, companyId, async (tx) => {
          await tx.run(SCHEDULE_PUT, [companyId, level, subjectId, ...scheduleValues(settings)]);
          await recordPut(tx, companyId, { byPersonId, payload: { level, subjectId, ...schedulePayload(settings) } });
        });
        return "stored";
      } catch (error) {
        // The row's references say whether the machine or source is this company's.
        if (error instanceof StoreError && error.code === "not_found") return "subject_unknown";
        throw error;
      }
    },
    listSchedules: (companyId, machineId) =>
      withCompany(database, companyId, async (tx) => {
        const rows = await tx.rows<ScheduleRecord>(SCHEDULES_LIST, [companyId, machineId]);
        return rows.map(toScheduleRow).toSorted(byLevel);
      }),
    listPlannedSources: (companyId, machineId, exceptCodes) =>
      withCompany(database, companyId, async (tx) => {
        const values = [companyId, machineId, exceptCodes, MAX_PAGE_ROWS];
        return (await tx.rows<PlannedSourceRecord>(PLANNED_SOURCES_LIST, values)).map(toPlannedSource);
      }),
  };
}

interface PlannedSourceRecord {
  readonly source_id: string;
  readonly kind: string;
  readonly ordinal: number;
  readonly created_at: Date;
  readonly last_start_at: Date | null;
  readonly last_end_at: Date | null;
  readonly last_outcome: string | null;
  readonly last_due_at: Date | null;
  readonly last_attempt: number | null;
  readonly last_code: string | null;
  readonly last_expected_at: Date | null;
}

function toPlannedSource(row: PlannedSourceRecord): PlannedSourceRow {
  const { source_id: sourceId, kind: sourceKind, ordinal, created_at: createdAt } = row;
  const { last_start_at: lastStartAt, last_expected_at: lastExpectedAt } = row;
  const { last_due_at: dueAt, last_end_at: endedAt, last_attempt: attempt } = row;
  const isFailure = row.last_outcome === "failed" && dueAt !== null && endedAt !== null && attempt !== null;
  const lastFailure = isFailure ? { dueAt, endedAt, attempt, code: row.last_code } : null;
  return { sourceId, sourceKind, ordinal, createdAt, lastStartAt, lastFailure, lastExpectedAt };
}

async function recordPut(
  tx: Tx,
  companyId: string,
  { byPersonId, payload }: { readonly byPersonId: string; readonly payload: JournalPayload },
): Promise<void> {
  await writeAudit(tx, companyId, {
    auditId: newId(),
    personId: byPersonId,
    action: "schedule_changed",
    details: payload,
  });
  await writeOutbox(tx, companyId, "schedule_changed", payload);
}
