/**
 * What is backed up: objects with names, in folders. `files` is an adapter of it (`agent/sources/files`), and another in memory
 * keeps the same contract (`engine/backup/testing`). Whoever adds a source writes these calls and nothing of the walk,
 * the cache, the chunks or the tree. A backup never writes to a source.
 *
 * **Two halves.** One thread walks (`Source`: `engine/backup/walk-source.ts` is the walk), and reader threads open contents
 * (`SourceReader`). What goes from one to the other is an object's `key` and its fingerprint, both bytes. All calls are
 * synchronous, because asynchronous ones cost ten times as much where the answer is there: the walk goes on in slices of a
 * few milliseconds, and a reader thread has nothing else to do than to wait.
 *
 * **Order.** A folder's names come in bytewise order, each once. Names are bytes, 1 to 4,096, without `/`; they need not be text.
 *
 * **Atomicity.** A source is no moment in time: it goes on changing, and every object is seen at its own moment. The promise
 * is about one object: between `open` and an `isUnchanged()` that says true, all that was read belongs together and to the
 * fingerprint. Where that fails, what was read belongs to nothing.
 *
 * **Repeatability.** An object that nobody touched has the same fingerprint in every run, on every thread, and gives the same
 * stretches and bytes. Equal fingerprints prove that nobody touched it, unless `isSettled` says no. Several walks may go on at
 * once, and a content may be open several times.
 *
 * **Units.** Sizes and offsets in bytes, times in whole seconds and nanoseconds since 1970.
 *
 * **Errors** are SourceError (`source-error.ts`) with a `code`, the reason of the gap. `retryable` means "try again": a hiccup, or a change while it
 * was read. The others stay as they are until somebody acts.
 *
 * **A gap** is a name that is there and could not be read, with the reason: it is not in the snapshot, is counted and named in the
 * sealed manifest, and is tried again at the next run. What is no longer there, or left out on purpose, is no gap.
 */
export interface Source extends SourceReader {
  /** Opens the folder at the top. @throws SourceError */
  openTop(): SourceFolder;
  /**
   * False when the object changed so shortly before `at` that it may change again without its fingerprint moving: then the
   * fingerprint proves nothing, and the object is read again at the next run.
   */
  isSettled(fingerprint: Uint8Array, at: Date): boolean;
  /** What a fingerprint of this source says about its object: nothing has to be asked for it. */
  attributesOf(fingerprint: Uint8Array): SourceAttributes;
  /** Lets go of all that is open, of a walk that was given up, too. Does nothing the second time. */
  close(): void;
}

/** The half that reader threads use; each thread has its own. */
export interface SourceReader {
  /**
   * Opens the content of a file.
   *
   * @param key of an object whose folder is still open
   * @throws SourceError `changed-while-read` when it is no file any more
   */
  open(key: Uint8Array): SourceContent;
}

export interface SourceFolder {
  /**
   * True when an equal fingerprint of the folder proves equal names. Then the names of the last run stand for a listing,
   * which is most of what an unchanged folder costs.
   */
  readonly hasProvenNames: boolean;
  /** Names in it, without those that are surely left out. @throws SourceError */
  list(): readonly Uint8Array[];
  /**
   * The object of that name as it is now; a symlink is itself. Undefined when there is none, or it is left out.
   *
   * @throws SourceError
   */
  find(name: Uint8Array): SourceObject | undefined;
  /** Called once everything in the folder was read; until then the keys of its objects hold. */
  close(): void;
}

/** An object as it was when it was found. */
export interface SourceObject {
  readonly type: EntryType;
  /** Of a file's content, with its holes; what it is for anything else says nothing. */
  readonly sizeBytes: number;
  /** True when there may be other names for the same object; all of them have the same fingerprint. */
  readonly hasOtherNames: boolean;
  /** How any thread finds it again, while its folder is open; at most 65,536 bytes. */
  readonly key: Uint8Array;
  /** 64 bytes, never all zero. Moves with every change of the content and of what is said about the object. */
  fingerprint(): Uint8Array;
  /** The same as comparing with `fingerprint()`, without making one. */
  hasFingerprint(fingerprint: Uint8Array): boolean;
  /** Extended attributes as they are now, sorted by name; ACLs are among them. Of a file: ask its content. @throws SourceError */
  xattrs(): readonly Xattr[];
  /** Where a symlink points to. @throws SourceError */
  target(): Uint8Array;
  /** Of a device. */
  deviceNumbers(): { readonly major: number; readonly minor: number };
  /** Of a folder. @throws SourceError */
  openFolder(): SourceFolder;
}

/** A file that is open for reading. */
export interface SourceContent {
  /** As it was when it was opened. */
  readonly fingerprint: Uint8Array;
  /** Data and holes in order, from 0 on, without a gap or an overlap, covering exactly its size. @throws SourceError */
  stretches(): readonly Stretch[];
  /**
   * Fills the start of `into` with what lies at `offset`, and never more; fewer bytes than fit are no end. Returns how
   * many, 0 at the end: one that comes earlier than the stretches say is a change.
   *
   * @throws SourceError
   */
  readInto(into: Uint8Array, offset: number): number;
  /** As of a SourceObject. @throws SourceError */
  xattrs(): readonly Xattr[];
  /** True when nobody touched it since it was opened. @throws SourceError */
  isUnchanged(): boolean;
  close(): void;
}

export interface Stretch {
  /** Reads as zeros, and is not read. */
  readonly isHole: boolean;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface SourceAttributes {
  /** The 12 permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  /**
   * Of an object with other names: 16 bytes that are equal for all of them as long as it does not change, so that a name whose
   * object was changed or replaced during the walk is never restored as a link to what it was before.
   */
  readonly linkId?: Uint8Array;
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
