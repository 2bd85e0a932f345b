import type { BinaryXattr } from "../platform/posix-restore.ts";

/**
 * What the main thread hands to a writer, and what it hears back. Plain values only, because they are cloned; paths
 * and names are "binary" text (one character is one byte), because a view into a page would take its whole page along.
 */
export interface WriteTask {
  readonly taskId: number;
  /** Null for documents without content, which need no reading. */
  readonly read: TaskRead | null;
  /** Folders below the target, of which files name one by its place here. */
  readonly folders: readonly string[];
  readonly files: readonly TaskFile[];
  readonly counts: SharedCounts;
}

/**
 * Counters of a batch in memory that the writers share: for each file how many pieces are still to come, and whether one
 * has failed. Whoever takes the last piece finishes the file.
 */
export interface SharedCounts {
  readonly remaining: Int32Array;
  readonly failed: Int32Array;
}

export interface TaskRead {
  readonly packId: string;
  /** Header, key table, directory, footer. */
  readonly indexBytes: Uint8Array;
  readonly indexZoneId: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly frames: readonly TaskFrame[];
  readonly chunkIdKey: Uint8Array;
  /** By slot number: the opened data key. */
  readonly dataKeys: ReadonlyMap<number, Uint8Array>;
}

export interface TaskFrame {
  readonly frame: number;
  /** Where each used member goes: member, place of the file in `files`, offset in that file, size; four numbers for each. */
  readonly pieces: readonly number[];
}

export const NUMBERS_PER_PIECE = 4;

export interface TaskPiece {
  readonly member: number;
  readonly file: TaskFile;
  readonly offset: number;
  readonly sizeBytes: number;
}

export function* piecesOf(task: WriteTask, { pieces }: TaskFrame): Generator<TaskPiece> {
  for (let at = 0; at + NUMBERS_PER_PIECE <= pieces.length; at += NUMBERS_PER_PIECE) {
    const file = task.files[pieces[at + 1] ?? -1];
    if (file) yield { member: pieces[at] ?? 0, file, offset: pieces[at + 2] ?? 0, sizeBytes: pieces[at + 3] ?? 0 };
  }
}

export interface TaskFile {
  /** Number in the batch, which is also its place in the shared counters. */
  readonly fileNumber: number;
  readonly folder: number;
  readonly name: string;
  readonly meta: FileMeta;
  /**
   * How it comes to be: `direct`, all pieces are in one frame and are verified before the file is made; `parts`, in any
   * order under a temporary name, which is exchanged when the last is there.
   */
  readonly form: "direct" | "parts";
  /** Pieces of content, over all frames; a document without any is made of holes, or empty. */
  readonly pieceCount: number;
  readonly temporaryName: string;
}

export interface FileMeta {
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly xattrs: readonly BinaryXattr[];
}

/** What the file system did not take, by kind; content is never among it. */
export type ShortfallKind = "owner" | "xattr" | "mode" | "times";

export interface Shortfall {
  readonly kind: ShortfallKind;
  readonly path: string;
  readonly code: string;
}

/** Members of which no zone has a good copy in this pack; another pack may have one. */
export interface UnreadFrame {
  /** Of the task. */
  readonly frame: TaskFrame;
  readonly members: readonly number[];
  readonly code: string;
  readonly message: string;
}

export interface FileFailure {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** Listed by a task; the rest is only counted, so that a target without xattrs does not fill the memory. */
export const MAX_LISTED_SHORTFALLS = 100;
