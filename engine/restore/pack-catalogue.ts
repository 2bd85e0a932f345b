import { IntegrityError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import { type PackIndex, parsePackIndex } from "../format/pack-index.ts";
import { idKey } from "../ids/chunk-id.ts";
import type { ChunkKind, ChunkLocation } from "../ports/chunk-index.ts";
import type { PackSource } from "../ports/pack-source.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { readGoodCopy } from "./good-copy.ts";
import { PackSourceError } from "./pack-source-error.ts";
import { RestoreError } from "./restore-error.ts";
import type { DataKeys } from "./restore-keys.ts";

/** A pack index that was read: as bytes, to hand it on, and parsed. */
export interface CataloguedPack {
  readonly packId: string;
  readonly bytes: Uint8Array;
  readonly index: PackIndex;
  /** Where this copy of the index is from. */
  readonly zoneId: string;
  /** Opened, by slot number. */
  readonly dataKeys: ReadonlyMap<number, Uint8Array>;
}

/** Where one member lies. */
export interface MemberPlace {
  readonly pack: CataloguedPack;
  readonly frame: number;
  readonly member: number;
}

/** An id, and the packs in which no good copy of it was found. */
export interface TriedId {
  readonly id: Uint8Array;
  readonly packIds: ReadonlySet<string>;
}

/** Pack indexes that are kept; parsed they take about four times that. */
const CACHED_INDEX_BYTES = 12 * 1024 * 1024;
/** Ids in one question to the service. */
const MAX_LOCATED = 10_000;
/** Ids that are asked first: what was backed up together lies together, so a few of them lead to all. */
const SAMPLE = 128;
/** Ids in one question for other copies. */
const MAX_COPIES_ASKED = 256;
/** When a sample places less than this share of what is missing, all the rest is asked. */
const GOOD_SAMPLE_SHARE = 0.2;

/** Finds members in packs, asking the service as little as possible: one known index answers for all that lie in it. */
export class PackCatalogue {
  readonly #source: PackSource;
  readonly #companyId: string;
  readonly #dataKeys: DataKeys;
  readonly #packs = new BoundedCache<CataloguedPack>(CACHED_INDEX_BYTES);
  readonly #loading = new Map<string, Promise<CataloguedPack>>();

  constructor({ source, companyId, dataKeys }: { source: PackSource; companyId: string; dataKeys: DataKeys }) {
    this.#source = source;
    this.#companyId = companyId;
    this.#dataKeys = dataKeys;
  }

  /** @throws RestoreError `no_good_copy`; PackSourceError */
  async getPack(packId: string): Promise<CataloguedPack> {
    const known = this.#packs.get(packId);
    if (known) return known;
    const loading = this.#loading.get(packId) ?? this.#load(packId, []);
    this.#loading.set(packId, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(packId);
    }
  }

  /**
   * Another zone's copy of an index that led nowhere: a directory is proven only by the frames that it describes. The
   * other copy is used from now on.
   *
   * @returns null when there is none that differs
   */
  async findOtherCopy({ packId, zoneId, bytes }: CataloguedPack): Promise<CataloguedPack | null> {
    const other = await this.#tryLoad(packId, [zoneId]);
    if (other === null || compareBytes(other.bytes, bytes) === 0) return null;
    await this.#source.reportBadCopy({ packId, zoneId, frame: null, code: "bad_directory" });
    return other;
  }

  /**
   * Places each id; what no pack holds that can be read is absent from the answer.
   *
   * @param ids by their keys (`idKey`), in the order in which they were written if possible
   */
  async place(ids: ReadonlyMap<string, Uint8Array>, kind: ChunkKind): Promise<Map<string, MemberPlace>> {
    const search = new Search(ids, kind);
    while (search.missing.size > 0) {
      const before = search.missing.size;
      const isLast = !search.canSample;
      const asked = search.nextQuestion(isLast ? MAX_LOCATED : SAMPLE);
      if (asked.length === 0) break;
      await this.#answer(search, asked);
      search.canSample = !isLast && before - search.missing.size >= before * GOOD_SAMPLE_SHARE;
    }
    if (search.misled.size === 0) return search.places;
    const elsewhere = await this.placeElsewhere(search.misled, kind);
    return new Map([...search.places, ...elsewhere]);
  }

  /**
   * Places ids in packs that were not tried yet: for those whose copy turned out to be bad in each zone, be it lost or the garbage of
   * a machine that lies. What no other pack holds is absent from the answer.
   *
   * @param ids by their keys
   */
  async placeElsewhere(ids: ReadonlyMap<string, TriedId>, kind: ChunkKind): Promise<Map<string, MemberPlace>> {
    const places = new Map<string, MemberPlace>();
    const all = [...ids];
    for (let from = 0; from < all.length; from += MAX_COPIES_ASKED) {
      const asked = all.slice(from, from + MAX_COPIES_ASKED);
      const copies = await this.#source.locateCopies(asked.map(([, { id }]) => id));
      for (const [at, [key, { packIds }]] of asked.entries()) {
        const untried = (copies[at] ?? []).filter(({ packId }) => !packIds.has(packId));
        const place = await this.#placeInOneOf(untried, key, kind);
        if (place) places.set(key, place);
      }
    }
    return places;
  }

  async #placeInOneOf(copies: readonly ChunkLocation[], key: string, kind: ChunkKind): Promise<MemberPlace | null> {
    for (const { packId, frame } of copies) {
      const pack = await this.#tryLoad(packId, []);
      const entry = pack?.index.frames[frame];
      const member = entry?.kind === kind ? entry.memberIds.findIndex((id) => idKey(id) === key) : -1;
      if (pack && member >= 0) return { pack, frame, member };
    }
    return null;
  }

  async #answer(search: Search, asked: readonly AskedId[]): Promise<void> {
    const locations = await this.#source.locate(asked.map(([, id]) => id));
    const packIds = new Set(locations.flatMap((location) => (location ? [location.packId] : [])));
    for (const [key] of asked) search.asked.add(key);
    const packs = await Promise.all([...packIds].map((packId) => this.#tryLoad(packId, [])));
    for (const pack of packs) {
      if (pack === null) continue;
      search.take(pack);
      if (!this.#isMisled(search, pack, { asked, locations })) continue;
      const other = await this.findOtherCopy(pack);
      if (other) search.take(other);
    }
    for (const [at, [key]] of asked.entries()) {
      const location = locations[at];
      if (location) search.noteMisled(key, location.packId);
    }
  }

  /** The service says that the pack holds an id, and this copy of its directory does not. */
  #isMisled(
    search: Search,
    { packId }: CataloguedPack,
    { asked, locations }: { asked: readonly AskedId[]; locations: readonly (ChunkLocation | null)[] },
  ): boolean {
    return asked.some(([key], at) => locations[at]?.packId === packId && search.missing.has(key));
  }

  /** Null when no zone has this pack's index in a form that can be read; that is for each document to tell. */
  async #tryLoad(packId: string, excludeZones: readonly string[]): Promise<CataloguedPack | null> {
    try {
      return excludeZones.length === 0 ? await this.getPack(packId) : await this.#load(packId, excludeZones);
    } catch (error) {
      const isThisPackOnly =
        (error instanceof RestoreError && error.code === "no_good_copy") ||
        (error instanceof PackSourceError && (error.code === "not_found" || error.code === "damaged"));
      if (isThisPackOnly) return null;
      throw error;
    }
  }

  async #load(packId: string, excludeZones: readonly string[]): Promise<CataloguedPack> {
    let zoneId = "";
    const pack = await readGoodCopy(this.#source, {
      packId,
      frame: null,
      excludeZones,
      read: async (options) => {
        const copy = await this.#source.packIndex(packId, options);
        zoneId = copy.zoneId;
        return copy;
      },
      open: (bytes): CataloguedPack => {
        const index = parsePackIndex(bytes);
        if (index.companyId !== this.#companyId) {
          throw new IntegrityError("pack_of_other_company", `pack ${packId} is that of company ${index.companyId}`);
        }
        const opened = index.slots.map((slot, at) => [at, this.#dataKeys.open(index.scope, slot)] as const);
        return { packId, bytes, index, zoneId, dataKeys: new Map(opened) };
      },
    });
    this.#packs.set(packId, pack, pack.bytes.length);
    return pack;
  }
}

type AskedId = readonly [key: string, id: Uint8Array];

/** What is still missing while ids are being placed. */
class Search {
  readonly places = new Map<string, MemberPlace>();
  readonly missing: Map<string, Uint8Array>;
  readonly asked = new Set<string>();
  /** Those that the service placed in a pack where they are not to be found. */
  readonly misled = new Map<string, TriedId>();
  readonly #kind: ChunkKind;
  canSample: boolean;

  constructor(ids: ReadonlyMap<string, Uint8Array>, kind: ChunkKind) {
    this.#kind = kind;
    this.missing = new Map(ids);
    this.canSample = this.missing.size > 2 * SAMPLE;
  }

  /** Evenly spread over what is missing and was not asked yet. */
  nextQuestion(limit: number): AskedId[] {
    const step = Math.max(1, Math.ceil(this.missing.size / limit));
    const question: AskedId[] = [];
    let at = 0;
    for (const entry of this.missing) {
      if (at++ % step === 0 && !this.asked.has(entry[0])) question.push(entry);
    }
    // Those that were asked and not found are few; when they are in the way, the rest is looked through one by one.
    if (question.length > 0 || step === 1) return question;
    return [...this.missing].filter(([key]) => !this.asked.has(key)).slice(0, limit);
  }

  noteMisled(key: string, packId: string): void {
    const id = this.missing.get(key);
    if (id) this.misled.set(key, { id, packIds: new Set([packId]) });
  }

  take(pack: CataloguedPack): void {
    for (const [frame, entry] of pack.index.frames.entries()) {
      if (entry.kind !== this.#kind) continue;
      for (const [member, id] of entry.memberIds.entries()) {
        const key = idKey(id);
        if (!this.missing.delete(key)) continue;
        this.misled.delete(key);
        this.places.set(key, { pack, frame, member });
      }
    }
  }
}
