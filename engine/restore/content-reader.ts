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
  readonly openFrame?: FrameOpening;
  /** Memory for ranges; new for each when it is absent. */
  readonly ranges?: RangeMemory;
}

/** Memory that is used again: touching new pages costs a browser as much as decrypting does. */
export interface RangeMemory {
  /** At least one byte more, so that a reader sees the end. */
  take(sizeBytes: number): Uint8Array;
  /** Its bytes are no longer used. */
  give(bytes: Uint8Array): void;
}

/** Opens one frame and proves its used members, as `openMembers` does and with its errors; what it gives belongs to the reader. */
export type FrameOpening = (
  frame: FrameToOpen,
  read: { readonly stored: Uint8Array; readonly used: readonly number[] },
) => Promise<readonly OpenedMember[]>;

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
  readonly #openFrameBytes: FrameOpening;

  constructor(options: ContentReaderOptions) {
    this.#options = options;
    this.#openFrameBytes = options.openFrame ?? openHere(options);
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
    const fetched = await this.#tryRange(request);
    const open = async ({ frame }: WantedFrame) => {
      const one = uses.get(useKey(request.packId, frame));
      if (one) await this.#openFrame(one, { request, fetched, chunks });
    };
    await Promise.all(request.frames.map(open));
    if (fetched) this.#options.ranges?.give(fetched.bytes);
  }

  async #tryRange(request: RestoreRequest): Promise<{ bytes: Uint8Array; zoneId: string } | null> {
    try {
      const into = this.#options.ranges?.take(request.sizeBytes);
      return await this.#options.source.range(request.packId, request, into ? { into } : {});
    } catch (error) {
      // Frame by frame, other zones may still serve.
      if (error instanceof PackSourceError && (error.code === "not_found" || error.code === "damaged")) return null;
      throw error;
    }
  }

  async #openFrame(
    one: FrameUse,
    read: {
      request: RestoreRequest;
      fetched: { bytes: Uint8Array; zoneId: string } | null;
      chunks: Map<string, FetchedChunk>;
    },
  ): Promise<void> {
    const { pack, frame, members } = one;
    const { source } = this.#options;
    const entry = getFrame(pack.index, frame);
    const range = { offset: entry.offset, sizeBytes: entry.storedSizeBytes };
    let first = read.fetched;
    try {
      const { members: opened, problem } = await readGoodMembers(source, {
        packId: pack.packId,
        frame,
        read: async (options) => {
          if (first === null) return source.range(pack.packId, range, options);
          const start = entry.offset - read.request.offset;
          const copy = { zoneId: first.zoneId, bytes: first.bytes.subarray(start, start + range.sizeBytes) };
          first = null;
          return copy;
        },
        open: (stored) => {
          const dataKey = pack.dataKeys.get(entry.slot);
          if (!dataKey) throw new IntegrityError("bad_slot", "no data key opens this frame");
          return this.#openFrameBytes({ index: pack.index, frame: entry, dataKey }, { stored, used: [...members] });
        },
      });
      if (problem) for (const member of members) read.chunks.set(keyOf(one, member), problem);
      for (const { member, bytes } of opened) read.chunks.set(keyOf(one, member), bytes);
    } catch (error) {
      const reason = toRestoreError(error);
      for (const member of members) read.chunks.set(keyOf(one, member), reason);
    }
  }
}

function toRestoreError(error: unknown): RestoreError {
  if (error instanceof RestoreError) return error;
  // A line that is lost, or a reader who may not read any more, says nothing about this chunk.
  const isGone = error instanceof PackSourceError && (error.code === "not_found" || error.code === "damaged");
  if (!isGone && !isBadBytes(error)) throw error;
  return new RestoreError("no_good_copy", error.message);
}

function openHere({ primitives, companyId, chunkIdKey }: ContentReaderOptions): FrameOpening {
  const tools = { primitives, companyId, chunkIdKey };
  // Copies, so that one small chunk does not keep its whole frame.
  return async (frame, read) =>
    openMembers(tools, frame, read).map(({ member, bytes }) => ({ member, bytes: bytes.slice() }));
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
