import type { ScheduleSettings } from "../../../contracts/schedules.ts";
import type { SettingLevel } from "../../../contracts/setting-levels.ts";

/** What one level sets itself, and since when its timing is this one. */
export interface ScheduleRow {
  readonly level: SettingLevel;
  /** The policy, company, machine or source; null for the provider, and for the policy of a company that has given it up. */
  readonly subjectId: string | null;
  readonly settings: ScheduleSettings;
  readonly timedAt: Date;
}

export interface LastFailure {
  readonly dueAt: Date;
  readonly endedAt: Date;
  /** Which try of this due time it was, from 1. */
  readonly attempt: number;
  /** As the agent said it; null where the server ended the run without one. */
  readonly code: string | null;
}

/** A source, and when its last run began that counts as a start. */
export interface PlannedSourceRow {
  readonly sourceId: string;
  readonly sourceKind: string;
  readonly ordinal: number;
  readonly createdAt: Date;
  /** Null before the first. */
  readonly lastStartAt: Date | null;
  /** That run, where it failed and began for a due time; null otherwise. */
  readonly lastFailure: LastFailure | null;
  /** The newest due time that has come and a run was expected for; null before the first. */
  readonly lastExpectedAt: Date | null;
}

export interface NewSchedule {
  readonly level: Exclude<SettingLevel, "provider" | "policy">;
  readonly subjectId: string;
  readonly settings: ScheduleSettings;
  readonly byPersonId: string;
}

/** When backups are due: own settings by level. Who inherits what is decided above (schedule/effective-schedule.ts). */
export interface ScheduleStore {
  /** The provider's default; null before it was ever set. */
  findProviderSchedule(): Promise<ScheduleRow | null>;
  /** @throws StoreError `not_found` before the provider has a name */
  putProviderSchedule(settings: ScheduleSettings, byPersonId: string): Promise<void>;
  /** Replaces what the level sets itself. Putting the same again moves nothing; `timedAt` moves with the timing alone. */
  putSchedule(companyId: string, schedule: NewSchedule): Promise<"stored" | "subject_unknown">;
  /**
   * Of the company's policy, of the company, of one machine (null for none), and of that machine's sources, in the order of the levels. The policy's
   * time is at least the one at which the company got it; a company that has given its policy up keeps a row that sets nothing, with that time.
   */
  listSchedules(companyId: string, machineId: string | null): Promise<readonly ScheduleRow[]>;
  /** The sources of a machine, at most 500, in the order of their ids. Runs that ended with one of `exceptCodes` do not count as starts. */
  listPlannedSources(
    companyId: string,
    machineId: string,
    exceptCodes: readonly string[],
  ): Promise<readonly PlannedSourceRow[]>;
}
