import { IntegrityError } from "../codec/format-error.ts";
import { compareBytes, toHex } from "../codec/hex.ts";
import type { FrameEntry } from "../format/pack-index.ts";
import { idKey } from "../ids/chunk-id.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { PackReadOptions, PackSource } from "../ports/pack-source.ts";
import type { Primitives } from "../ports/primitives.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { BadMembersError, getFrame, type OpenedMember, openMembers } from "./frame-opener.ts";
import { readGoodCopy } from "./good-copy.ts";
import type { CataloguedPack, MemberPlace, PackCatalogue } from "./pack-catalogue.ts";
import { PackSourceError } from "./pack-source-error.ts";
import { RestoreError } from "./restore-error.ts";
import { getScopeKey, type ReaderKeys } from "./restore-keys.ts";
import { TriedPacks } from "./tried-packs.ts";

const MIB = 1024 * 1024;
/** Opened pages: those on the way down, and the neighbours that came with them. */
const CACHED_PAGE_BYTES = 24 * MIB;
/** Read along with a frame that is needed: pages of one tree lie together, children before their parents. */
const READ_AHEAD_BYTES = 1 * MIB;
const READ_BEHIND_BYTES = 256 * 1024;
/** Meta packs whose members are known by id. */
const MAX_KNOWN_PACKS = 64;

export interface PageStoreOptions {
  readonly source: PackSource;
  readonly catalogue: PackCatalogue;
  readonly primitives: Primitives;
  readonly keys: ReaderKeys;
}

/** Fetches pages by id through the packs in which they lie: verified, and kept for a while. */
export class PageStore {
  readonly #options: PageStoreOptions;
  readonly #pages = new BoundedCache<Uint8Array>(CACHED_PAGE_BYTES);
  /** Newest last. */
  readonly #known = new Map<string, Map<string, MemberPlace>>();

  constructor(options: PageStoreOptions) {
    this.#options = options;
  }

  /** @throws RestoreError `no_good_copy`; PackSourceError */
  async fetchPage(id: Uint8Array, kind: ChunkKind): Promise<Uint8Array> {
    const key = `${kind}${idKey(id)}`;
    const cached = this.#pages.get(key);
    if (cached) return cached;
    const tried = new TriedPacks();
    for (let place = this.#findKnown(key) ?? (await this.#locate(id, kind, key)); ; ) {
      const page = await this.#readFrom(place, { id, key });
      if (page instanceof Uint8Array) return page;
      const again = new Map([[idKey(id), tried.add(place)]]);
      const other = (await this.#options.catalogue.placeElsewhere(again, kind)).get(idKey(id));
      if (!other) throw page;
      place = other;
    }
  }

  /**
   * Finds out by one question where many pages lie, so that fetching each of them asks none; for up to 64 at a time, as many packs
   * as are known at once. What is not found is told by `fetchPage`.
   */
  async prepare(ids: readonly Uint8Array[], kind: ChunkKind): Promise<void> {
    const missing = ids.filter((id) => {
      const key = `${kind}${idKey(id)}`;
      return this.#pages.get(key) === undefined && this.#findKnown(key) === undefined;
    });
    const places = await this.#options.catalogue.place(new Map(missing.map((id) => [idKey(id), id])), kind);
    for (const { pack } of places.values()) if (!this.#known.has(pack.packId)) this.#learn(pack);
  }

  /** @returns the page, or why this pack does not give it */
  async #readFrom(
    place: MemberPlace,
    { id, key }: { id: Uint8Array; key: string },
  ): Promise<Uint8Array | RestoreError> {
    let problem: RestoreError;
    try {
      await this.#readByAnyIndex(place, id);
      problem = new RestoreError("no_good_copy", `pack ${place.pack.packId} does not give page ${toHex(id)}`);
    } catch (error) {
      const isThisPackOnly =
        error instanceof PackSourceError && (error.code === "not_found" || error.code === "damaged");
      if (isThisPackOnly) problem = new RestoreError("no_good_copy", error.message);
      else if (error instanceof RestoreError) problem = error;
      else throw error;
    }
    return this.#pages.get(key) ?? problem;
  }

  #findKnown(key: string): MemberPlace | undefined {
    for (const members of this.#known.values()) {
      const place = members.get(key);
      if (place) return place;
    }
    return undefined;
  }

  async #locate(id: Uint8Array, kind: ChunkKind, key: string): Promise<MemberPlace> {
    const place = (await this.#options.catalogue.place(new Map([[idKey(id), id]]), kind)).get(idKey(id));
    if (!place) {
      throw new RestoreError(
        "no_good_copy",
        `no pack in any zone holds page ${toHex(id)}, which this snapshot needs; ask the provider to check the snapshot`,
      );
    }
    this.#learn(place.pack);
    return this.#findKnown(key) ?? place;
  }

  #learn(pack: CataloguedPack): void {
    const members = new Map<string, MemberPlace>();
    for (const [frame, entry] of pack.index.frames.entries()) {
      for (const [member, id] of entry.memberIds.entries()) {
        members.set(`${entry.kind}${idKey(id)}`, { pack, frame, member });
      }
    }
    this.#known.set(pack.packId, members);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN_PACKS && oldest !== undefined) this.#known.delete(oldest);
  }

  /** When no copy of a frame is good, it may be the directory that is not: then another zone's is tried. */
  async #readByAnyIndex(place: MemberPlace, id: Uint8Array): Promise<void> {
    try {
      await this.#readAround(place);
    } catch (error) {
      if (!(error instanceof RestoreError)) throw error;
      const other = await this.#options.catalogue.findOtherCopy(place.pack);
      const frame = other?.index.frames.findIndex(({ memberIds }) =>
        memberIds.some((one) => compareBytes(one, id) === 0),
      );
      if (!other || frame === undefined || frame < 0) throw error;
      this.#learn(other);
      await this.#readAround({ pack: other, frame, member: 0 });
    }
  }

  /** Reads the frame and its neighbours in one request; only the frame itself has to be good. */
  async #readAround({ pack, frame }: MemberPlace): Promise<void> {
    const { source } = this.#options;
    const [first, last] = neighbours(pack.index.frames, frame);
    const wanted = getFrame(pack.index, frame);
    const start = getFrame(pack.index, first).offset;
    const lastEntry = getFrame(pack.index, last);
    const range = { offset: start, sizeBytes: lastEntry.offset + lastEntry.storedSizeBytes - start };
    await readGoodCopy(source, {
      packId: pack.packId,
      frame,
      read: (options: PackReadOptions) => source.range(pack.packId, range, options),
      open: (bytes) => {
        const stored = (entry: FrameEntry) =>
          bytes.subarray(entry.offset - start, entry.offset - start + entry.storedSizeBytes);
        this.#open(pack, wanted, stored(wanted));
        for (let at = first; at <= last; at++) {
          if (at !== frame) this.#tryOpen(pack, getFrame(pack.index, at), stored);
        }
      },
    });
  }

  #tryOpen(pack: CataloguedPack, entry: FrameEntry, stored: (entry: FrameEntry) => Uint8Array): void {
    try {
      this.#open(pack, entry, stored(entry));
    } catch {
      // Whoever needs this one asks for it by name, and hears then what is wrong with it.
    }
  }

  #open(pack: CataloguedPack, entry: FrameEntry, stored: Uint8Array): void {
    const { primitives, keys } = this.#options;
    const dataKey = pack.dataKeys.get(entry.slot);
    if (!dataKey) throw new IntegrityError("bad_slot", "a frame names a key slot that is not there");
    const tools = { primitives, companyId: keys.companyId, chunkIdKey: getScopeKey(keys, pack.index.scope) };
    const used = entry.memberIds.map((_, member) => member);
    try {
      this.#keep(entry, openMembers(tools, { index: pack.index, frame: entry, dataKey }, { stored, used }));
    } catch (error) {
      if (error instanceof BadMembersError) this.#keep(entry, error.good);
      throw error;
    }
  }

  #keep(entry: FrameEntry, members: readonly OpenedMember[]): void {
    for (const { member, bytes } of members) {
      const id = entry.memberIds[member];
      if (id) this.#pages.set(`${entry.kind}${idKey(id)}`, bytes, bytes.length);
    }
  }
}

/** Of the same kind alone: who follows change lists needs no tree, and the other way round. */
function neighbours(frames: readonly FrameEntry[], at: number): [first: number, last: number] {
  const kind = frames[at]?.kind;
  let [first, last] = [at, at];
  for (let bytes = 0; frames[first - 1]?.kind === kind; first--) {
    bytes += frames[first - 1]?.storedSizeBytes ?? 0;
    if (bytes > READ_BEHIND_BYTES) break;
  }
  for (let bytes = 0; frames[last + 1]?.kind === kind; last++) {
    bytes += frames[last + 1]?.storedSizeBytes ?? 0;
    if (bytes > READ_AHEAD_BYTES) break;
  }
  return [first, last];
}
