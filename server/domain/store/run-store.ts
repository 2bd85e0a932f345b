import type { KeyObject } from "./account-store.ts";

export interface NewSource {
  readonly sourceId: string;
  readonly machineId: string;
  readonly agentId: string;
  readonly sourceKind: "files";
  /** "Files 1": the number that staff see instead of a name. */
  readonly ordinal: number;
  /** Of the definition; each change is the next number. */
  readonly number: number;
  readonly definition: KeyObject;
}

export interface NewRun {
  readonly runId: string;
  /** Made by the agent; a repeated start with the same one answers the same run. */
  readonly clientRunId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly sourceId: string;
  /** The zone to which the run is pinned. */
  readonly zoneId: string;
  readonly leaseMs: number;
  /** So many runs of other sources of the company may be open besides; more are refused. */
  readonly maxOtherRuns: number;
  /** What waits for a run that is refused is not missed for so long. */
  readonly putOffMs: number;
  /** When the agent is told to end it, if it began for a due time; null: never. */
  readonly mustEndAt: Date | null;
}

/** The right to go on with a run: its id and the token that the last start gave out. */
export interface RunLease {
  readonly runId: string;
  readonly fencingToken: number;
}

export interface RunProgress {
  readonly files: number;
  readonly bytes: number;
  readonly storedBytes: number;
}

export type StartOutcome =
  | { readonly kind: "started"; readonly runId: string; readonly fencingToken: number; readonly zoneId: string }
  /** No such source on this machine, or the agent is revoked. */
  | { readonly kind: "source_unknown" | "agent_revoked" }
  /** The run of this clientRunId has ended: take a new one. */
  | { readonly kind: "run_ended" }
  /** As many runs of the company are open as may be: come again. */
  | { readonly kind: "company_busy" };

export type HeartbeatOutcome =
  | { readonly kind: "held"; readonly zoneId: string; readonly isCancelled: boolean; readonly isOver: boolean }
  | { readonly kind: "lease_lost" };

export type RunOutcome = "complete" | "complete_with_gaps" | "failed" | "missed" | "cancelled";

/**
 * Ends of a run that did not do what it was started for: it is due as before, and whatever it took from the ledger of
 * expected runs waits again. The last one is of a run that never began.
 */
export const NO_START_CODES: readonly string[] = ["agent_stopped", "lease_lost", "superseded", "no_start"];

/** Its schedule's window ended: neither a failure nor done, and it goes on for the same due time in the next window. */
export const WINDOW_ENDED = "window_ended";
/** What is due as before although a run began. */
export const UNFINISHED_CODES: readonly string[] = [...NO_START_CODES, WINDOW_ENDED];

/** So often in all a backup is tried for one due time. */
export const MAX_ATTEMPTS = 4;

/** Sources, and runs with their leases. */
export interface RunStore {
  /** Repeating the same definition succeeds; another definition under a number that is taken is a conflict. */
  putSource(companyId: string, source: NewSource): Promise<"stored" | "number_conflict" | "machine_unknown">;
  /**
   * Opens a run under a new fencing token. An open run of the same source ends `failed` (`superseded`) in the same
   * transaction: whoever starts anew has given up the old one, and only one writer holds a source. It is of the newest due time that
   * waits, or was missed (while the company has as many open runs as it may have, it is refused and nothing changes but how long what waits
   * may wait); where there is none and the last run that counts failed, it is that one's next attempt.
   */
  startRun(companyId: string, run: NewRun): Promise<StartOutcome>;
  /** Extends the lease while it is still held: an open run, this token, not yet expired. */
  heartbeatRun(
    companyId: string,
    lease: RunLease,
    beat: { readonly leaseMs: number; readonly progress: RunProgress },
  ): Promise<HeartbeatOutcome>;
  /** Ends a run without a snapshot, and voids the commit number that it may have reserved. */
  endRun(
    companyId: string,
    lease: RunLease,
    end: { readonly outcome: "failed" | "cancelled"; readonly code: string },
  ): Promise<"ended" | "lease_lost">;
  /** Asks the agent, with its next heartbeat, to stop. */
  requestCancel(companyId: string, runId: string, byPersonId: string): Promise<"requested" | "run_ended">;
  /** Ends open runs whose lease has passed as `failed` (`lease_lost`) and voids their commit numbers; answers their ids. At most 100. */
  endExpiredRuns(companyId: string): Promise<readonly string[]>;
  /** Provider-wide: companies that have open runs with a passed lease. At most 1,000. */
  listCompaniesWithExpiredRuns(): Promise<readonly string[]>;
}
