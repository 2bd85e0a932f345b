/** One object of a source, as found; times in whole seconds and nanoseconds since 1970. Names are bytes, not text. */
export interface SourceEntry {
  readonly name: Uint8Array;
  readonly type: EntryType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly xattrs: readonly Xattr[];
  /** Device and inode (16 bytes) when the object has more than one name; absent otherwise. */
  readonly linkId?: Uint8Array;
  readonly sizeBytes: number;
  readonly target?: Uint8Array;
  readonly major?: number;
  readonly minor?: number;
}

export type EntryType = "file" | "folder" | "symlink" | "fifo" | "character-device" | "block-device" | "socket";

export interface Xattr {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

export type GapReason = "unreadable" | "changed-while-read" | "vanished" | "name-too-long" | "io-error";
export interface Gap {
  readonly path: Uint8Array;
  readonly reason: GapReason;
  readonly detail: string;
}
