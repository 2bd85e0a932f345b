import { toHex } from "../../engine/codec/hex.ts";
import { parsePackDirectory } from "../../engine/format/pack-index.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { idText } from "../domain/pack/run-directories.ts";
import { SortedKeys } from "../domain/store/memory/sorted-keys.ts";
import { isArchived, keyInBase } from "../domain/zone/tiered-zone.ts";
import { findPromisedHash } from "../zones/object-key.ts";
import type { Violate } from "./violation.ts";

/** Ids of packs by their keys, as their directories say; one for all disks, because a name proves its bytes. */
export class PackContents {
  readonly #ids = new Map<string, readonly string[]>();

  /** None of what is no pack. */
  idsOf(key: string): readonly string[] {
    return this.#ids.get(key) ?? [];
  }

  learn(key: string, bytes: Uint8Array): void {
    if (this.#ids.has(key) || !isPackKey(key)) return;
    const { frames } = parsePackDirectory(bytes);
    const ids = frames.flatMap(({ memberIds }) => memberIds.map(idText));
    this.#ids.set(key, [...new Set(ids)]);
  }
}

/** Both bases of each zone. */
export interface Bases {
  readonly disks: ReadonlyMap<string, Disk>;
  readonly archives: ReadonlyMap<string, Disk>;
}

/** Where an object of this name lies, and what it is called there. */
export function placeOf({ disks, archives }: Bases, zoneId: string, name: string) {
  return { disk: (isArchived(name) ? archives : disks).get(zoneId), key: keyInBase(name) };
}

function isPackKey(key: string): boolean {
  return key.includes("/packs/") || key.includes("/meta/");
}

/**
 * What really lies in a zone, and what of it is good. Objects come and go through the zone's port alone; faults change them behind its back. It holds everybody
 * to invariant 3 at the only place where bytes are written: what is good is never replaced, and nothing gets a name that its bytes do not have.
 */
export class Disk extends Map<string, Uint8Array> {
  readonly zoneId: string;
  readonly #violate: Violate;
  readonly #contents: PackContents;
  /** Sizes that were announced for puts under way: half of one is what a torn write leaves. */
  readonly #announced = new Map<string, number>();
  readonly #good = new Set<string>();
  /** Good once, until a fault took it. */
  readonly #damaged = new Set<string>();
  /** By id: in how many good packs, and in how many that a fault took. Those about to be deleted count no longer. */
  readonly #goodIds = new Map<string, number>();
  readonly #damagedIds = new Map<string, number>();
  readonly #doomed = new Set<string>();
  /** Names of objects that no snapshot needs any more. */
  readonly #released = new Set<string>();
  /** Until when the zone keeps objects, whoever asks. */
  readonly locks = new Map<string, Date>();
  readonly #sorted = new SortedKeys<string>();

  constructor(zoneId: string, contents: PackContents, violate: Violate) {
    super();
    this.zoneId = zoneId;
    this.#contents = contents;
    this.#violate = violate;
  }

  announce(key: string, sizeBytes: number): void {
    this.#announced.set(key, sizeBytes);
  }

  override set(key: string, bytes: Uint8Array): this {
    const promised = findPromisedHash(key);
    const isTorn = bytes.length === (this.#announced.get(key) ?? -1) >> 1;
    const isGood = promised === null ? !isTorn : toHex(nodePrimitives.sha256(bytes)) === promised;
    const before = super.get(key);
    if (before && this.#good.has(key) && !Buffer.from(before).equals(bytes)) {
      this.#violate("3", `${key} in ${this.zoneId} was good and is overwritten`);
    }
    if (!isGood && !isTorn) this.#violate("3", `${key} in ${this.zoneId} got bytes that its name does not prove`);
    this.#announced.delete(key);
    super.set(key, bytes);
    this.#sorted.add(key);
    if (isGood) this.#setGood(key, bytes);
    return this;
  }

  override delete(key: string): boolean {
    const isDecided = isPackKey(key) ? this.#doomed.has(key) : this.#released.has(key);
    const mayGo = key.startsWith("control/canary-") || isDecided;
    if (!mayGo) this.#violate("6", `${key} in ${this.zoneId} is deleted, and its deletion was never decided`);
    this.#count(this.#good, this.#goodIds, key, false);
    this.#count(this.#damaged, this.#damagedIds, key, false);
    this.#sorted.delete(key);
    return super.delete(key);
  }

  /** Keys with this prefix behind one, in order, as a zone lists them. */
  listKeys(prefix: string, after: string, limit: number): readonly string[] {
    const keys: string[] = [];
    for (const key of this.#sorted.after(after < prefix ? prefix : after)) {
      if (keys.length >= limit || !key.startsWith(prefix)) break;
      keys.push(key);
    }
    return keys;
  }

  isGood(key: string): boolean {
    return this.#good.has(key);
  }

  /** Stored whole once, and gone or changed by nobody but a fault. */
  wasStored(key: string): boolean {
    return this.#good.has(key) || this.#damaged.has(key);
  }

  holdsGood(id: string): boolean {
    return (this.#goodIds.get(id) ?? 0) > 0;
  }

  /** As far as anybody can know who did not look: a fault may have come since. */
  holds(id: string): boolean {
    return (this.#goodIds.get(id) ?? 0) > 0 || (this.#damagedIds.get(id) ?? 0) > 0;
  }

  goodKeys(): readonly string[] {
    return [...this.#good];
  }

  /** The pack under this key counts no longer: its deletion has begun. */
  doom(key: string): void {
    if (this.#doomed.has(key)) return;
    if (this.#good.has(key)) this.#addIds(this.#goodIds, key, -1);
    if (this.#damaged.has(key)) this.#addIds(this.#damagedIds, key, -1);
    this.#doomed.add(key);
  }

  /** It may be deleted from now on, and need not be there. */
  release(key: string): void {
    this.#released.add(key);
  }

  isReleased(key: string): boolean {
    return this.#released.has(key);
  }

  /** Packs that are here and locked beyond this moment. */
  *lockedPacks(nowMs: number): Generator<string> {
    for (const [key, until] of this.locks) {
      if (until.getTime() > nowMs && this.has(key) && isPackKey(key)) yield key.slice(key.lastIndexOf("/") + 1);
    }
  }

  /** One bit is wrong from now on. */
  rot(key: string, bit: number): void {
    const bytes = Uint8Array.from(super.get(key) ?? []);
    const at = (bit >>> 3) % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    super.set(key, bytes);
    this.#setDamaged(key);
  }

  /** It is not there any more, and nobody was told. */
  vanish(key: string): void {
    super.delete(key);
    // What keeps an object goes with it.
    this.locks.delete(key);
    this.#sorted.delete(key);
    this.#setDamaged(key);
  }

  #setGood(key: string, bytes: Uint8Array): void {
    this.#count(this.#damaged, this.#damagedIds, key, false);
    this.#contents.learn(key, bytes);
    this.#count(this.#good, this.#goodIds, key, true);
  }

  #setDamaged(key: string): void {
    this.#count(this.#good, this.#goodIds, key, false);
    this.#count(this.#damaged, this.#damagedIds, key, true);
  }

  #count(keys: Set<string>, ids: Map<string, number>, key: string, isAdded: boolean): void {
    if (keys.has(key) === isAdded) return;
    if (isAdded) keys.add(key);
    else keys.delete(key);
    if (!this.#doomed.has(key)) this.#addIds(ids, key, isAdded ? 1 : -1);
  }

  #addIds(counts: Map<string, number>, key: string, change: number): void {
    for (const id of this.#contents.idsOf(key)) counts.set(id, (counts.get(id) ?? 0) + change);
  }
}
