import type { LeafRecord } from "../../engine/backup/cache-record.ts";
import type { ChangeCollector } from "../../engine/backup/change-collector.ts";
import type { SnapshotTree } from "../../engine/backup/snapshot-tree.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { decodeTreeEntry, type TreeEntry } from "../../engine/format/tree-entry.ts";
import { pathHash } from "../../engine/ids/chunk-id.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import { closeFd, systemCode } from "../platform/posix-read.ts";
import { fingerprintOf, readFingerprint, SETTLED_AFTER_NS, UNSETTLED } from "../sources/files/fingerprint.ts";
import { toGap } from "../sources/files/walk.ts";
import type { FolderClosed, FolderOpened, LeafFound, Vanished, WalkEvent } from "../sources/files/walk-events.ts";
import type { FileJobs, FileRead } from "./file-jobs.ts";
import { bareFolderEntry, fileEntry, folderEntry, specialEntry } from "./found-entry.ts";
import type { GapList } from "./gap-list.ts";
import type { ReadFailed } from "./read-messages.ts";

export interface EventQueueOptions {
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
  | { readonly kind: "leaf"; readonly found: LeafFound; readonly entry: TreeEntry }
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
  readonly #settledBeforeNs: bigint;
  #queue: Queued[] = [];
  #head = 0;

  constructor(options: EventQueueOptions) {
    this.#options = options;
    this.#settledBeforeNs = BigInt(options.startedAt.getTime()) * 1_000_000n - SETTLED_AFTER_NS;
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
    const { name, stat, cached, isSame } = found;
    const isFile = stat.isFile();
    if (isSame && cached !== undefined) {
      return { kind: "same-leaf", record: cached, fileBytes: isFile ? Number(stat.size) : undefined };
    }
    if (isFile) return { kind: "file", name, cached, read: this.#options.jobs.read(found) };
    try {
      return { kind: "leaf", found, entry: specialEntry(found) };
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
        const { found, entry } = next;
        tree.addLeaf({ entry, fingerprint: fingerprintOf(found.stat), cached: found.cached });
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
        this.#missing(next.name, next.error);
        break;
      case "vanished":
        this.#putGone(next);
    }
  }

  #putFile(name: Uint8Array, cached: LeafRecord | undefined, { result }: FileRead): void {
    if (result === undefined) return;
    if (result.status !== "read") {
      this.#missing(name, result);
      return;
    }
    const isSettled = this.#isSettled(readFingerprint(result.fingerprint).ctimeNs);
    this.#options.tree.addLeaf({
      entry: fileEntry(name, result, this.#options.builder),
      fingerprint: isSettled ? result.fingerprint : UNSETTLED,
      contentFingerprint: result.contentFingerprint,
      cached,
    });
  }

  #open(found: FolderOpened): void {
    const { tree } = this.#options;
    const { cached, isSame, isListed, stat, name } = found;
    if (isSame && cached !== undefined) {
      tree.openSameFolder(cached);
      return;
    }
    try {
      // Where a folder's names are not certain, they are listed again at the next run.
      const fingerprint = isListed && this.#isSettled(stat.ctimeNs) ? fingerprintOf(stat) : UNSETTLED;
      tree.openFolder({ entry: folderEntry(found), fingerprint, cached });
    } catch (error) {
      // Gone since it was found: it stays as an empty folder, and is named.
      this.#addGap(name, error);
      tree.openFolder({ entry: bareFolderEntry(found), fingerprint: UNSETTLED, cached });
    }
  }

  #close({ cachedEnd, hasLost, fd }: FolderClosed): void {
    if (hasLost) this.#options.tree.markChanged();
    this.#options.tree.closeFolder(cachedEnd);
    if (fd !== undefined) closeFd(fd);
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

  /** A file or special object that cannot be read: not in the snapshot, and tried again at the next run. */
  #missing(name: Uint8Array, error: unknown): void {
    this.#options.tree.addMissing(name);
    this.#addGap(name, error);
  }

  #addGap(name: Uint8Array, error: unknown): void {
    const { tree, gaps } = this.#options;
    const path = tree.pathOf(name).slice();
    if (isReadFailed(error) && error.status === "changed") {
      gaps.add({ path, reason: "changed-while-read", detail: "it changed each of 3 times that it was read" });
    } else {
      const code = isReadFailed(error) ? error.code : systemCode(error);
      gaps.add(toGap(path, Object.assign(new Error(code), { code })));
    }
  }

  #isSettled(ctimeNs: bigint): boolean {
    return ctimeNs < this.#settledBeforeNs;
  }
}

function isReadFailed(error: unknown): error is ReadFailed {
  return typeof error === "object" && error !== null && "status" in error && "code" in error;
}
