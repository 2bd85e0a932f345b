/** Where one member lies: a pack and the number of a frame in its directory. */
export interface ChunkLocation {
  readonly packId: string;
  readonly frame: number;
}

export type ChunkKind = 1 | 2 | 3;

export interface IndexEntry {
  readonly chunkId: Uint8Array;
  readonly kind: ChunkKind;
  readonly frame: number;
}

/**
 * The company's index of chunk ids. Several copies of an id may exist, each in another pack; packs that are quarantined, deleting or gone do
 * not count. Batches hold at most 10,000 ids, so that no call takes more than about a second.
 */
export interface ChunkIndex {
  /** One bit per id, in order: true when a live pack that is durable in `zoneId` holds it (tree pages: uploaded by `machineId`). */
  known(query: KnownQuery): Promise<readonly boolean[]>;
  /** For each id a live location, or null; packs present in fewer zones come last. */
  locate(companyId: string, scope: number, chunkIds: readonly Uint8Array[]): Promise<readonly (ChunkLocation | null)[]>;
  /**
   * For each id its live locations, each in another pack, at most 16. First one of each machine that uploaded the id, then a second of
   * each: so a machine that uploads garbage, however often, leaves room for the copies of others. Of one id the 1,000 oldest copies are
   * looked at. At most 256 ids in one call.
   */
  locateCopies(
    companyId: string,
    scope: number,
    chunkIds: readonly Uint8Array[],
  ): Promise<readonly (readonly ChunkLocation[])[]>;
}

export interface KnownQuery {
  readonly companyId: string;
  readonly scope: number;
  readonly zoneId: string;
  readonly machineId: string;
  readonly kind: ChunkKind;
  readonly chunkIds: readonly Uint8Array[];
}
