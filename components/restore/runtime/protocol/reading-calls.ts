import type { MachineView } from "../../../../contracts/machines.ts";
import type { ZoneView } from "../../../../contracts/zones.ts";

/** Looking around. The first three work locked: they show what the provider sees, too. */
export interface ReadingCalls {
  listMachines(): Promise<readonly MachinePlace[]>;
  listZones(): Promise<readonly ZoneView[]>;
  /** All snapshots of a source, oldest first; once unlocked each is compared with what its agent signed. */
  listSnapshots(input: { readonly sourceId: string; readonly machineId: string }): Promise<readonly SnapshotPoint[]>;
  /** Names of a machine's sources by id, as far as the keys open them. */
  readSourceNames(input: { readonly machineId: string }): Promise<Readonly<Record<string, string>>>;
  /** What does not fit in the history of a machine; empty when all is well. */
  checkHistory(input: { readonly machineId: string }): Promise<readonly string[]>;
  /** Rows of a folder, folders first, then by name. Reads only the pages of the tree that it needs. @throws VaultFault `not_a_folder` */
  openFolder(input: FolderInput): Promise<FolderView>;
  /** Where a path of names leads, and the other way; see [Note: Steps]. */
  findPlace(input: { readonly snapshotId: string; readonly steps: readonly number[] }): Promise<PlaceFound>;
  /** What a path is in a snapshot, as its tree says; null when it is not there. So is a version confirmed that was chosen. */
  findInSnapshot(input: { readonly snapshotId: string; readonly path: string }): Promise<FolderRow | null>;
  /** All versions of a path over the snapshots of its source, from the change lists. */
  listVersions(input: {
    readonly sourceId: string;
    readonly machineId: string;
    readonly path: string;
  }): Promise<VersionList>;
  /**
   * Searches names over everything that is or was, without regard to case and accents; results come as events of this id. A text with a
   * slash is looked for in whole paths. A new search ends the one before.
   */
  startSearch(input: { readonly searchId: string; readonly text: string }): Promise<void>;
  endSearch(): Promise<void>;
  /** The first bytes of a document, verified; at most `maxBytes`, which is at most 8 MiB. @throws VaultFault `not_a_document` */
  readPreview(input: DocumentRef & { readonly maxBytes: number }): Promise<DocumentPreview>;
}

export interface MachinePlace {
  readonly machine: MachineView;
  readonly sources: readonly SourcePlace[];
}

export interface SourcePlace {
  readonly sourceId: string;
  readonly kind: "files" | "image" | "bucket" | "stream";
  /** 1 for the machine's first source of its kind: "Files 1". */
  readonly ordinal: number;
}

export interface SnapshotPoint {
  readonly snapshotId: string;
  readonly receivedAtMs: number;
  readonly outcome: "complete" | "complete_with_gaps";
  readonly gaps: number;
  readonly files: number;
  readonly bytes: number;
  /** By ordinal of the zone. */
  readonly copies: readonly { readonly ordinal: number; readonly isPresent: boolean }[];
  /** False while the vault is locked: then it is what the provider says, and no more. */
  readonly isChecked: boolean;
  /** Why it is not what an agent of this company signed; such a snapshot is never shown as genuine. */
  readonly problem: string | null;
}

/**
 * [Note: Steps]
 *
 * An address must not hold a name. So a place in a snapshot is a list of numbers: at each folder on the way, the position of
 * the entry in the tree's own order of names. It is short, says nothing to who cannot open the snapshot, and never changes,
 * because a snapshot never changes.
 */
export interface DocumentRef {
  readonly snapshotId: string;
  readonly steps: readonly number[];
}

export interface FolderInput {
  readonly snapshotId: string;
  readonly steps: readonly number[];
  /** Rows to skip, in the order in which they are shown. */
  readonly offset: number;
  /** At most 20,000. */
  readonly limit: number;
  /** Also compare with the snapshot before, and say what is gone from it. */
  readonly isCompared?: boolean;
}

export interface FolderView {
  readonly place: PlaceFound;
  readonly rows: readonly FolderRow[];
  /** Rows that there are: entries of the folder, and what is gone from it if it was compared. */
  readonly total: number;
  /** Entries of the folder. */
  readonly entries: number;
  /** Content of all files below it. */
  readonly bytes: number;
  /**
   * False for a folder of more than 20,000 entries: it stands in the tree's own order of names, so that only the pages that are shown
   * are read, and is not compared.
   */
  readonly isSorted: boolean;
  /** The snapshot before, if it was compared; null when there is none, or the folder is too large in one of them. */
  readonly comparedWith: string | null;
}

export interface PlaceFound {
  /** Path as binary text, without a leading slash; "" is the root. See engine/restore/binary-text.ts. */
  readonly path: string;
  /** Readable names on the way, the root left out. */
  readonly names: readonly string[];
  readonly steps: readonly number[];
  readonly type: EntryKind;
}

export type EntryKind = "file" | "folder" | "symlink" | "fifo" | "character-device" | "block-device" | "socket";

export interface FolderRow {
  readonly name: string;
  readonly path: string;
  readonly steps: readonly number[];
  readonly type: EntryKind;
  /** Of a folder: content of all files below it. */
  readonly sizeBytes: number;
  /** Of a folder: all that lies below it; otherwise 0. */
  readonly entriesBelow: number;
  /** Unix ms. */
  readonly modifiedAtMs: number;
  readonly mode: number;
  /** Of a symbolic link. */
  readonly target: string | null;
  /** Known for files of at most 64 pieces; false for larger ones. */
  readonly isSparse: boolean;
  /** Against the snapshot before; null when it is the same, or nothing was compared. What is gone lies in `comparedWith`, its steps, too. */
  readonly change: "new" | "changed" | "gone" | null;
}

export interface VersionList {
  /** Newest first. */
  readonly versions: readonly DocumentVersion[];
  /** Lists that did not open or say otherwise than the tree, in words; versions that they alone tell of are missing. */
  readonly problems: readonly string[];
}

export interface DocumentVersion {
  /** The first snapshot that has it so. */
  readonly snapshotId: string;
  readonly receivedAtMs: number;
  /** "gone": from this snapshot on it is not there. */
  readonly op: "present" | "gone";
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** True when the tree of that snapshot was read and says so; the newest is. Otherwise it is what a change list says: a hint. */
  readonly isConfirmed: boolean;
}

export interface SearchHit {
  readonly machineId: string;
  readonly sourceId: string;
  readonly name: string;
  /** Binary text. */
  readonly path: string;
  /** Readable names of the folders above it. */
  readonly folders: readonly string[];
  readonly type: EntryKind;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** The newest snapshot that has it. */
  readonly snapshotId: string;
  /** Unix ms; set when newer snapshots do not have it any more. */
  readonly goneSinceMs: number | null;
}

export interface SearchProgress {
  readonly searchId: string;
  /** Found since the last event. */
  readonly hits: readonly SearchHit[];
  readonly sourcesDone: number;
  readonly sources: number;
  /** Names that were looked through. */
  readonly documents: number;
  readonly isDone: boolean;
  /** True when there are more hits than are shown. */
  readonly isCut: boolean;
  /** True when there are more names than the memory that search may take; the rest was not looked through. */
  readonly isIndexCut: boolean;
  /** Lists that did not open, in words; what they alone tell of is not found. */
  readonly problems: readonly string[];
}

export interface DocumentPreview {
  readonly name: string;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
  readonly mediaType: "text" | "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "other";
}
