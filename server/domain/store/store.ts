import type { AccountStore } from "./account-store.ts";
import type { ArchiveStore } from "./archive-store.ts";
import type { CollectorStore } from "./collector-store.ts";
import type { CommitStore } from "./commit-store.ts";
import type { IncidentStore } from "./incident-store.ts";
import type { JobStore } from "./job-store.ts";
import type { KeyStore } from "./key-store.ts";
import type { LedgerStore } from "./ledger-store.ts";
import type { PackStore } from "./pack-store.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { RunStore } from "./run-store.ts";
import type { ScheduleStore } from "./schedule-store.ts";
import type { ScrubStore } from "./scrub-store.ts";
import type { StoreReads } from "./store-reads.ts";
import type { SweepStore } from "./sweep-store.ts";
import type { ZoneStore } from "./zone-store.ts";

/**
 * [Note: The store]
 *
 * What the domain asks of its database. Two adapters: `memory-store.ts` and `server/db/pg-store.ts`; one contract suite,
 * `store-contract.ts`, holds both to this text.
 *
 * - **Atomicity.** Every method is one transaction: all of it is there, or none. Every method that changes something
 *   also writes its outbox row, and its audit entry where a person acted, in that same transaction. Leases, sessions,
 *   nonces, probes and jobs write none: they are not history, and a rebuilt service begins without them.
 * - **Isolation.** Two methods that run at once leave what one order of them one after the other would have left.
 * - **Tenant.** The company is the first argument. A row of another company does not exist for the call: it is neither
 *   read nor changed, and its name answers like a name that was never given.
 * - **Repeating.** A method whose answer was lost may be called again with the same arguments. Where the first call
 *   took effect, the second says so or answers the same; it does not do the thing twice.
 * - **Time.** Moments in rows come from the store's own clock, never from the caller. Durations are milliseconds.
 * - **Outcomes and faults.** What can be expected (taken, used, lost, moved) is a returned value with a `kind`.
 *   Everything else is a `StoreError`; only `retryable` ones mean "the same call may succeed later".
 */
export interface Store
  extends AccountStore,
    KeyStore,
    RunStore,
    ScheduleStore,
    LedgerStore,
    PackStore,
    CommitStore,
    ZoneStore,
    ScrubStore,
    IncidentStore,
    JobStore,
    SweepStore,
    ArchiveStore,
    CollectorStore,
    PolicyStore,
    StoreReads {}

/** Why the store could not do what was asked. */
export type StoreErrorCode =
  /** Deadlock or serialisation failure: nothing happened, try again at once. Retryable. */
  | "conflict"
  /** No connection, or the database is starting or stopping. Retryable, after a pause; the call may have taken effect. */
  | "unavailable"
  /** A row that the call refers to does not exist in this company. */
  | "not_found"
  /** A limit of the port was exceeded; the message names it. */
  | "invalid";

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly retryable: boolean;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
    this.retryable = code === "conflict" || code === "unavailable";
  }
}

/** Ids in one batch: no call takes more than about a second. */
export const MAX_BATCH_IDS = 10_000;
/** Ids in one question for copies, which looks at up to 1,000 of each. */
export const MAX_COPIES_IDS = 256;

/** Rows in one page of a list. */
export const MAX_PAGE_ROWS = 500;
