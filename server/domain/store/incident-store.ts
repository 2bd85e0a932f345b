import type { IncidentKind, IncidentSort, IncidentState } from "../../../contracts/incidents.ts";
import type { Listed, ListRequest } from "./list-order.ts";

/**
 * [Note: Incidents]
 *
 * What a person should know, open until it is over. At most one is open for each company, kind and subject: what happens again is counted
 * in it, what happens after it was closed is a new one. There are two sorts.
 *
 * - **What happened** (`run_missed`, `runs_failed`, `second_certificate`) opens in the transaction that records it: `endOverdueRun`, the end of
 *   a run as `failed`, `completeEnrolment`. The first two close in `publishCommit`, when a snapshot of that source becomes visible.
 * - **What is the case** (`zone_away`, `zone_behind`, `deletion_held`, `copies_lost`, `freeze_stuck`) is looked at once a minute by
 *   `judgeIncidents`, which opens, counts anew and closes. It also closes what is about an agent that was revoked.
 *
 * Names of documents never stand in an incident: it has ids, counts and codes. Where it is about a zone it belongs to no company.
 */
export interface IncidentRow {
  readonly incidentId: string;
  /** Null for what concerns the provider as a whole. */
  readonly companyId: string | null;
  readonly companyName: string | null;
  readonly kind: IncidentKind;
  /** Id of the source, zone, company or enrolment that it is about. */
  readonly subject: string;
  readonly state: IncidentState;
  readonly code: string;
  readonly count: number;
  readonly openedAt: Date;
  readonly seenAt: Date;
  readonly closedAt: Date | null;
  /** Whose source it is, or who used the enrolment first. */
  readonly machine: {
    readonly machineId: string;
    readonly machineName: string;
    readonly source: { readonly sourceKind: string; readonly sourceOrdinal: number } | null;
  } | null;
  readonly zoneOrdinal: number | null;
  readonly acknowledged: {
    readonly at: Date;
    /** Null where the reader may not see that person. */
    readonly email: string | null;
    readonly note: string | null;
  } | null;
}

/** How long a zone may be away, and behind, and a freeze be due, before that is an incident. */
export interface IncidentPatience {
  readonly awayMs: number;
  readonly behindMs: number;
  readonly freezeMs: number;
}

export interface JudgedIncidents {
  readonly opened: readonly IncidentKind[];
  readonly closed: number;
}

export type IncidentRequest = ListRequest<IncidentSort> & {
  /** None means all; likewise the kinds. */
  readonly states: readonly IncidentState[];
  readonly kinds: readonly IncidentKind[];
};

/** So many backups of a source that fail one after the other are an incident: one may be chance, the next two are none. */
export const FAILURES_IN_A_ROW = 3;

/** See [Note: Incidents]. */
export interface IncidentStore {
  /** Provider-wide: companies where something may have to be opened or closed, at most 1,000. */
  listCompaniesToJudge(): Promise<readonly string[]>;
  /** Holds what is open to what is the case: of a company, or (null) of the zones. Two at once may undo each other; the next step mends that. */
  judgeIncidents(companyId: string | null, patience: IncidentPatience): Promise<JudgedIncidents>;
  /**
   * Somebody knows of it. Again replaces the note. A `second_certificate` is over with it, because nothing else says so. `not_open`: there is no
   * such incident, or it is closed.
   *
   * @param companyId null for an incident of the provider's
   */
  acknowledgeIncident(
    companyId: string | null,
    incident: { readonly incidentId: string; readonly note: string | null; readonly byPersonId: string },
  ): Promise<"acknowledged" | "not_open">;
  /** Null lists those of every company and of the provider, for staff. */
  listIncidents(companyId: string | null, request: IncidentRequest): Promise<readonly Listed<IncidentRow>[]>;
  /** Null looks everywhere, for staff. */
  findIncident(companyId: string | null, incidentId: string): Promise<IncidentRow | null>;
  /** Those that are not over; null counts everywhere, for staff. */
  countOpenIncidents(companyId: string | null): Promise<{ readonly open: number; readonly acknowledged: number }>;
}
