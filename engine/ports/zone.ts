import type { ByteParts } from "./primitives.ts";

/** Path of an object inside a zone's base: lower-case letters, digits, `/`, `.` and `-`; at most 512 bytes. */
export type ObjectKey = string;

export interface ObjectInfo {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
}

export interface ByteRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * One base (backup or archive) of one datacentre's storage. Every name proves its bytes, nothing is ever overwritten ([Note: healing]).
 *
 * All errors are ZoneError (`engine/ports/zone-error.ts`) with a `code` and `retryable`: `unreachable` (also a base without its
 * identity: never "empty"), `not_found`, `exists`, `full`, `read_only`, `damaged`, `invalid_key`, `identity_mismatch`,
 * `taken_over`.
 */
export interface Zone {
  readonly zoneId: string;
  /**
   * Stores one object; resolves only when the zone has made it durable. A reader sees nothing or the whole object.
   * A key that exists with equal bytes succeeds; with other bytes it is `exists` and what is stored stays as it is.
   * @param sizeBytes exact length of `body`; another length is `damaged` and leaves nothing
   * @param sha256 expected hash, checked on the way; a mismatch is `damaged` and leaves nothing
   */
  put(
    key: ObjectKey,
    body: AsyncIterable<Uint8Array> | ByteParts,
    sizeBytes: number,
    options?: PutOptions,
  ): Promise<void>;
  /**
   * Puts the bytes that a name stands for in the place of bytes that it does not stand for, in one step: a reader sees the old copy or
   * the new one, never none, also when the process dies in between.
   *
   * [Note: healing] An object is never overwritten (invariant 3), and this does not: an object is what its name or its record says it is,
   * and what is replaced here is not that object. So it is allowed only where the hash is known, and proves itself: the new bytes have the
   * hash, the stored ones are read and do not have it, and the new copy is read back. Keys below `control/` promise their first writer
   * and no hash: they are never replaced.
   * @returns `kept` when the stored copy turns out to be good; an absent one counts as bad
   * @throws ZoneError `damaged` when `body` does not have the hash, or the new copy reads wrong; `invalid_key` for `control/` and when
   *   the name promises another hash
   */
  replaceBad(key: ObjectKey, body: ByteParts, options: ReplaceOptions): Promise<"replaced" | "kept">;
  /** Whole object or a range, streamed. A range beyond the end is `damaged`. */
  get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  find(key: ObjectKey): Promise<ObjectInfo | null>;
  /** Keys under a prefix in bytewise order, from after `after`, at most `limit` (1,000 at most). */
  list(prefix: string, options: { after?: ObjectKey; limit: number }): Promise<readonly ObjectInfo[]>;
  /** Deleting what is absent succeeds. @throws ZoneError `locked` while a lock keeps the object */
  delete(key: ObjectKey): Promise<void>;
  /**
   * Locks an object: until that moment it can be neither deleted nor replaced, not even by us. A lock is never shortened: an earlier moment than the one
   * that is in force leaves it as it is. Whole seconds count; what is between them is rounded up.
   * @returns the moment that is in force, read back from the zone
   * @throws ZoneError `not_found`; `no_locks` where the base cannot lock
   */
  lock(key: ObjectKey, until: Date): Promise<Date>;
  /** Until when an object is locked, or was; null where it never was, or is absent. */
  findLock(key: ObjectKey): Promise<Date | null>;
}

export interface ReplaceOptions {
  readonly sha256: Uint8Array;
  readonly signal?: AbortSignal;
}

export interface PutOptions {
  readonly sha256?: Uint8Array;
  /** Create-only keys (control/...) promise one winner: `exists` even when the bytes are equal. */
  readonly isCreateOnly?: boolean;
  /** Once it is aborted, nothing that the body's memory holds later is stored: the caller may use that memory again. */
  readonly signal?: AbortSignal;
}
