/** One row of the queue, as it goes into a segment. */
export interface JournalRow {
  readonly seq: number;
  readonly at: Date;
  /** The nil uuid stands for the provider. */
  readonly companyId: string;
  readonly kind: string;
  /** JSON as the database wrote it: numbers keep every digit. */
  readonly payload: string;
}

/** Where the chain stands. */
export interface JournalHead {
  /** Control term of the history that is written. */
  readonly term: number;
  /** Of the last segment; 0 before the first. */
  readonly number: number;
  /** Hex SHA-256 of the last segment's bytes; zeros before the first. */
  readonly hash: string;
  /** First segment that a reader needs; null before the first complete base. */
  readonly baseNumber: number | null;
  readonly basedAt: Date | null;
}

export interface EncodedSegment {
  readonly objectKey: string;
  readonly bytes: Uint8Array;
  /** Hex SHA-256 of the bytes. */
  readonly hash: string;
}

export interface StoredSegment {
  readonly number: number;
  readonly objectKey: string;
  readonly bytes: Uint8Array;
}

/**
 * The journal's side of the database: a queue of rows that triggers fill, and the segments made of it. Not part of the Store: it is about
 * rows, and only PostgreSQL has those.
 */
export interface JournalStore {
  readHead(): Promise<JournalHead>;
  /**
   * Takes what waits, in order and at most `maxRows`, into the next segment. `encode` decides how many of them fit (at least one) and says
   * what the segment is. One transaction, under the head's lock: two workers make two segments, never one twice.
   * @returns null when nothing waits
   */
  cutSegment(
    maxRows: number,
    encode: (
      head: JournalHead,
      rows: readonly JournalRow[],
    ) => { readonly taken: number; readonly segment: EncodedSegment },
  ): Promise<{ readonly number: number } | null>;
  /** Segments after a number, in order. */
  listSegments(after: number, limit: number): Promise<readonly StoredSegment[]>;
  /** The last segment that is durable in a zone; null before anything was tried there. */
  findShipped(zoneId: string): Promise<number | null>;
  recordShipped(zoneId: string, zone: { readonly shipped: number; readonly isReachable: boolean }): Promise<void>;
  /** Forgets rows and segments that nobody needs from here any more. */
  forgetShipped(): Promise<void>;
  /** Puts a mark into the queue, and answers its place. */
  insertMark(kind: "base_begin" | "base_end"): Promise<number>;
  /** The segment that a mark was taken into; null while it waits. */
  findMark(seq: number): Promise<number | null>;
  /** Puts the images of all rows of history into the queue, a few at a time. */
  insertBaseRows(signal?: AbortSignal): Promise<void>;
  /** From now on readers begin with this segment. */
  completeBase(baseNumber: number): Promise<void>;
}
