import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import {
  type ChangeListLeaf,
  type ChangeListLeafRow,
  type ChangeListPage,
  type ChangeListTop,
  type ChangeRow,
  decodeChangeListPage,
} from "../format/change-list.ts";
import { chunkId } from "../ids/chunk-id.ts";
import type { TreeReaderOptions } from "./tree-reader.ts";

/**
 * Reads change lists: a hint where a path changed, to be confirmed against the snapshot's tree.
 *
 * @throws IntegrityError `bad_chunk_id`, `bad_index`, `bad_page_type`; FormatError
 */
export class ChangeListReader {
  readonly #options: TreeReaderOptions;

  constructor(options: TreeReaderOptions) {
    this.#options = options;
  }

  /** @param topId the change list's id in the manifest, or the parent of another list */
  async top(topId: Uint8Array): Promise<ChangeListTop> {
    const page = await this.#page(topId);
    if (page.type !== "change-list-top")
      throw new IntegrityError("bad_page_type", "a change list begins with no top page");
    return page;
  }

  /** What the list says about a path; null when it says nothing: absent from a baseline, unchanged in a delta. */
  async find(top: ChangeListTop, pathHash: Uint8Array): Promise<ChangeRow | null> {
    const leafRow = top.leaves.findLast((leaf) => compareBytes(leaf.firstPathHash, pathHash) <= 0);
    if (leafRow === undefined) return null;
    const leaf = await this.#leaf(leafRow);
    return leaf.rows.find((row) => compareBytes(row.pathHash, pathHash) === 0) ?? null;
  }

  /** All rows in order of their path hashes. */
  async *rows(top: ChangeListTop): AsyncGenerator<ChangeRow> {
    let previous: Uint8Array | null = null;
    for (const leafRow of top.leaves) {
      for (const row of (await this.#leaf(leafRow)).rows) {
        if (previous !== null && compareBytes(previous, row.pathHash) >= 0) {
          throw new IntegrityError("bad_index", "leaves of a change list overlap");
        }
        previous = row.pathHash;
        yield row;
      }
    }
  }

  /**
   * Every list that says something about a path, newest first, following parents to the baseline.
   * @param limit lists to look at; a chain is bounded by the agent, a forged one by this
   */
  async *history(topId: Uint8Array, pathHash: Uint8Array, limit = 10_000): AsyncGenerator<ChangeRow> {
    let next: Uint8Array | null = topId;
    for (let count = 0; next !== null; count++) {
      if (count === limit) throw new FormatError("too_deep", `a chain of more than ${limit} change lists`);
      const top: ChangeListTop = await this.top(next);
      const row = await this.find(top, pathHash);
      if (row !== null) yield row;
      next = top.parentId;
    }
  }

  async #leaf(leafRow: ChangeListLeafRow): Promise<ChangeListLeaf> {
    const page = await this.#page(leafRow.pageId);
    if (page.type !== "change-list-leaf")
      throw new IntegrityError("bad_page_type", "a change list leads to another page");
    const [first] = page.rows;
    if (first === undefined || compareBytes(first.pathHash, leafRow.firstPathHash) !== 0) {
      throw new IntegrityError("bad_index", "a change list names another first row than the leaf below it");
    }
    return page;
  }

  async #page(id: Uint8Array): Promise<ChangeListPage> {
    const { primitives, chunkIdKey, fetcher } = this.#options;
    const bytes = await fetcher.fetchPage(id, 3);
    if (!primitives.isEqual(chunkId(primitives, chunkIdKey, 3, bytes), id)) {
      throw new IntegrityError("bad_chunk_id", "a page of a change list is not what its id says");
    }
    return decodeChangeListPage(bytes);
  }
}
