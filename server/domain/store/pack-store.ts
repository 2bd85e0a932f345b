import type { PackTier } from "../../../engine/format/pack-index.ts";
import type { ChunkIndex, ChunkKind } from "../../../engine/ports/chunk-index.ts";
import type { RunLease } from "./run-store.ts";

/** live -> quarantined -> live again (rescued), or deleting -> gone. A name in deleting or gone is refused for ever. */
export type PackState = "live" | "quarantined" | "deleting" | "gone";
export type PackKind = "content" | "meta";
/** Of one copy in one zone. Only `present` counts as durable. */
export type PresenceState = "present" | "suspect" | "missing";

/** Where an object is said to lie, and whether it can be trusted there. */
export interface CopyRow {
  readonly zoneId: string;
  readonly state: PresenceState;
}

/** Ids of one pack in directory order: `chunkIds` are 32 bytes each, back to back. */
export interface PackMembers {
  readonly chunkIds: Uint8Array;
  readonly frames: readonly number[];
  readonly kinds: readonly ChunkKind[];
}

export interface NewPack {
  readonly packId: string;
  readonly packKind: PackKind;
  readonly scope: number;
  readonly sizeBytes: number;
  /** Where the clear directory begins, and its length. */
  readonly directoryOffset: number;
  readonly directorySizeBytes: number;
  readonly machineId: string;
  readonly members: PackMembers;
}

export type RecordPackOutcome =
  | { readonly kind: "recorded"; readonly isNew: boolean }
  | { readonly kind: "lease_lost" }
  /** The name is being deleted or is gone: seal anew, which gives a new name. */
  | { readonly kind: "pack_refused" };

export interface PackRow {
  readonly packId: string;
  readonly packKind: PackKind;
  readonly scope: number;
  readonly sizeBytes: number;
  readonly directoryOffset: number;
  readonly directorySizeBytes: number;
  readonly state: PackState;
  readonly tier: PackTier;
  /** Every zone keeps its copy until then; null in the backup tier. */
  readonly lockedUntil: Date | null;
  readonly machineId: string;
  readonly runId: string;
  readonly copies: readonly CopyRow[];
}

/** Where the closure walk of a commit finds one id. */
export interface ReachedChunk {
  readonly kind: ChunkKind;
  readonly packId: string;
  readonly frame: number;
  /** A quarantined pack serves a commit, which then has to rescue it. */
  readonly isQuarantined: boolean;
  /** All that this page reaches was present in the zone, in the company's current closure generation. */
  readonly isClosed: boolean;
}

export interface ReachQuery {
  readonly scope: number;
  readonly zoneId: string;
  /** Tree pages count only as this machine uploaded them: somebody else's copy may lie about its children. */
  readonly machineId: string;
  readonly chunkIds: readonly Uint8Array[];
}

export type QuarantineOutcome =
  | { readonly kind: "quarantined"; readonly packIds: readonly string[] }
  /** A snapshot was published since the marking began: mark what is new, then ask again. */
  | { readonly kind: "marks_outdated"; readonly publications: number };

/** Packs, their copies, and the index of the ids inside. What an agent may build on (`known`, `reach`) is the backup tier alone. `known` and `locate` are the engine's ChunkIndex. */
export interface PackStore extends ChunkIndex {
  /**
   * Makes a pack known that is durable in `zoneId`: pack, members, presence, outbox, in one transaction. The caller has
   * stored the object first. A pack that exists gains at most the presence. At most 262,144 members.
   */
  recordPack(companyId: string, lease: RunLease, zoneId: string, pack: NewPack): Promise<RecordPackOutcome>;
  findPack(companyId: string, packId: string): Promise<PackRow | null>;
  /** In the order of `packIds` (500 at most); null where absent. */
  listPacks(companyId: string, packIds: readonly string[]): Promise<readonly (PackRow | null)[]>;
  /** Packs that one run uploaded, by id, after `after`. */
  listRunPacks(
    companyId: string,
    runId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<readonly PackRow[]>;
  /** For the closure walk: live or quarantined packs present in the zone; null where nothing serves. At most 10,000 ids. */
  reach(companyId: string, query: ReachQuery): Promise<readonly (ReachedChunk | null)[]>;
  /**
   * The closure generation of the company, and how many snapshots it has published. Quarantining packs, and losing a
   * copy, begin a new generation: whatever was marked closed before is open again.
   */
  getClosure(companyId: string): Promise<{ readonly generation: number; readonly publications: number }>;
  /**
   * Quarantines those of the live packs (10,000 at most) that nothing reached when the caller marked, unless a snapshot
   * has been published since (`publications` differs). From then on `known` answers no for them.
   */
  quarantinePacks(companyId: string, packIds: readonly string[], publications: number): Promise<QuarantineOutcome>;
}
