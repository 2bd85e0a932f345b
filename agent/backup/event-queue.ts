import { type LeafRecord, UNSETTLED_FINGERPRINT } from "../../engine/backup/cache-record.ts";
import type { ChangeCollector } from "../../engine/backup/change-collector.ts";
import type { SnapshotTree } from "../../engine/backup/snapshot-tree.ts";
import type { FolderClosed, FolderOpened, LeafFound, Vanished, WalkEvent } from "../../engine/backup/walk-events.ts";
import { gapOf } from "../../engine/backup/walk-source.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { decodeTreeEntry, type TreeEntry } from "../../engine/format/tree-entry.ts";
import { pathHash } from "../../engine/ids/chunk-id.ts";
import type { Gap, Source } from "../../engine/ports/source.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import type { FileJobs, FileRead } from "./file-jobs.ts";
import { fileEntry, folderEntry, type Named, specialEntry } from "./found-entry.ts";
import type { GapList } from "./gap-list.ts";

export interface EventQueueOptions {
  readonly source: Pick<Source, "attributesOf" | "isSettled">;
  readonly jobs: FileJobs;
  readonly builder: TreeBuilder;
  readonly tree: SnapshotTree;
  readonly changes: ChangeCollector;
  readonly chunkIdKey: Uint8Array;
  readonly gaps: GapList;
  readonly startedAt: Date;
}

type Queued =
  | { readonly kind: "same-leaf"; readonly record: LeafRecord; readonly fileBytes: number | undefined }
  | { readonly kind: "leaf"; readonly found: LeafFound; readonly fingerprint: Uint8Array; readonly entry: TreeEntry }
  | {
      readonly kind: "file";
      readonly name: Uint8Array;
      readonly cached: LeafRecord | undefined;
      readonly read: FileRead;
    }
  | { readonly kind: "unreadable"; readonly name: Uint8Array; readonly error: unknown }
  | FolderOpened
  | FolderClosed
  | Exclude<WalkEvent, LeafFound | FolderOpened | FolderClosed>;

/** Found and not yet in the tree: at most so many, which bounds the memory and keeps enough work ahead. */
const MAX_QUEUED = 2_048;

/** What the walk found, waiting in its order for contents that are still being read. */
export class EventQueue {
  readonly #options: EventQueueOptions;
  #queue: Queued[] = [];
  #head = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  get isFull(): boolean {
    return this.#queue.length - this.#head >= MAX_QUEUED;
  }

  add(event: WalkEvent): void {
    this.#queue.push(event.kind === "leaf" ? this.#begin(event) : event);
  }

  /** Puts into the tree what is ready, up to the first file that is still being read. True when there was any. */
  settle(): boolean {
    const before = this.#head;
    for (let next = this.#queue[this.#head]; next !== undefined; next = this.#queue[this.#head]) {
      if (next.kind === "file" && next.read.result === undefined) break;
      this.#head += 1;
      this.#put(next);
    }
    const hasMoved = this.#head > before;
    if (this.isEmpty || this.#head >= MAX_QUEUED) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return hasMoved;
  }

  #begin(found: LeafFound): Queued {
    const { name, object, cached, isSame } = found;
    const isFile = object.type === "file";
    if (isSame && cached !== undefined) {
      return { kind: "same-leaf", record: cached, fileBytes: isFile ? object.sizeBytes : undefined };
    }
    if (isFile) return { kind: "file", name, cached, read: this.#options.jobs.read(object) };
    try {
      const fingerprint = object.fingerprint();
      return { kind: "leaf", found, fingerprint, entry: specialEntry(this.#named(name, fingerprint), object) };
    } catch (error) {
      return { kind: "unreadable", name, error };
    }
  }

  #put(next: Queued): void {
    const { tree, gaps } = this.#options;
    switch (next.kind) {
      case "same-leaf":
        tree.addSameLeaf(next.record, next.fileBytes);
        break;
      case "leaf": {
        const { found, fingerprint, entry } = next;
        tree.addLeaf({ entry, fingerprint: this.#trusted(fingerprint), cached: found.cached });
        break;
      }
      case "file":
        this.#putFile(next.name, next.cached, next.read);
        break;
      case "open":
        this.#open(next);
        break;
      case "close":
        this.#close(next);
        break;
      case "gap":
        if (next.name === undefined) tree.markChanged();
        else tree.addMissing(next.name);
        gaps.add(next.gap);
        break;
      case "unreadable":
        this.#missing(next.name, gapOf(this.#pathOf(next.name), next.error));
        break;
      case "vanished":
        this.#putGone(next);
    }
  }

  #putFile(name: Uint8Array, cached: LeafRecord | undefined, { result }: FileRead): void {
    if (result === undefined) return;
    if (result.status !== "read") {
      this.#missing(name, { path: this.#pathOf(name), reason: result.reason, detail: result.detail });
      return;
    }
    const { fingerprint, contentFingerprint } = result;
    const entry = fileEntry(this.#named(name, fingerprint), result, this.#options.builder);
    this.#options.tree.addLeaf({ entry, fingerprint: this.#trusted(fingerprint), contentFingerprint, cached });
  }

  #open({ name, object, cached, isSame, isListed }: FolderOpened): void {
    const { tree, gaps } = this.#options;
    if (isSame && cached !== undefined) {
      tree.openSameFolder(cached);
      return;
    }
    const found = object.fingerprint();
    const named = this.#named(name, found);
    try {
      // Where a folder's names are not certain, they are listed again at the next run.
      const fingerprint = isListed ? this.#trusted(found) : UNSETTLED_FINGERPRINT;
      tree.openFolder({ entry: folderEntry(named, object.xattrs()), fingerprint, cached });
    } catch (error) {
      // Gone since it was found: it stays as an empty folder, and is named.
      gaps.add(gapOf(this.#pathOf(name), error));
      tree.openFolder({ entry: folderEntry(named, []), fingerprint: UNSETTLED_FINGERPRINT, cached });
    }
  }

  #close({ cachedEnd, hasLost, folder }: FolderClosed): void {
    if (hasLost) this.#options.tree.markChanged();
    this.#options.tree.closeFolder(cachedEnd);
    folder?.close();
  }

  #putGone({ path, entry }: Vanished): void {
    const { chunkIdKey, changes } = this.#options;
    changes.add({
      pathHash: pathHash(nodePrimitives, chunkIdKey, path),
      op: "gone",
      entryType: decodeTreeEntry(new ByteReader(entry)).type,
      path,
      sizeBytes: 0,
      mtimeSeconds: 0,
      mtimeNanoseconds: 0,
      contentFingerprint: new Uint8Array(16),
    });
  }

  /** What cannot be read is not in the snapshot, and is tried again at the next run. */
  #missing(name: Uint8Array, gap: Gap): void {
    this.#options.tree.addMissing(name);
    this.#options.gaps.add(gap);
  }

  #pathOf(name: Uint8Array): Uint8Array {
    return this.#options.tree.pathOf(name).slice();
  }

  #named(name: Uint8Array, fingerprint: Uint8Array): Named {
    return { name, attributes: this.#options.source.attributesOf(fingerprint) };
  }

  /** The fingerprint by which the next run may know the object again. */
  #trusted(fingerprint: Uint8Array): Uint8Array {
    const { source, startedAt } = this.#options;
    return source.isSettled(fingerprint, startedAt) ? fingerprint : UNSETTLED_FINGERPRINT;
  }
}
