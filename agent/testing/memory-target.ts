import { toHex } from "../../engine/codec/hex.ts";
import { openFrame } from "../../engine/format/frame.ts";
import { snapshotIdOf } from "../../engine/format/manifest.ts";
import { type FrameEntry, parsePackDirectory } from "../../engine/format/pack-index.ts";
import { idKey } from "../../engine/ids/chunk-id.ts";
import type { ChunkKind } from "../../engine/ports/chunk-index.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { BackupTarget, CommittedSnapshot } from "../bulk-client.ts";

interface Place {
  readonly pack: Uint8Array;
  readonly frame: FrameEntry;
  readonly member: number;
}

/** What a server and a reader with the data keys do, in memory: takes packs, answers about ids, gives plaintexts. */
export class MemoryTarget implements BackupTarget {
  readonly packs = new Map<string, Uint8Array>();
  readonly manifests: Uint8Array[] = [];
  readonly dataKeys = new Map<string, Uint8Array>();
  putBytes = 0;
  /** Called before each pack is taken; may throw, as a connection does. */
  onPut: ((packId: string) => void | Promise<void>) | undefined;
  readonly #places = new Map<string, Place>();

  knownChunks(kind: ChunkKind, ids: Uint8Array): Promise<Uint8Array> {
    const bits = new Uint8Array(Math.ceil(ids.length / 32 / 8));
    for (let at = 0; at < ids.length / 32; at++) {
      const id = ids.subarray(at * 32, at * 32 + 32);
      if (this.#places.has(`${kind}${idKey(id)}`)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    }
    return Promise.resolve(bits);
  }

  async putPack(packId: string, bytes: Uint8Array): Promise<void> {
    await this.onPut?.(packId);
    if (toHex(nodePrimitives.sha256(bytes)) !== packId) throw new Error("hash_mismatch");
    const pack = bytes.slice();
    this.packs.set(packId, pack);
    this.putBytes += pack.length;
    for (const frame of parsePackDirectory(pack).frames) {
      for (const [member, id] of frame.memberIds.entries()) {
        this.#places.set(`${frame.kind}${idKey(id)}`, { pack, frame, member });
      }
    }
  }

  commitSnapshot(manifest: Uint8Array): Promise<CommittedSnapshot> {
    this.manifests.push(manifest);
    const snapshotId = snapshotIdOf(nodePrimitives, manifest);
    return Promise.resolve({ snapshotId, commit: this.manifests.length, outcome: "complete" });
  }

  /** The plaintext of an id. */
  fetch(kind: ChunkKind, id: Uint8Array): Uint8Array {
    const place = this.#places.get(`${kind}${idKey(id)}`);
    if (place === undefined) throw new Error(`nothing has the id ${toHex(id)}`);
    const { companyId, scope, slots } = parsePackDirectory(place.pack);
    const dataKey = this.dataKeys.get(slots[place.frame.slot]?.runId ?? "");
    if (dataKey === undefined) throw new Error("no data key for this slot");
    const { offset, storedSizeBytes } = place.frame;
    const stored = place.pack.subarray(offset, offset + storedSizeBytes);
    const members = openFrame({ primitives: nodePrimitives, companyId, scope, dataKey }, place.frame, stored);
    return members[place.member] ?? new Uint8Array(0);
  }

  /** Forgets packs, as a zone that lost them. */
  forget(packIds: readonly string[]): void {
    for (const packId of packIds) this.packs.delete(packId);
    for (const [key, { pack }] of this.#places) {
      if (![...this.packs.values()].includes(pack)) this.#places.delete(key);
    }
  }
}
