import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concatBytes, toHex } from "../../engine/codec/hex.ts";
import { type Slot, signSlot } from "../../engine/format/slot.ts";
import type { TreeEntry } from "../../engine/format/tree-entry.ts";
import { sealTo } from "../../engine/keys/sealed-box.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { TreeReader } from "../../engine/tree/tree-reader.ts";
import type { BackupCounters } from "../backup/backup-counters.ts";
import { openSource } from "../backup/open-source.ts";
import { type BuiltSnapshot, SnapshotPipeline } from "../backup/snapshot-pipeline.ts";
import { SourceCache } from "../backup/source-cache.ts";
import { newId } from "../new-id.ts";
import { openStateFolder, type StateFolder } from "../state/state-folder.ts";
import { MemoryTarget } from "./memory-target.ts";

export interface RigRun extends BuiltSnapshot {
  readonly counters: BackupCounters;
}

export interface RigOptions {
  readonly excludes?: readonly string[];
  /** Everything is read again, as when the server lacks something. */
  readonly isVoid?: boolean;
  readonly signal?: AbortSignal;
  /** When the run believes to begin; far in the future, nothing counts as just changed. */
  readonly startedAt?: Date;
}

/** The whole pipeline of an agent with real threads and real files, and a server in memory. */
export class BackupRig {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-backup-"));
  readonly target = new MemoryTarget();
  readonly chunkIdKey = nodeRandomness.bytes(32);
  readonly state: StateFolder = openStateFolder(join(this.folder, "state"));
  readonly #company = nodePrimitives.boxKeyPair(nodeRandomness.bytes(32));
  readonly #agent = nodePrimitives.signKeyPair(nodeRandomness.bytes(32));
  readonly #companyId = newId();
  readonly #sourceId = newId();

  /** Where the files of the source are made. */
  get source(): string {
    return join(this.folder, "source");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async backUp(options: RigOptions = {}): Promise<RigRun> {
    const { sealing, chunkIdKey, state } = {
      sealing: this.#newSealing(),
      chunkIdKey: this.chunkIdKey,
      state: this.state,
    };
    const place = { companyId: this.#companyId, scope: 0, zoneId: "zone1" };
    const isVoid = options.isVoid ?? false;
    const paths = [Buffer.from(this.source)];
    const excludes = options.excludes ?? [];
    const cache = new SourceCache({ state, sourceId: this.#sourceId, place, chunkIdKey, paths, excludes, isVoid });
    const ownFolder = state.cache;
    const source = await openSource({ paths, excludes, isSameSelection: cache.isSameSelection, ownFolder });
    try {
      const pipeline = new SnapshotPipeline({
        ...place,
        ...sealing,
        chunkIdKey,
        isParanoid: false,
        target: this.target,
        source,
        cache: cache.cursor(),
        spill: cache.spill,
        changeList: cache.plan,
        earlierChanges: cache.earlierChanges,
        keepChange: (row) => cache.changes.add(row),
        keepRecord: (record) => cache.writer.add(record),
        startedAt: options.startedAt ?? new Date(Date.now() + 3_600_000),
        signal: options.signal,
      });
      const built = await pipeline.run();
      const counters = pipeline.progress();
      cache.commit(built.changeListId, counters);
      return { ...built, counters };
    } finally {
      source.close();
      cache.close();
    }
  }

  /** Every entry below the source, by its path as latin1 text, read from the packs and proven. */
  async readBack(treeId: Uint8Array): Promise<Map<string, TreeEntry>> {
    const reader = this.#reader();
    const found = new Map<string, TreeEntry>();
    const top = await reader.lookup({ pageId: treeId }, Buffer.from(this.source.slice(1)));
    if (top === null) throw new Error("the source is not in the snapshot");
    const visit = async (entry: TreeEntry, path: string): Promise<void> => {
      found.set(path, entry);
      if (entry.type !== "folder") return;
      for await (const child of reader.list(entry)) {
        await visit(child, `${path}/${Buffer.from(child.name).toString("latin1")}`);
      }
    };
    await visit(top, "");
    return found;
  }

  /** Top page of the source's own listing: unlike the root's, it does not move with the folders above. */
  async listingOf(treeId: Uint8Array): Promise<string> {
    const top = await this.#reader().lookup({ pageId: treeId }, Buffer.from(this.source.slice(1)));
    return top?.type === "folder" ? toHex(top.pageId) : "none";
  }

  /** The content of a file, with its holes as zeros. */
  async contentOf(entry: TreeEntry): Promise<Uint8Array> {
    if (entry.type !== "file") throw new Error("not a file");
    const pieces: Uint8Array[] = [];
    for await (const item of this.#reader().items(entry)) {
      pieces.push(item.kind === "hole" ? new Uint8Array(item.sizeBytes) : this.target.fetch(1, item.chunkId));
    }
    return concatBytes(...pieces);
  }

  #reader(): TreeReader {
    const fetchPage = (id: Uint8Array, kind: 1 | 2 | 3) => Promise.resolve(this.target.fetch(kind, id));
    return new TreeReader({ primitives: nodePrimitives, chunkIdKey: this.chunkIdKey, fetcher: { fetchPage } });
  }

  #newSealing(): { readonly dataKey: Uint8Array; readonly slot: Slot } {
    const dataKey = nodeRandomness.bytes(32);
    const runId = newId();
    this.target.dataKeys.set(runId, dataKey);
    const { publicKey } = this.#company;
    const slot = signSlot(nodePrimitives, this.#agent.secretKey, {
      companyId: this.#companyId,
      scope: 0,
      runId,
      agentCertHash: new Uint8Array(32),
      epoch: 1,
      sealedDataKey: sealTo(nodePrimitives, { publicKey, purpose: "data-key", secret: dataKey }),
    });
    return { dataKey, slot };
  }
}
