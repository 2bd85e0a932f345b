import type { Gap, SourceFolder, SourceObject } from "../ports/source.ts";
import type { FolderEndRecord, FolderRecord, LeafRecord } from "./cache-record.ts";

/** What the walk finds, in the order of the tree: a folder, all that is below it in order of names, its end. */
export type WalkEvent = FolderOpened | FolderClosed | LeafFound | GapFound | Vanished;

interface Found {
  readonly name: Uint8Array;
  readonly object: SourceObject;
  /** True when nobody touched it since the cached record was made; then the record says all about it. */
  readonly isSame: boolean;
}

export interface FolderOpened extends Found {
  readonly kind: "open";
  /** False when its names could not be listed; a gap says so. */
  readonly isListed: boolean;
  readonly cached: FolderRecord | undefined;
}

export interface LeafFound extends Found {
  readonly kind: "leaf";
  readonly cached: LeafRecord | undefined;
}

export interface FolderClosed {
  readonly kind: "close";
  /** The cached end, if the folder was in the cache. */
  readonly cachedEnd: FolderEndRecord | undefined;
  /** True when something that the cache lists is no longer there. */
  readonly hasLost: boolean;
  /** To be closed once everything in it was read; undefined when it could not be opened. */
  readonly folder: SourceFolder | undefined;
}

/** A folder that cannot be listed, or a name that nothing can be said about; what else cannot be read shows later. */
export interface GapFound {
  readonly kind: "gap";
  /** In the folder that is open now; undefined for that folder itself. */
  readonly name: Uint8Array | undefined;
  readonly gap: Gap;
}

/** Something that the cache lists and the source no longer has; one event for each object of a lost folder. */
export interface Vanished {
  readonly kind: "vanished";
  readonly path: Uint8Array;
  readonly isFolder: boolean;
  readonly entry: Uint8Array;
}
