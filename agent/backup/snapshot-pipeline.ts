import { setImmediate as nextTurn } from "node:timers/promises";
import type { CacheCursor } from "../../engine/backup/cache-cursor.ts";
import type { CacheRecord } from "../../engine/backup/cache-record.ts";
import {
  ChangeCollector,
  type ChangeListPlan,
  type RowSpill,
  writeChangeList,
} from "../../engine/backup/change-collector.ts";
import { MetaWriter } from "../../engine/backup/meta-writer.ts";
import { SnapshotTree } from "../../engine/backup/snapshot-tree.ts";
import type { WalkEvent } from "../../engine/backup/walk-events.ts";
import { walkSource } from "../../engine/backup/walk-source.ts";
import type { ChangeRow } from "../../engine/format/change-list.ts";
import { FrameScratch } from "../../engine/format/frame.ts";
import { PACK_BUFFER_SIZE_BYTES } from "../../engine/format/pack-builder.ts";
import type { Slot } from "../../engine/format/slot.ts";
import type { Source } from "../../engine/ports/source.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import type { BackupTarget } from "../bulk-client.ts";
import { type BackupCounters, newCounters } from "./backup-counters.ts";
import { BufferPool } from "./buffer-pool.ts";
import { EventQueue } from "./event-queue.ts";
import { FileJobs } from "./file-jobs.ts";
import { GapList } from "./gap-list.ts";
import { KnownIds } from "./known-ids.ts";
import type { PackCounts } from "./read-messages.ts";
import { ReaderPool } from "./reader-pool.ts";
import { encodeSlotBytes } from "./slot-bytes.ts";

export interface PipelineOptions {
  readonly companyId: string;
  readonly scope: number;
  readonly chunkIdKey: Uint8Array;
  readonly dataKey: Uint8Array;
  readonly slot: Slot;
  readonly isParanoid: boolean;
  readonly source: Source;
  /** What the last run found; undefined when nothing is known of it. */
  readonly cache: CacheCursor | undefined;
  readonly target: BackupTarget;
  readonly spill: RowSpill;
  readonly changeList: ChangeListPlan;
  /** Rows that a merged list carries along. */
  readonly earlierChanges: Iterable<ChangeRow>;
  /** Takes this run's own rows, sorted. */
  readonly keepChange: (row: ChangeRow) => void;
  readonly keepRecord: (record: CacheRecord) => void;
  readonly startedAt: Date;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltSnapshot {
  readonly treeId: Uint8Array;
  readonly changeListId: Uint8Array;
  readonly gaps: GapList;
}

/** The walk gives way to everything else after so long. */
const SLICE_MS = 5;
/** Packs of pages are few: while one is on its way, the next one waits. */
const META_BUFFERS = 1;

/**
 * Makes one snapshot out of a source: walks on this thread, reads on others, and puts the tree together in the order of
 * the walk. When it resolves, everything that the snapshot reaches is durable (DESIGN: nothing is referenced before).
 */
export class SnapshotPipeline {
  readonly counters: BackupCounters = newCounters();
  readonly #options: PipelineOptions;
  readonly #meta: MetaWriter;
  readonly #readers: ReaderPool;
  readonly #events: EventQueue;
  readonly #tree: SnapshotTree;
  readonly #changes: ChangeCollector;
  readonly #gaps = new GapList();
  readonly #metaPool: BufferPool;
  readonly #sending = new Set<Promise<void>>();
  readonly #output;
  #sendError: unknown;
  #wake: (() => void) | undefined;
  #isAwake = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { chunkIdKey, target } = options;
    const wake = () => this.#wakeUp();
    const known = { 1: new KnownIds(1, ask), 2: new KnownIds(2, ask), 3: new KnownIds(3, ask) } as const;
    function ask(kind: 1 | 2 | 3, ids: Uint8Array) {
      return target.knownChunks(kind, ids);
    }
    this.#metaPool = new BufferPool(
      Array.from({ length: META_BUFFERS }, () => new ArrayBuffer(PACK_BUFFER_SIZE_BYTES)),
    );
    this.#meta = new MetaWriter({
      ...sealing(options),
      sink: {
        askNeeded: (kind, ids) => known[kind].selectNeeded(ids),
        takeBuffer: () => this.#metaPool.take(),
        returnBuffer: (buffer) => this.#returnBuffer(buffer),
        sendPack: ({ packId, bytes }) => this.#sendMeta(packId, bytes),
      },
    });
    this.#output = {
      primitives: nodePrimitives,
      chunkIdKey,
      emit: (page: Parameters<MetaWriter["add"]>[0]) => this.#meta.add(page),
    };
    this.#readers = new ReaderPool({
      setup: { ...setupOf(options), slot: encodeSlotBytes(options.slot) },
      known: known[1],
      sendPack: (packId, bytes, counts) => this.#send(packId, bytes, counts),
      takeResults: (results, counts) => this.#takeResults(results, counts),
      wake,
    });
    const tree = new TreeBuilder(this.#output);
    const { source } = options;
    const jobs = new FileJobs({ chunkIdKey, source, tree, submit: (tasks) => this.#readers.submit(tasks), wake });
    this.#changes = new ChangeCollector(options.spill);
    this.#tree = new SnapshotTree(
      {
        primitives: nodePrimitives,
        chunkIdKey,
        tree,
        changes: this.#changes,
        isBaseline: options.changeList.form === "baseline",
        keep: options.keepRecord,
      },
      options.cache !== undefined,
    );
    this.#events = new EventQueue({
      source,
      jobs,
      builder: tree,
      tree: this.#tree,
      changes: this.#changes,
      chunkIdKey,
      gaps: this.#gaps,
      startedAt: options.startedAt,
    });
    this.#jobs = jobs;
  }

  readonly #jobs: FileJobs;

  /** @throws what any part failed with; the signal's reason */
  async run(): Promise<BuiltSnapshot> {
    try {
      for (const row of this.#options.earlierChanges) this.#changes.add(row);
      await this.#walkAndRead();
      await this.#readers.finish();
      return await this.#finish();
    } finally {
      await this.#readers.close();
    }
  }

  /** Counters as they are now, with those of the tree. */
  progress(): BackupCounters {
    const { files, folders, entries, bytes } = this.#tree.counts;
    return { ...this.counters, files, folders, entries, bytes, gaps: this.#gaps.count };
  }

  async #walkAndRead(): Promise<void> {
    const found = walkSource(this.#options.source, this.#options.cache);
    let isWalking = true;
    while (isWalking || !this.#events.isEmpty) {
      this.#check();
      this.#isAwake = false;
      const hasMoved = this.#events.settle();
      if (this.#meta.isFull) await this.#meta.drain();
      if (isWalking && !this.#events.isFull && !this.#readers.isFull) {
        isWalking = this.#walkSlice(found);
        await nextTurn();
      } else if (!hasMoved) {
        // What was collected so far would otherwise wait for files that come after it.
        this.#jobs.flush();
        await this.#anything();
      }
    }
  }

  /** False when the walk has come to its end. */
  #walkSlice(found: Generator<WalkEvent, void, void>): boolean {
    const until = performance.now() + SLICE_MS;
    while (!this.#events.isFull && !this.#readers.isFull) {
      for (let count = 0; count < 32; count++) {
        const next = found.next();
        if (next.done) return false;
        this.#events.add(next.value);
      }
      if (performance.now() >= until) break;
    }
    return true;
  }

  async #finish(): Promise<BuiltSnapshot> {
    const treeId = this.#tree.rootId;
    if (treeId === undefined) throw new Error("the walk ended before the root was closed");
    const pages = writeChangeList(this.#output, this.#keptRows(), this.#options.changeList);
    let page = pages.next();
    while (!page.done) {
      if (this.#meta.isFull) await this.#meta.drain();
      page = pages.next();
    }
    await this.#meta.finish();
    await Promise.all(this.#sending);
    this.#check();
    return { treeId, changeListId: page.value, gaps: this.#gaps };
  }

  *#keptRows(): Generator<ChangeRow, void, void> {
    for (const row of this.#changes.rows()) {
      this.#options.keepChange(row);
      yield row;
    }
  }

  #takeResults(results: Uint8Array, counts: { readBytes: number; chunks: number }): void {
    this.counters.readBytes += counts.readBytes;
    this.counters.chunks += counts.chunks;
    this.#jobs.takeResults(results);
  }

  async #send(packId: string, bytes: Uint8Array, counts: PackCounts): Promise<void> {
    await this.#options.target.putPack(packId, bytes);
    this.counters.packs += 1;
    this.counters.storedBytes += bytes.length;
    this.counters.newChunks += counts.chunks;
    this.counters.newBytes += counts.plainBytes;
  }

  #sendMeta(packId: string, bytes: Uint8Array): void {
    // Pages are not content: they count as sent, not as new.
    const sending = this.#send(packId, bytes, { chunks: 0, plainBytes: 0 })
      .then(() => this.#returnBuffer(bytes))
      .catch((error: unknown) => {
        this.#sendError ??= error;
      })
      .finally(() => {
        this.#sending.delete(sending);
        this.#wakeUp();
      });
    this.#sending.add(sending);
  }

  #returnBuffer(buffer: Uint8Array): void {
    this.#metaPool.put(buffer.buffer);
  }

  #check(): void {
    this.#options.signal?.throwIfAborted();
    if (this.#sendError !== undefined) throw this.#sendError;
    this.#readers.check();
  }

  #wakeUp(): void {
    this.#isAwake = true;
    this.#wake?.();
    this.#wake = undefined;
  }

  #anything(): Promise<void> {
    if (this.#isAwake) return Promise.resolve();
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const onAbort = () => resolve();
      this.#wake = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }
}

function setupOf({ chunkIdKey, companyId, scope, dataKey, isParanoid }: PipelineOptions) {
  return { chunkIdKey, companyId, scope, dataKey, isParanoid };
}

function sealing(options: PipelineOptions) {
  const { companyId, scope, chunkIdKey, dataKey, slot, isParanoid } = options;
  return {
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    scratch: new FrameScratch(),
    verify: isParanoid ? ("paranoid" as const) : ("opened" as const),
    companyId,
    scope,
    chunkIdKey,
    dataKey,
    slot,
  };
}
