import { packIndexBytes, parsePackDirectory } from "../../format/pack-index.ts";
import { idKey } from "../../ids/chunk-id.ts";
import type { ChunkLocation } from "../../ports/chunk-index.ts";
import type { BadCopy, PackBytes, PackRange, PackReadOptions, PackSource } from "../../ports/pack-source.ts";
import { PackSourceError } from "../pack-source-error.ts";

/** Packs and manifests of two zones in memory; tests damage single copies. Answers are copies of what is kept. */
export class MemoryPackSource implements PackSource {
  readonly zones: readonly [Map<string, Uint8Array>, Map<string, Uint8Array>] = [new Map(), new Map()];
  readonly manifests = new Map<string, Uint8Array>();
  readonly reports: BadCopy[] = [];
  /** Zones, by name, that answer nothing. */
  readonly downZones = new Set<string>();
  /** Changes the next range on its way to the reader, once. */
  garbleNext: ((bytes: Uint8Array) => Uint8Array) | null = null;
  /** Requests for ranges, and how many ids were asked for. */
  readonly ranges: PackRange[] = [];
  locatedIds = 0;
  /** Newest last. */
  readonly #places = new Map<string, ChunkLocation[]>();

  addPack(packId: string, bytes: Uint8Array): void {
    for (const zone of this.zones) zone.set(packId, bytes.slice());
    for (const [frame, { memberIds }] of parsePackDirectory(bytes).frames.entries()) {
      for (const id of memberIds)
        this.#places.set(idKey(id), [...(this.#places.get(idKey(id)) ?? []), { packId, frame }]);
    }
  }

  /** Changes one zone's copy. */
  damage(zone: 0 | 1, packId: string, change: (bytes: Uint8Array) => Uint8Array): void {
    this.zones[zone].set(packId, change((this.zones[zone].get(packId) ?? new Uint8Array(0)).slice()));
  }

  async locate(ids: readonly Uint8Array[]): Promise<readonly (ChunkLocation | null)[]> {
    this.locatedIds += ids.length;
    return ids.map((id) => this.#places.get(idKey(id))?.at(-1) ?? null);
  }

  async locateCopies(ids: readonly Uint8Array[]): Promise<readonly (readonly ChunkLocation[])[]> {
    return ids.map((id) => this.#places.get(idKey(id)) ?? []);
  }

  async packIndex(packId: string, options: PackReadOptions = {}): Promise<PackBytes> {
    const { bytes, zoneId } = this.#find(packId, options);
    return { bytes: packIndexBytes(bytes), zoneId };
  }

  async range(packId: string, range: PackRange, options: PackReadOptions = {}): Promise<PackBytes> {
    this.ranges.push(range);
    const { bytes, zoneId } = this.#find(packId, options);
    if (range.offset + range.sizeBytes > bytes.length)
      throw new PackSourceError("damaged", "beyond the end of the pack");
    const answer = bytes.slice(range.offset, range.offset + range.sizeBytes);
    const garble = this.garbleNext;
    this.garbleNext = null;
    return { bytes: garble ? garble(answer) : answer, zoneId };
  }

  async manifest(snapshotId: string): Promise<Uint8Array> {
    const found = this.manifests.get(snapshotId);
    if (!found) throw new PackSourceError("not_found", `no snapshot ${snapshotId}`);
    return found.slice();
  }

  async reportBadCopy(copy: BadCopy): Promise<void> {
    this.reports.push(copy);
  }

  #find(packId: string, { excludeZones = [] }: PackReadOptions): PackBytes {
    for (const [at, zone] of this.zones.entries()) {
      const zoneId = `zone${at + 1}`;
      const bytes = zone.get(packId);
      if (bytes && !excludeZones.includes(zoneId) && !this.downZones.has(zoneId)) return { bytes, zoneId };
    }
    throw new PackSourceError("not_found", `no zone has pack ${packId}`);
  }
}
