import { FormatError, type IntegrityError, isBadBytes } from "../codec/format-error.ts";
import type { ChangeListTop, ChangeRow } from "../format/change-list.ts";
import { idKey } from "../ids/chunk-id.ts";
import { type ChangeListReader, findLeaf } from "../tree/change-list-reader.ts";
import type { LeafRows } from "../tree/leaf-rows.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { RestoreError } from "./restore-error.ts";

/** What is known of a path after one change list: its row, null where no list ever named it, or why the list cannot be read. */
export type DocumentState = ChangeRow | null | Error;

/** Top pages and leaves that were proven: enough for thousands of snapshots with some hundred changes each. */
const CACHED_BYTES = 32 * 1024 * 1024;
/** About what a decoded row of a top page takes. */
const TOP_ROW_BYTES = 400;
/** Lists that are loaded side by side; as many packs as a page store knows at once. */
const BATCH = 64;
/** Lists from one back to its baseline: agents write a merged list every 32nd run. A chain without end is forged. */
const MAX_CHAIN = 10_000;

/** Where pages are prepared before they are fetched. */
export interface PreparingFetcher {
  prepare(ids: readonly Uint8Array[], kind: 3): Promise<void>;
}

/**
 * Follows the change lists of a source. What was read once stays proven in memory, so that the history of the next path costs nothing.
 *
 * Every snapshot is asked for its own list. A merged list stands for all since its base, and whoever followed parents alone would
 * miss what happened in between; a source whose agent lost its cache has several chains, each with its own baseline.
 */
export class ChangeHistory {
  readonly #reader: ChangeListReader;
  readonly #fetcher: PreparingFetcher;
  readonly #tops = new BoundedCache<ChangeListTop>(CACHED_BYTES);
  readonly #leaves = new BoundedCache<LeafRows>(CACHED_BYTES);

  constructor(reader: ChangeListReader, fetcher: PreparingFetcher) {
    this.#reader = reader;
    this.#fetcher = fetcher;
  }

  /**
   * The state of a path after each of these lists, in their order.
   *
   * @throws PackSourceError when nothing can be read any more
   */
  async states(topIds: readonly Uint8Array[], pathHash: Uint8Array): Promise<DocumentState[]> {
    for (let from = 0; from < topIds.length; from += BATCH) {
      await this.#load(topIds.slice(from, from + BATCH), pathHash);
    }
    const known = new Map<string, DocumentState>();
    const states: DocumentState[] = [];
    for (const topId of topIds) states.push(await this.#follow(topId, pathHash, known));
    return states;
  }

  /** @throws as ChangeListReader */
  async top(topId: Uint8Array): Promise<ChangeListTop> {
    const key = idKey(topId);
    const known = this.#tops.get(key);
    if (known !== undefined) return known;
    const top = await this.#reader.top(topId);
    this.#tops.set(key, top, (1 + top.leaves.length) * TOP_ROW_BYTES);
    return top;
  }

  /** All rows of one list; they are not kept. */
  rows(top: ChangeListTop): AsyncIterable<readonly ChangeRow[]> {
    return this.#reader.rows(top);
  }

  /** Fetches side by side what `#follow` is going to ask for; what fails here fails there again, and is told. */
  async #load(topIds: readonly Uint8Array[], pathHash: Uint8Array): Promise<void> {
    const missing = topIds.filter((id) => this.#tops.get(idKey(id)) === undefined);
    if (missing.length > 0) await this.#fetcher.prepare(missing, 3);
    const tops = await Promise.allSettled(topIds.map((id) => this.top(id)));
    const leaves = tops.flatMap((top) => (top.status === "fulfilled" ? (findLeaf(top.value, pathHash) ?? []) : []));
    const unread = leaves.filter(({ pageId }) => this.#leaves.get(idKey(pageId)) === undefined);
    if (unread.length === 0) return;
    await this.#fetcher.prepare(
      unread.map(({ pageId }) => pageId),
      3,
    );
    const found = tops.flatMap((top) => (top.status === "fulfilled" ? [top.value] : []));
    await Promise.allSettled(found.map((top) => this.#find(top, pathHash)));
  }

  async #find(top: ChangeListTop, pathHash: Uint8Array): Promise<ChangeRow | null> {
    const leafRow = findLeaf(top, pathHash);
    if (leafRow === null) return null;
    const key = idKey(leafRow.pageId);
    const rows = this.#leaves.get(key) ?? (await this.#reader.leafRows(leafRow));
    this.#leaves.set(key, rows, rows.sizeBytes);
    return rows.find(pathHash);
  }

  /** A list that says nothing of a path leaves it as its parent does. */
  async #follow(topId: Uint8Array, pathHash: Uint8Array, known: Map<string, DocumentState>): Promise<DocumentState> {
    const onTheWay: string[] = [];
    let state: DocumentState | undefined;
    try {
      for (let next: Uint8Array | null = topId; next !== null; ) {
        const key = idKey(next);
        state = known.get(key);
        if (state !== undefined) break;
        if (onTheWay.push(key) > MAX_CHAIN) throw new FormatError("too_deep", "a chain of change lists has no end");
        const top: ChangeListTop = await this.top(next);
        state = (await this.#find(top, pathHash)) ?? undefined;
        if (state !== undefined) break;
        next = top.parentId;
      }
    } catch (error) {
      if (!isOfThisListOnly(error)) throw error;
      state = error;
    }
    for (const key of onTheWay) known.set(key, state ?? null);
    return state ?? null;
  }
}

/** Bad or missing in each zone; the lists of other snapshots may still be read. */
function isOfThisListOnly(error: unknown): error is FormatError | IntegrityError | RestoreError {
  return isBadBytes(error) || error instanceof RestoreError;
}
