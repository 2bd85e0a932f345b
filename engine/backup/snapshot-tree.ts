import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { compareBytes, concatBytes } from "../codec/hex.ts";
import { decodeTreeEntry, type EntryBody, encodeTreeEntry, type TreeEntry } from "../format/tree-entry.ts";
import { contentFingerprint, pathHash } from "../ids/chunk-id.ts";
import type { Primitives } from "../ports/primitives.ts";
import type { FolderBuilder, TreeBuilder } from "../tree/tree-builder.ts";
import type { CacheRecord, FolderEndRecord, FolderRecord, LeafRecord } from "./cache-record.ts";
import type { ChangeCollector } from "./change-collector.ts";

export interface SnapshotTreeOptions {
  readonly primitives: Primitives;
  readonly chunkIdKey: Uint8Array;
  readonly tree: TreeBuilder;
  readonly changes: ChangeCollector;
  /** True for a baseline: every path becomes a row, also those that did not change. */
  readonly isBaseline: boolean;
  /** Takes the records of this run, for the next one. */
  readonly keep: (record: CacheRecord) => void;
}

export interface TreeCounts {
  entries: number;
  files: number;
  folders: number;
  /** Sizes of files, with their holes. */
  bytes: number;
}

export interface NewLeaf {
  readonly entry: TreeEntry;
  readonly fingerprint: Uint8Array;
  /** Known for files; computed here for everything else. */
  readonly contentFingerprint?: Uint8Array;
  readonly cached: LeafRecord | undefined;
}

export interface NewFolder {
  /** The folder itself; what it lists follows. */
  readonly entry: TreeEntry;
  readonly fingerprint: Uint8Array;
  readonly cached: FolderRecord | undefined;
}

type Pending =
  | { readonly kind: "entry"; readonly entry: TreeEntry }
  | { readonly kind: "leaf"; readonly record: LeafRecord }
  | { readonly kind: "folder"; readonly record: FolderRecord; readonly end: FolderEndRecord };

interface Frame {
  readonly path: Uint8Array;
  readonly record: FolderRecord | undefined;
  /** False when the folder itself differs from the last run, or is new. */
  readonly isHeadSame: boolean;
  /** Nothing below differs from the last run so far. */
  isClean: boolean;
  pending: Pending[];
  builder: FolderBuilder | undefined;
}

/** Entries that are kept back until it is known whether their folder changed at all; a bound on memory. */
const PENDING_IN_ALL = 65_536;
const SLASH = Uint8Array.of(0x2f);
const NO_PATH = new Uint8Array(0);
const NO_LISTING = { entriesBelow: 0, bytesBelow: 0, pageId: new Uint8Array(32) };

/**
 * Puts a snapshot's tree together from what the walk found, in the order of the walk. A folder below which nothing
 * changed keeps its pages: they are neither encoded nor sealed again.
 */
export class SnapshotTree {
  readonly counts: TreeCounts = { entries: 0, files: 0, folders: 0, bytes: 0 };
  readonly #options: SnapshotTreeOptions;
  readonly #frames: Frame[];
  readonly #scratch = new ByteWriter(4096);
  #pendingInAll = 0;
  #rootId: Uint8Array | undefined;

  /** @param isCached whether there are records of a last run */
  constructor(options: SnapshotTreeOptions, isCached: boolean) {
    this.#options = options;
    this.#frames = [newFrame(NO_PATH, undefined, { isHeadSame: isCached, isClean: isCached })];
  }

  /** Top page of the tree, once the root was closed. */
  get rootId(): Uint8Array | undefined {
    return this.#rootId;
  }

  /** The path of a name in the folder that is open now. */
  pathOf(name: Uint8Array): Uint8Array {
    const { path } = this.#top();
    return path.length === 0 ? name : concatBytes(path, SLASH, name);
  }

  /** What is listed in the folder that is open now is not what it was, for a reason that no entry shows. */
  markChanged(): void {
    this.#top().isClean = false;
  }

  /** A name that is there and could not be read. */
  addMissing(name: Uint8Array): void {
    this.#options.keep({ kind: "missing", name });
    this.markChanged();
  }

  /**
   * Something that nobody touched since the last run.
   *
   * @param fileBytes its size if it is a file
   */
  addSameLeaf(record: LeafRecord, fileBytes: number | undefined): void {
    this.#options.keep(record);
    if (this.#options.isBaseline) this.#addRow(record.name, decodeEntry(record.entry), record.contentFingerprint);
    this.#count(fileBytes);
    this.#push({ kind: "leaf", record });
  }

  addLeaf(leaf: NewLeaf): void {
    const { entry, fingerprint, cached } = leaf;
    const mark = leaf.contentFingerprint ?? this.#bodyMark(entry);
    const record: LeafRecord = {
      kind: "leaf",
      name: entry.name,
      fingerprint,
      contentFingerprint: mark,
      entry: this.#encode(entry),
    };
    this.#options.keep(record);
    const isSame = cached !== undefined && isEqual(cached.entry, record.entry);
    if (!isSame) this.#top().isClean = false;
    if (!isSame || this.#options.isBaseline) this.#addRow(entry.name, entry, mark);
    this.#count(entry.type === "file" ? entry.sizeBytes : undefined);
    this.#push({ kind: "entry", entry });
  }

  openSameFolder(record: FolderRecord): void {
    this.#options.keep(record);
    this.#open(record, true, () => decodeEntry(record.entry));
  }

  openFolder({ entry, fingerprint, cached }: NewFolder): void {
    const encoded = this.#encode({ ...baseOf(entry), type: "folder", ...NO_LISTING });
    const record: FolderRecord = { kind: "folder", name: entry.name, fingerprint, entry: encoded };
    this.#options.keep(record);
    const isSame = cached !== undefined && isEqual(cached.entry, encoded);
    this.#open(record, isSame, () => entry, cached !== undefined);
  }

  /** @param cachedEnd what the last run said about the folder that is open now */
  closeFolder(cachedEnd: FolderEndRecord | undefined): void {
    const frame = this.#top();
    const isSame = frame.isClean && cachedEnd !== undefined && frame.builder === undefined;
    const end = isSame ? cachedEnd : this.#build(frame);
    this.#pendingInAll -= frame.pending.length;
    this.#options.keep(end);
    this.#frames.pop();
    if (frame.record === undefined) {
      this.#rootId = end.listingId;
      return;
    }
    if (!frame.isHeadSame || !isSame) this.#top().isClean = false;
    this.#push({ kind: "folder", record: frame.record, end });
  }

  #open(record: FolderRecord, isHeadSame: boolean, entry: () => TreeEntry, isCached = isHeadSame): void {
    this.counts.entries += 1;
    this.counts.folders += 1;
    const path = this.pathOf(record.name);
    if (!isHeadSame || this.#options.isBaseline) {
      this.#addRow(record.name, entry(), contentFingerprint(this.#options.primitives, this.#options.chunkIdKey));
    }
    this.#frames.push(newFrame(path, record, { isHeadSame, isClean: isCached }));
  }

  #build(frame: Frame): FolderEndRecord {
    this.#flush(frame);
    const built = (frame.builder ?? this.#options.tree.folder()).finish();
    return { kind: "end", entriesBelow: built.entriesBelow, bytesBelow: built.bytesBelow, listingId: built.pageId };
  }

  #push(pending: Pending): void {
    const frame = this.#top();
    frame.pending.push(pending);
    this.#pendingInAll += 1;
    // Once a folder differs its pages are made anew, and nothing is gained by keeping entries back.
    if (!frame.isClean) {
      this.#flush(frame);
      return;
    }
    if (this.#pendingInAll > PENDING_IN_ALL) for (const open of this.#frames) this.#flush(open);
  }

  #flush(frame: Frame): void {
    if (frame.pending.length === 0) return;
    frame.builder ??= this.#options.tree.folder();
    for (const pending of frame.pending) frame.builder.add(entryOf(pending));
    this.#pendingInAll -= frame.pending.length;
    frame.pending = [];
  }

  #addRow(name: Uint8Array, entry: TreeEntry, mark: Uint8Array): void {
    const { primitives, chunkIdKey, changes } = this.#options;
    const path = this.pathOf(name);
    changes.add({
      pathHash: pathHash(primitives, chunkIdKey, path),
      op: "present",
      entryType: entry.type,
      path,
      sizeBytes: entry.type === "file" ? entry.sizeBytes : 0,
      mtimeSeconds: entry.mtimeSeconds,
      mtimeNanoseconds: entry.mtimeNanoseconds,
      contentFingerprint: mark,
    });
  }

  /** FORMAT.md section 5: what stands for the content of things without any. */
  #bodyMark(entry: TreeEntry): Uint8Array {
    const { primitives, chunkIdKey } = this.#options;
    if (entry.type === "symlink") return contentFingerprint(primitives, chunkIdKey, entry.target);
    if (entry.type !== "character-device" && entry.type !== "block-device") {
      return contentFingerprint(primitives, chunkIdKey);
    }
    const numbers = new ByteWriter(16).varint(entry.major).varint(entry.minor);
    return contentFingerprint(primitives, chunkIdKey, numbers.finish());
  }

  #count(fileBytes: number | undefined): void {
    this.counts.entries += 1;
    if (fileBytes === undefined) return;
    this.counts.files += 1;
    this.counts.bytes += fileBytes;
  }

  #encode(entry: TreeEntry): Uint8Array {
    this.#scratch.reset();
    encodeTreeEntry(this.#scratch, entry);
    return this.#scratch.finish();
  }

  #top(): Frame {
    const frame = this.#frames.at(-1);
    if (frame === undefined) throw new Error("the tree is finished");
    return frame;
  }
}

function newFrame(
  path: Uint8Array,
  record: FolderRecord | undefined,
  state: { readonly isHeadSame: boolean; readonly isClean: boolean },
): Frame {
  return { path, record, ...state, pending: [], builder: undefined };
}

function entryOf(pending: Pending): TreeEntry {
  switch (pending.kind) {
    case "entry":
      return pending.entry;
    case "leaf":
      return decodeEntry(pending.record.entry);
    case "folder": {
      const { entriesBelow, bytesBelow, listingId } = pending.end;
      const body: EntryBody = { type: "folder", entriesBelow, bytesBelow, pageId: listingId };
      return { ...baseOf(decodeEntry(pending.record.entry)), ...body };
    }
  }
}

function baseOf(entry: TreeEntry) {
  const { name, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs, linkId } = entry;
  return { name, mode, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs, ...(linkId && { linkId }) };
}

function decodeEntry(encoded: Uint8Array): TreeEntry {
  return decodeTreeEntry(new ByteReader(encoded));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}
