import type { ChunkItem } from "../format/chunk-item.ts";
import type { TreeEntry } from "../format/tree-entry.ts";
import { type LocatedEntry, TreeReader } from "../tree/tree-reader.ts";
import { fromBinaryText, toBinaryText, toReadableText } from "./binary-text.ts";
import { type OpenedSnapshot, openSnapshot } from "./open-snapshot.ts";
import type { PackCatalogue } from "./pack-catalogue.ts";
import { RestoreError } from "./restore-error.ts";
import { getScopeKey } from "./restore-keys.ts";
import { openSharedPages, type SharedPages, type SharedPagesOptions } from "./shared-pages.ts";

export type FolderEntry = TreeEntry & { readonly type: "folder" };
export type FileEntry = TreeEntry & { readonly type: "file" };

/** One step of a walk. Paths are binary text without a leading slash. */
export type WalkStep =
  /** `isSelected` is false for a folder that is only on the way to what was asked for. */
  | { readonly kind: "enter"; readonly path: string; readonly entry: FolderEntry; readonly isSelected: boolean }
  | EntryStep
  | { readonly kind: "leave"; readonly path: string; readonly entry: FolderEntry; readonly isSelected: boolean };

export interface EntryStep {
  readonly kind: "entry";
  readonly path: string;
  /** The path's two parts; the folder's is one text for all that it holds. */
  readonly folder: string;
  readonly name: string;
  readonly entry: Exclude<TreeEntry, FolderEntry>;
}

/** Where something lies in a snapshot. */
export interface Place {
  /** Binary text without a leading slash; "" is the root. */
  readonly path: string;
  /** At each folder on the way, the position of the entry in the order of names. */
  readonly steps: readonly number[];
  /** Null for the root, which has no entry of its own. */
  readonly entry: TreeEntry | null;
}

export interface SnapshotReaderOptions extends SharedPagesOptions {
  /** Shared with other readers of the company; otherwise this one has its own. */
  readonly shared?: SharedPages;
}

/** Reads one snapshot: its manifest, its tree and where its content lies; everything verified before it is told. */
export class SnapshotReader {
  readonly snapshot: OpenedSnapshot;
  readonly catalogue: PackCatalogue;
  readonly chunkIdKey: Uint8Array;
  readonly #tree: TreeReader;

  private constructor({ primitives, keys }: SnapshotReaderOptions, snapshot: OpenedSnapshot, shared: SharedPages) {
    this.snapshot = snapshot;
    this.catalogue = shared.catalogue;
    this.chunkIdKey = getScopeKey(keys, snapshot.header.scope);
    this.#tree = new TreeReader({ primitives, chunkIdKey: this.chunkIdKey, fetcher: shared.pages });
  }

  /** @throws RestoreError, IntegrityError, FormatError (see `openSnapshot`); PackSourceError */
  static async open(options: SnapshotReaderOptions, snapshotId: string): Promise<SnapshotReader> {
    const bytes = await options.source.manifest(snapshotId);
    const shared = options.shared ?? openSharedPages(options);
    const { dataKeys } = shared;
    return new SnapshotReader(options, openSnapshot({ ...options, dataKeys }, { snapshotId, bytes }), shared);
  }

  /** What a path names; null for the root, which has no entry of its own. @throws RestoreError `path_not_found` */
  async find(path: string): Promise<TreeEntry | null> {
    const normal = normalPath(path);
    if (normal === "") return null;
    const entry = await this.#tree.lookup(this.#root, fromBinaryText(normal));
    if (entry) return entry;
    throw new RestoreError(
      "path_not_found",
      `snapshot ${this.snapshot.snapshotId} has no ${toReadableText(`/${normal}`)}; list what it has with "holdfast ls"`,
    );
  }

  /** Where a path leads; null when this snapshot does not have it. */
  async locate(path: string): Promise<Place | null> {
    const names = normalPath(path).split("/");
    let place: Place = { path: "", steps: [], entry: null };
    for (const name of names[0] === "" ? [] : names) {
      const folder = folderOf(place);
      const found = folder && (await this.#tree.locate(folder.entry ?? this.#root, fromBinaryText(name)));
      if (!found) return null;
      place = below(place, found);
    }
    return place;
  }

  /** Where positions lead. @throws RestoreError `path_not_found` */
  async at(steps: readonly number[]): Promise<Place> {
    let place: Place = { path: "", steps: [], entry: null };
    for (const position of steps) {
      const folder = folderOf(place);
      const entry = folder && (await this.#tree.at(folder.entry ?? this.#root, position));
      if (!entry) throw new RestoreError("path_not_found", `snapshot ${this.snapshot.snapshotId} has no such place`);
      place = below(place, { entry, position });
    }
    return place;
  }

  /** How many entries a folder lists itself; null is the root. */
  count(folder: FolderEntry | null): Promise<number> {
    return this.#tree.count(folder ?? this.#root);
  }

  /** Entries of a folder, a page at a time. @param from position of the first that is wanted */
  leaves(folder: FolderEntry | null, from = 0): AsyncIterable<readonly TreeEntry[]> {
    return this.#tree.leaves(folder ?? this.#root, from);
  }

  /** Entries of a folder in order of their names; null lists the root. */
  list(folder: FolderEntry | null): AsyncIterable<TreeEntry> {
    return this.#tree.list(folder ?? this.#root);
  }

  /** Chunks and holes of a file, which cover it exactly. */
  items(file: FileEntry): AsyncIterable<ChunkItem> {
    return this.#tree.items(file);
  }

  /**
   * Walks what the paths select, in order, with the folders on the way to it; no paths select everything.
   *
   * @throws RestoreError `path_not_found` before the first step
   */
  async *walk(paths: readonly string[]): AsyncGenerator<WalkStep> {
    const wanted = paths.map(normalPath);
    for (const path of wanted) await this.find(path);
    const open: OpenFolder[] = [this.#openFolder({ path: "", entry: null }, wanted.includes("") ? [] : wanted)];
    for (let folder = open.at(-1); folder; folder = open.at(-1)) {
      const entry = await nextEntry(folder);
      if (entry === null) {
        open.pop();
        const { path, entry: own, isSelected } = folder;
        if (own) yield { kind: "leave", path, entry: own, isSelected };
        continue;
      }
      const name = toBinaryText(entry.name);
      const path = folder.prefix + name;
      const isSelected = folder.wanted.length === 0 || folder.wanted.includes(path);
      const below = isSelected ? [] : folder.wanted.filter((one) => one.startsWith(`${path}/`));
      if (!isSelected && below.length === 0) continue;
      if (entry.type !== "folder") {
        yield { kind: "entry", path, folder: folder.path, name, entry };
        continue;
      }
      yield { kind: "enter", path, entry, isSelected };
      open.push({ ...this.#openFolder({ path, entry }, below), isSelected });
    }
  }

  get #root(): { pageId: Uint8Array } {
    return { pageId: this.snapshot.header.topPageId };
  }

  /** @param wanted paths below this folder; none means all of it */
  #openFolder(folder: { path: string; entry: FolderEntry | null }, wanted: readonly string[]): OpenFolder {
    const prefix = folder.path === "" ? "" : `${folder.path}/`;
    const leaves = this.#tree.leaves(folder.entry ?? this.#root);
    return { ...folder, prefix, wanted, leaves, entries: [], at: 0, isSelected: true };
  }
}

/** A folder on the way down; a stack of them instead of nested generators, which cost a turn for each level and entry. */
interface OpenFolder {
  readonly path: string;
  readonly entry: FolderEntry | null;
  readonly isSelected: boolean;
  readonly prefix: string;
  readonly wanted: readonly string[];
  readonly leaves: AsyncGenerator<readonly TreeEntry[]>;
  entries: readonly TreeEntry[];
  at: number;
}

/** Null when the place is no folder. */
function folderOf({ entry }: Place): { readonly entry: FolderEntry | null } | null {
  if (entry === null) return { entry };
  return entry.type === "folder" ? { entry } : null;
}

function below({ path, steps }: Place, { entry, position }: LocatedEntry): Place {
  const name = toBinaryText(entry.name);
  return { path: path === "" ? name : `${path}/${name}`, steps: [...steps, position], entry };
}

async function nextEntry(folder: OpenFolder): Promise<TreeEntry | null> {
  for (;;) {
    const entry = folder.entries[folder.at++];
    if (entry) return entry;
    const next = await folder.leaves.next();
    if (next.done) return null;
    folder.entries = next.value;
    folder.at = 0;
  }
}

/** Without leading, trailing and doubled slashes. */
export function normalPath(path: string): string {
  return path
    .split("/")
    .filter((name) => name !== "")
    .join("/");
}
