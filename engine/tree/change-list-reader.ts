import { IntegrityError } from "../codec/format-error.ts";
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
import { LeafRows } from "./leaf-rows.ts";
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
    const { page } = await this.#page(topId);
    if (page.type !== "change-list-top")
      throw new IntegrityError("bad_page_type", "a change list begins with no top page");
    return page;
  }

  /** What the list says about a path; null when it says nothing: absent from a baseline, unchanged in a delta. */
  async find(top: ChangeListTop, pathHash: Uint8Array): Promise<ChangeRow | null> {
    const leafRow = findLeaf(top, pathHash);
    return leafRow === null ? null : (await this.leafRows(leafRow)).find(pathHash);
  }

  /** One leaf, to be kept and asked. */
  async leafRows(leafRow: ChangeListLeafRow): Promise<LeafRows> {
    const { bytes, leaf } = await this.#leaf(leafRow);
    return new LeafRows(bytes, leaf);
  }

  /** All rows in order of their path hashes, a leaf at a time. */
  async *rows(top: ChangeListTop): AsyncGenerator<readonly ChangeRow[]> {
    let previous: Uint8Array | null = null;
    for (const leafRow of top.leaves) {
      const { rows } = (await this.#leaf(leafRow)).leaf;
      // Within a leaf the decoder has seen to the order.
      const [first, last] = [rows[0], rows.at(-1)];
      if (previous !== null && first !== undefined && compareBytes(previous, first.pathHash) >= 0) {
        throw new IntegrityError("bad_index", "leaves of a change list overlap");
      }
      previous = last?.pathHash ?? previous;
      yield rows;
    }
  }

  async #leaf(leafRow: ChangeListLeafRow): Promise<{ bytes: Uint8Array; leaf: ChangeListLeaf }> {
    const { bytes, page } = await this.#page(leafRow.pageId);
    if (page.type !== "change-list-leaf")
      throw new IntegrityError("bad_page_type", "a change list leads to another page");
    const [first] = page.rows;
    if (first === undefined || compareBytes(first.pathHash, leafRow.firstPathHash) !== 0) {
      throw new IntegrityError("bad_index", "a change list names another first row than the leaf below it");
    }
    return { bytes, leaf: page };
  }

  async #page(id: Uint8Array): Promise<{ bytes: Uint8Array; page: ChangeListPage }> {
    const { primitives, chunkIdKey, fetcher } = this.#options;
    // A copy of its own: what is fetched may be a view of a whole frame, which would stay with what is kept.
    const bytes = (await fetcher.fetchPage(id, 3)).slice();
    if (!primitives.isEqual(chunkId(primitives, chunkIdKey, 3, bytes), id)) {
      throw new IntegrityError("bad_chunk_id", "a page of a change list is not what its id says");
    }
    return { bytes, page: decodeChangeListPage(bytes) };
  }
}

/** The one leaf in which a path stands, if it stands in the list at all. */
export function findLeaf(top: ChangeListTop, pathHash: Uint8Array): ChangeListLeafRow | null {
  return top.leaves.findLast((leaf) => compareBytes(leaf.firstPathHash, pathHash) <= 0) ?? null;
}
