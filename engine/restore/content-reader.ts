import { IntegrityError, isBadBytes } from "../codec/format-error.ts";
import { idKey } from "../ids/chunk-id.ts";
import type { PackSource } from "../ports/pack-source.ts";
import type { Primitives } from "../ports/primitives.ts";
import { type FrameToOpen, getFrame, type OpenedMember, openMembers } from "./frame-opener.ts";
import { readGoodMembers } from "./good-copy.ts";
import type { CataloguedPack, MemberPlace, PackCatalogue } from "./pack-catalogue.ts";
import { PackSourceError } from "./pack-source-error.ts";
import { planRestore, type RestoreRequest, type WantedFrame } from "./plan-restore.ts";
import { RestoreError } from "./restore-error.ts";
import { TriedPacks } from "./tried-packs.ts";

const NOWHERE = "a chunk is in no pack that any zone can give";

export interface ContentReaderOptions {
  readonly source: PackSource;
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly catalogue: PackCatalogue;
  readonly chunkIdKey: Uint8Array;
  /** Opens frames somewhere else, as in workers; here when it is absent. */
  readonly openRange?: RangeOpening;
  /** Memory for a range; new for each when it is absent. At least one byte more, so that a reader sees the end. */
  readonly takeMemory?: (sizeBytes: number) => Uint8Array;
}

/** One frame of a range, and which of its members are wanted. */
export interface FrameOfRange extends FrameToOpen {
  /** In the range. */
  readonly offset: number;
  readonly used: readonly number[];
}

/**
 * Opens frames of one range and proves their used members, each as `openMembers` does and with its errors.
 *
 * @param bytes belong to who opens; what is opened may lie in them, and belongs to the reader
 * @returns for each frame, in order
 */
export type RangeOpening = (bytes: Uint8Array, frames: readonly FrameOfRange[]) => readonly OpenedMembers[];
type OpenedMembers = Promise<readonly OpenedMember[]>;

/** A chunk's bytes, or why no copy of it can be had. */
export type FetchedChunk = Uint8Array | RestoreError;

/** Used members of one frame. */
interface FrameUse {
  readonly pack: CataloguedPack;
  readonly frame: number;
  readonly members: Set<number>;
}

/**
 * Reads chunks into memory, in whatever order costs the fewest requests: for readers that need documents one after the other,
 * as an archive or a preview does. Memory: the chunks that were asked for, and one request.
 */
export class ContentReader {
  readonly #options: ContentReaderOptions;
  readonly #openRange: RangeOpening;

  constructor(options: ContentReaderOptions) {
    this.#options = options;
    this.#openRange = options.openRange ?? openHere(options);
  }

  /**
   * @param ids may repeat; the caller bounds how much they weigh
   * @returns by `idKey`, for every id
   * @throws PackSourceError when nothing can be read any more
   */
  async fetch(ids: readonly Uint8Array[]): Promise<Map<string, FetchedChunk>> {
    const unique = new Map(ids.map((id) => [idKey(id), id]));
    const chunks = new Map<string, FetchedChunk>();
    const tried = new TriedPacks();
    let places = await this.#options.catalogue.place(unique, 1);
    for (const key of unique.keys()) {
      if (!places.has(key)) chunks.set(key, new RestoreError("no_good_copy", NOWHERE));
    }
    while (places.size > 0) {
      await this.#readAll(places, chunks);
      const unread = [...places].filter(([key]) => chunks.get(key) instanceof RestoreError);
      const again = new Map(unread.map(([key, place]) => [key, tried.add(place)]));
      places = await this.#options.catalogue.placeElsewhere(again, 1);
    }
    return chunks;
  }

  async #readAll(places: ReadonlyMap<string, MemberPlace>, chunks: Map<string, FetchedChunk>): Promise<void> {
    const uses = new Map<string, FrameUse>();
    for (const place of places.values()) use(uses, place);
    for (const request of planRestore(wantedFrames(uses))) await this.#read(request, uses, chunks);
  }

  async #read(request: RestoreRequest, uses: Map<string, FrameUse>, chunks: Map<string, FetchedChunk>): Promise<void> {
    const wanted = request.frames.flatMap(({ frame }) => uses.get(useKey(request.packId, frame)) ?? []);
    const fetched = await this.#tryRange(request);
    const opened = fetched && this.#open(wanted, fetched.bytes, request.offset);
    const firstOf = (one: FrameUse) => fetched && { zoneId: fetched.zoneId, members: opened?.get(one) };
    await Promise.all(wanted.map((one) => this.#readFrame(one, firstOf(one), chunks)));
  }

  /** What no data key opens is absent. @param offset where in the pack the bytes begin */
  #open(wanted: readonly FrameUse[], bytes: Uint8Array, offset: number): Map<FrameUse, OpenedMembers> {
    const frames = wanted.flatMap((use) => {
      const { index, dataKeys } = use.pack;
      const frame = getFrame(index, use.frame);
      const dataKey = dataKeys.get(frame.slot);
      return dataKey ? [{ use, index, frame, dataKey, offset: frame.offset - offset, used: [...use.members] }] : [];
    });
    const opened = new Map<FrameUse, OpenedMembers>();
    for (const [at, members] of this.#openRange(bytes, frames).entries()) {
      const use = frames[at]?.use;
      // Whoever reads the frame hears of it; until then it must not count as forgotten.
      members.catch(() => {});
      if (use) opened.set(use, members);
    }
    return opened;
  }

  async #tryRange(request: RestoreRequest): Promise<{ bytes: Uint8Array; zoneId: string } | null> {
    try {
      const into = this.#options.takeMemory?.(request.sizeBytes);
      return await this.#options.source.range(request.packId, request, into ? { into } : {});
    } catch (error) {
      // Frame by frame, other zones may still serve.
      if (error instanceof PackSourceError && (error.code === "not_found" || error.code === "damaged")) return null;
      throw error;
    }
  }

  /** @param first what came with the others of its range; other copies are read by themselves */
  async #readFrame(one: FrameUse, first: OpenedCopy | null, chunks: Map<string, FetchedChunk>): Promise<void> {
    const { pack, frame, members } = one;
    const { source } = this.#options;
    const { offset, storedSizeBytes } = getFrame(pack.index, frame);
    const range = { offset, sizeBytes: storedSizeBytes };
    let next = first;
    try {
      const { members: opened, problem } = await readGoodMembers(source, {
        packId: pack.packId,
        frame,
        read: async (options) =>
          next ? { zoneId: next.zoneId, bytes: NOTHING } : source.range(pack.packId, range, options),
        open: async (stored) => {
          const opened = next ? next.members : this.#open([one], stored, offset).get(one);
          next = null;
          if (opened === undefined) throw new IntegrityError("bad_slot", "no data key opens this frame");
          return opened;
        },
      });
      if (problem) for (const member of members) chunks.set(keyOf(one, member), problem);
      for (const { member, bytes } of opened) chunks.set(keyOf(one, member), bytes);
    } catch (error) {
      const reason = toRestoreError(error);
      for (const member of members) chunks.set(keyOf(one, member), reason);
    }
  }
}

/** Of one frame, from one zone. */
interface OpenedCopy {
  readonly zoneId: string;
  readonly members: OpenedMembers | undefined;
}

/** Stands for bytes that are opened already. */
const NOTHING = new Uint8Array(0);

function toRestoreError(error: unknown): RestoreError {
  if (error instanceof RestoreError) return error;
  // A line that is lost, or a reader who may not read any more, says nothing about this chunk.
  const isGone = error instanceof PackSourceError && (error.code === "not_found" || error.code === "damaged");
  if (!isGone && !isBadBytes(error)) throw error;
  return new RestoreError("no_good_copy", error.message);
}

function openHere({ primitives, companyId, chunkIdKey }: ContentReaderOptions): RangeOpening {
  const tools = { primitives, companyId, chunkIdKey };
  return (bytes, frames) =>
    frames.map(async ({ offset, used, ...frame }) => {
      const stored = bytes.subarray(offset, offset + frame.frame.storedSizeBytes);
      // Copies, so that one small chunk does not keep its whole frame.
      return openMembers(tools, frame, { stored, used }).map(({ member, bytes }) => ({ member, bytes: bytes.slice() }));
    });
}

function keyOf({ pack, frame }: FrameUse, member: number): string {
  return idKey(getFrame(pack.index, frame).memberIds[member] ?? new Uint8Array(0));
}

function useKey(packId: string, frame: number): string {
  return `${packId}/${frame}`;
}

function use(uses: Map<string, FrameUse>, { pack, frame, member }: MemberPlace): void {
  const key = useKey(pack.packId, frame);
  const one = uses.get(key) ?? { pack, frame, members: new Set<number>() };
  one.members.add(member);
  uses.set(key, one);
}

function* wantedFrames(uses: ReadonlyMap<string, FrameUse>): Generator<WantedFrame> {
  for (const { pack, frame } of uses.values()) {
    const { offset, storedSizeBytes } = getFrame(pack.index, frame);
    yield { packId: pack.packId, frame, offset, storedSizeBytes };
  }
}
