import type { MachineView } from "../../../../contracts/machines.ts";
import type { ZoneView } from "../../../../contracts/zones.ts";

/** Looking around. The first three work locked: they show what the provider sees, too. */
export interface ReadingCalls {
  listMachines(): Promise<readonly MachinePlace[]>;
  listZones(): Promise<readonly ZoneView[]>;
  /** All snapshots of a source, oldest first. */
  listSnapshots(input: { readonly sourceId: string; readonly machineId: string }): Promise<readonly SnapshotPoint[]>;
  /** Names of a machine's sources by id, as far as the keys open them. */
  readSourceNames(input: { readonly machineId: string }): Promise<Readonly<Record<string, string>>>;
  /** What does not fit in the history of a machine; empty when all is well. */
  checkHistory(input: { readonly machineId: string }): Promise<readonly string[]>;
  /** One page of a folder, folders first, then by name. Reads only the pages of the tree that it needs. */
  openFolder(input: FolderInput): Promise<FolderView>;
  /** Where a path of names leads, and the other way; see [Note: Steps]. */
  findPlace(input: { readonly snapshotId: string; readonly steps: readonly number[] }): Promise<PlaceFound>;
  /** The same document or folder in another snapshot; null when it is not there. */
  findInSnapshot(input: { readonly snapshotId: string; readonly path: string }): Promise<FolderRow | null>;
  /** All versions of a path over the snapshots of its source, newest first, from the change lists. */
  listVersions(input: {
    readonly sourceId: string;
    readonly machineId: string;
    readonly path: string;
  }): Promise<readonly DocumentVersion[]>;
  /** Searches names over everything that is or was; results come as events of this id. A new search ends the one before. */
  startSearch(input: { readonly searchId: string; readonly text: string }): Promise<void>;
  endSearch(): Promise<void>;
  /** The first bytes of a document, verified; at most `maxBytes`, which is at most 8 MiB. */
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
  readonly limit: number;
  /** Also compare with the snapshot before, and say what is gone from it. */
  readonly isCompared?: boolean;
}

export interface FolderView {
  readonly place: PlaceFound;
  readonly rows: readonly FolderRow[];
  /** Entries of the folder. */
  readonly total: number;
  /** Content of the files that lie directly in it. */
  readonly bytes: number;
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
  readonly sizeBytes: number;
  /** Unix ms. */
  readonly modifiedAtMs: number;
  readonly mode: number;
  /** Of a symbolic link. */
  readonly target: string | null;
  readonly isSparse: boolean;
  /** Against the snapshot before; null when it is the same, or nothing was compared. */
  readonly change: "new" | "changed" | "gone" | null;
}

export interface DocumentVersion {
  readonly snapshotId: string;
  readonly receivedAtMs: number;
  /** "gone": from this snapshot on it is not there. */
  readonly op: "present" | "gone";
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
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
}

export interface DocumentPreview {
  readonly name: string;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
  readonly mediaType: "text" | "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "other";
}
