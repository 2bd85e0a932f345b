import type { ChunkLocation } from "./chunk-index.ts";

/**
 * How a reader gets bytes: from a gateway, straight from a zone's folder, or from memory. Nothing that it answers is
 * believed: whoever asks verifies. Calls may run side by side.
 *
 * All errors are PackSourceError (`engine/restore/pack-source-error.ts`); `not_found` and `unreachable` mean that no zone but
 * the excluded ones could serve it.
 */
export interface PackSource {
  /** For each id, in order, where a copy lies, or null; at most 10,000 ids in one call. */
  locate(ids: readonly Uint8Array[]): Promise<readonly (ChunkLocation | null)[]>;
  /**
   * For each id, in order, all places that a reader may try, at most 16, each in another pack; for ids whose first place led to no good
   * copy. At most 256 ids in one call.
   */
  locateCopies(ids: readonly Uint8Array[]): Promise<readonly (readonly ChunkLocation[])[]>;
  /** The pack index: header, key table, directory and footer (FORMAT.md section 3). */
  packIndex(packId: string, options?: PackReadOptions): Promise<PackBytes>;
  /** Bytes of a pack; at most 32 MiB in one call, never fewer than asked for. */
  range(packId: string, range: PackRange, options?: PackReadOptions): Promise<PackBytes>;
  /** A snapshot's manifest, as it was committed. */
  manifest(snapshotId: string): Promise<Uint8Array>;
  /** Tells the service that a copy could not be verified, so that it is checked and healed. Never fails. */
  reportBadCopy(copy: BadCopy): Promise<void>;
}

export interface PackReadOptions {
  readonly excludeZones?: readonly string[];
  /** A buffer that the answer may be put into, if it is long enough; whoever has the answer has it, too. */
  readonly into?: Uint8Array;
  readonly signal?: AbortSignal;
}

export interface PackRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface PackBytes {
  /** The reader's own. */
  readonly bytes: Uint8Array;
  /** Which zone answered, to exclude it when its bytes turn out to be bad. */
  readonly zoneId: string;
}

export interface BadCopy {
  readonly packId: string;
  readonly zoneId: string;
  /** Number of the frame in the pack's directory; null when the pack index itself is bad. */
  readonly frame: number | null;
  /** What was wrong, as a stable code. */
  readonly code: string;
}
