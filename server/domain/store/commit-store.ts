import type { RunLease, RunOutcome } from "./run-store.ts";

/** What the clear header of a manifest says, and where its objects lie. */
export interface NewSnapshot {
  readonly snapshotId: string;
  readonly scope: number;
  readonly agentId: string;
  readonly machineId: string;
  readonly sourceId: string;
  readonly sequence: number;
  readonly previousHeaderHash: Uint8Array;
  readonly headerHash: Uint8Array;
  /** header | signature, as the agent made it. */
  readonly header: Uint8Array;
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
  readonly epoch: number;
  /** The agent's claims; shown, never counted from. */
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly counts: SnapshotCounts;
  readonly manifestSizeBytes: number;
  readonly manifestSha256: Uint8Array;
}

export interface SnapshotCounts {
  readonly entries: number;
  readonly files: number;
  readonly bytes: number;
  readonly gaps: number;
}

export type ReserveOutcome =
  /** `receivedAt` is the database's time; retention counts from it. */
  | { readonly kind: "reserved"; readonly commit: number; readonly receivedAt: Date }
  | { readonly kind: "published"; readonly commit: number; readonly receivedAt: Date; readonly outcome: RunOutcome }
  | { readonly kind: "lease_lost" }
  | { readonly kind: "sequence_conflict"; readonly lastSequence: number };

/** Everything that becomes true when a snapshot becomes visible. */
export interface Publication {
  readonly commit: number;
  readonly zoneId: string;
  readonly snapshot: NewSnapshot;
  /** The closure generation in which the walk was done. */
  readonly generation: number;
  /** Quarantined packs that the snapshot reaches: live again by this transaction. */
  readonly rescuePackIds: readonly string[];
  /** Pages all of whose children are there: 32 bytes each, back to back. */
  readonly closedPageIds: Uint8Array;
  /** manifest, receipt and header, already durable in the zone. */
  readonly objects: readonly ZoneObject[];
}

export interface ZoneObject {
  readonly objectKey: string;
  readonly kind: "manifest" | "receipt" | "header" | "log" | "wrap" | "agent" | "source" | "sidecar";
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
}

export type PublishOutcome =
  | { readonly kind: "published"; readonly commit: number; readonly receivedAt: Date; readonly outcome: RunOutcome }
  /** Packs were quarantined or copies lost since the walk: walk again, then publish under the same number. */
  | { readonly kind: "generation_moved"; readonly generation: number }
  /** The number was voided (the run was ended meanwhile), or never reserved. */
  | { readonly kind: "commit_void" }
  | { readonly kind: "lease_lost" }
  | { readonly kind: "sequence_conflict"; readonly lastSequence: number };

/** Snapshots: reserve a number, store the objects, publish. See `commit-snapshot.ts` for the order and its reasons. */
export interface CommitStore {
  /**
   * Takes the company's next commit number under its row lock. A number that this run has reserved for the same
   * snapshot is answered again; a reservation of the same run for another snapshot is voided.
   */
  reserveCommit(
    companyId: string,
    lease: RunLease,
    reservation: {
      readonly snapshotId: string;
      readonly agentId: string;
      readonly sequence: number;
      readonly previousHeaderHash: Uint8Array;
    },
  ): Promise<ReserveOutcome>;
  /** Makes the snapshot visible, ends the run, moves the agent's sequence, rescues, closes pages. All or nothing. */
  publishCommit(companyId: string, lease: RunLease, publication: Publication): Promise<PublishOutcome>;
  /** A number whose commit failed, so that watermarks pass it. Voiding a published number does nothing. */
  voidCommit(companyId: string, commit: number, reason: string): Promise<void>;
}
