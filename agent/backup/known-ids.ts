import { IdSet } from "../../engine/backup/id-set.ts";
import { concatBytes } from "../../engine/codec/hex.ts";
import type { ChunkKind } from "../../engine/ports/chunk-index.ts";

/** Asks the server; one bit for each id, least significant first. */
export type AskKnown = (kind: ChunkKind, ids: Uint8Array) => Promise<Uint8Array>;

const ID_SIZE_BYTES = 32;
/** contracts/limits.ts: what one request takes. */
const MAX_IDS_A_REQUEST = 10_000;
/** 8 MiB at most, for 80 GB of chunks; further ids are asked about again. */
const MAX_REMEMBERED_IDS = 1 << 18;

interface Waiting {
  readonly ids: readonly Uint8Array[];
  /** For each id: its place in the caller's answer. */
  readonly places: readonly number[];
  readonly isNeeded: Uint8Array;
  readonly resolve: (isNeeded: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Says which chunks have to be stored. An id is given out once: whoever asks first stores it, everybody after that is
 * told no. Questions that come while a request is under way go into the next one together.
 */
export class KnownIds {
  readonly #ask: AskKnown;
  readonly #kind: ChunkKind;
  readonly #seen = new IdSet(MAX_REMEMBERED_IDS);
  #waiting: Waiting[] = [];
  #isAsking = false;

  constructor(kind: ChunkKind, ask: AskKnown) {
    this.#kind = kind;
    this.#ask = ask;
  }

  /** For each id one byte: 1 when the caller has to store it. */
  selectNeeded(ids: readonly Uint8Array[]): Promise<Uint8Array> {
    const isNeeded = new Uint8Array(ids.length);
    const open: Uint8Array[] = [];
    const places: number[] = [];
    for (const [place, id] of ids.entries()) {
      if (!this.#seen.add(id)) continue;
      open.push(id);
      places.push(place);
    }
    if (open.length === 0) return Promise.resolve(isNeeded);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ids: open, places, isNeeded, resolve, reject });
      void this.#askNext();
    });
  }

  /** Everything is asked about again, because earlier answers do not hold any more. */
  forget(): void {
    this.#seen.clear();
  }

  async #askNext(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#answer(batch);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#isAsking = false;
  }

  #takeBatch(): Waiting[] {
    let count = 0;
    let taken = 0;
    for (const waiting of this.#waiting) {
      if (taken > 0 && count + waiting.ids.length > MAX_IDS_A_REQUEST) break;
      count += waiting.ids.length;
      taken += 1;
    }
    return this.#waiting.splice(0, taken);
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    const ids = batch.flatMap((waiting) => waiting.ids);
    const bits: Uint8Array[] = [];
    for (let at = 0; at < ids.length; at += MAX_IDS_A_REQUEST) {
      bits.push(await this.#ask(this.#kind, concatBytes(...ids.slice(at, at + MAX_IDS_A_REQUEST))));
    }
    let asked = 0;
    for (const { places, isNeeded, resolve } of batch) {
      for (const place of places) {
        const part = bits[Math.floor(asked / MAX_IDS_A_REQUEST)];
        const bit = asked % MAX_IDS_A_REQUEST;
        const isKnown = (((part?.[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
        isNeeded[place] = isKnown ? 0 : 1;
        asked += 1;
      }
      resolve(isNeeded);
    }
  }
}

/** Ids that stand one after the other. */
export function splitIds(joined: Uint8Array): Uint8Array[] {
  const ids: Uint8Array[] = [];
  for (let at = 0; at < joined.length; at += ID_SIZE_BYTES) ids.push(joined.subarray(at, at + ID_SIZE_BYTES));
  return ids;
}
