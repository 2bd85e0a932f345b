import type { BandwidthRule, ScheduleLevel, ScheduleSettings } from "../../contracts/schedules.ts";
import type { PlannedSourceRow, ScheduleRow, ScheduleStore } from "../domain/store/schedule-store.ts";
import { MAX_PAGE_ROWS, StoreError } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { type JournalPayload, writeAudit, writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
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
        if ((await tx.run(PROVIDER_SCHEDULE_PUT, valuesOf(settings))) === 0) {
          throw new StoreError("not_found", "this installation belongs to no provider yet");
        }
        await recordPut(tx, PROVIDER_ID, { byPersonId, payload: { level: "provider", ...payloadOf(settings) } });
      }),
    putSchedule: async (companyId, { level, subjectId, settings, byPersonId }) => {
      if (level === "company" && subjectId !== companyId) return "subject_unknown";
      try {
        await withCompany(database, companyId, async (tx) => {
          await tx.run(SCHEDULE_PUT, [companyId, level, subjectId, ...valuesOf(settings)]);
          await recordPut(tx, companyId, { byPersonId, payload: { level, subjectId, ...payloadOf(settings) } });
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
        return rows.map(toScheduleRow);
      }),
    listPlannedSources: (companyId, machineId, exceptCodes) =>
      withCompany(database, companyId, async (tx) => {
        const values = [companyId, machineId, exceptCodes, MAX_PAGE_ROWS];
        return (await tx.rows<PlannedSourceRecord>(PLANNED_SOURCES_LIST, values)).map(toPlannedSource);
      }),
  };
}

interface ScheduleRecord {
  readonly level: ScheduleLevel;
  readonly subject_id: string | null;
  readonly cron: string | null;
  readonly time_zone: string | null;
  readonly jitter_seconds: number | null;
  readonly catch_up_minutes: number | null;
  readonly window_hours: number[] | null;
  readonly window_ends_runs: boolean | null;
  readonly bandwidth: BandwidthRule[] | null;
  readonly is_paused: boolean;
  readonly timed_at: Date;
}

function toScheduleRow(row: ScheduleRecord): ScheduleRow {
  const { level, subject_id: subjectId, cron, time_zone: timeZone, timed_at: timedAt } = row;
  const { window_hours: hours, window_ends_runs: endsRuns } = row;
  const settings = {
    timing: cron === null || timeZone === null ? null : { cron, timeZone },
    jitterSeconds: row.jitter_seconds,
    catchUpMinutes: row.catch_up_minutes,
    window: hours === null || endsRuns === null ? null : { hours, endsRuns },
    bandwidth: row.bandwidth === null ? null : { rules: row.bandwidth },
    isPaused: row.is_paused,
  };
  return { level, subjectId, settings, timedAt };
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
  readonly last_expected_at: Date | null;
}

function toPlannedSource(row: PlannedSourceRecord): PlannedSourceRow {
  const { source_id: sourceId, kind: sourceKind, ordinal, created_at: createdAt } = row;
  const { last_start_at: lastStartAt, last_expected_at: lastExpectedAt } = row;
  const { last_due_at: dueAt, last_end_at: endedAt, last_attempt: attempt } = row;
  const isFailure = row.last_outcome === "failed" && dueAt !== null && endedAt !== null && attempt !== null;
  const lastFailure = isFailure ? { dueAt, endedAt, attempt } : null;
  return { sourceId, sourceKind, ordinal, createdAt, lastStartAt, lastFailure, lastExpectedAt };
}

function valuesOf(settings: ScheduleSettings): readonly unknown[] {
  const { timing, jitterSeconds, catchUpMinutes, isPaused, window, bandwidth } = settings;
  const rules = bandwidth === null ? null : JSON.stringify(bandwidth.rules);
  const common = [timing?.cron ?? null, timing?.timeZone ?? null, jitterSeconds, catchUpMinutes, isPaused];
  return [...common, window?.hours ?? null, window?.endsRuns ?? null, rules];
}

function payloadOf({ timing, window, bandwidth, ...others }: ScheduleSettings): JournalPayload {
  const windowHours = window?.hours.map(String) ?? null;
  const timed = { cron: timing?.cron ?? null, timeZone: timing?.timeZone ?? null, ...others };
  // A rule as one text: its bytes per second, then its seven days.
  const bandwidthRules =
    bandwidth?.rules.map(({ hours, bytesPerSecond }) => [bytesPerSecond, ...hours].join(" ")) ?? null;
  return { ...timed, windowHours, windowEndsRuns: window?.endsRuns ?? null, bandwidthRules };
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
