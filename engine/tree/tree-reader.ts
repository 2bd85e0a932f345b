import { FormatError, IntegrityError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import { type ChunkItem, sizeOfItems } from "../format/chunk-item.ts";
import type { FileContent, TreeEntry } from "../format/tree-entry.ts";
import {
  type ChunkListIndexRow,
  childIdsOfTreePage,
  type DirectoryIndexRow,
  decodeTreePage,
  type TreePage,
} from "../format/tree-page.ts";
import { chunkId } from "../ids/chunk-id.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { Primitives } from "../ports/primitives.ts";

/** Gets plaintext pages by id: from packs, a cache, or memory. */
export interface PageFetcher {
  /** Rejects when no readable copy exists. The reader proves what it gets, so a fetcher need not. */
  fetchPage(id: Uint8Array, kind: ChunkKind): Promise<Uint8Array>;
  /** The clear child list that stands beside the page, where the fetcher has it; it is compared with the page. */
  clearChildIds?(id: Uint8Array): readonly Uint8Array[] | null;
}

export interface TreeReaderOptions {
  readonly primitives: Primitives;
  readonly chunkIdKey: Uint8Array;
  readonly fetcher: PageFetcher;
}

/** A folder is read through the id of its listing's top page. */
export type ListedFolder = { readonly pageId: Uint8Array };

/** An entry, and how many stand before it in its folder, in the order of names. */
export interface LocatedEntry {
  readonly entry: TreeEntry;
  readonly position: number;
}

/** Deeper index pages than any folder or file of this world needs: 2,048 * 4,096^4 rows. */
const DEPTH_LIMIT = 6;
const SLASH = 0x2f;

/**
 * Reads a snapshot's tree page by page, as far as it is asked. Every page is proven: its id is recomputed, its form is
 * canonical, and what an index row says about a page below is compared with that page.
 *
 * @throws IntegrityError `bad_chunk_id`, `bad_child_list`, `bad_index`; FormatError for pages that are not well formed
 */
export class TreeReader {
  readonly #options: TreeReaderOptions;

  constructor(options: TreeReaderOptions) {
    this.#options = options;
  }

  /** All entries of a folder, in order of their names. */
  async *list(folder: ListedFolder): AsyncGenerator<TreeEntry> {
    for await (const entries of this.leaves(folder)) yield* entries;
  }

  /**
   * The same, a page at a time: for whoever reads whole trees, where a turn of the event loop for each entry is felt.
   *
   * @param from position of the first entry that is wanted; pages before it are not read
   */
  async *leaves(folder: ListedFolder, from = 0): AsyncGenerator<readonly TreeEntry[]> {
    const skip = { left: from };
    for await (const entries of this.#listPage(await this.#page(folder.pageId), 0, skip)) {
      const dropped = Math.min(skip.left, entries.length);
      skip.left -= dropped;
      yield dropped === 0 ? entries : entries.slice(dropped);
    }
  }

  /** How many entries a folder lists, not counting what its folders hold; reads its top page alone. */
  async count(folder: ListedFolder): Promise<number> {
    const page = await this.#page(folder.pageId);
    return page.type === "directory-index" ? sumOfEntries(page.rows) : requireLeaf(page).length;
  }

  /** The entry at a position in the order of names, or null; reads one path of pages, however long the folder. */
  async at(folder: ListedFolder, position: number): Promise<TreeEntry | null> {
    for await (const entries of this.leaves(folder, position)) return entries[0] ?? null;
    return null;
  }

  /** The entry of that name, or null; reads one path of pages, however long the folder. */
  async find(folder: ListedFolder, name: Uint8Array): Promise<TreeEntry | null> {
    return (await this.locate(folder, name))?.entry ?? null;
  }

  /** As `find`, with the entry's position in the order of names. */
  async locate(folder: ListedFolder, name: Uint8Array): Promise<LocatedEntry | null> {
    let page = await this.#page(folder.pageId);
    let before = 0;
    for (let depth = 0; page.type === "directory-index"; depth++) {
      requireDepth(depth);
      const at = page.rows.findLastIndex((candidate) => compareBytes(candidate.firstName, name) <= 0);
      const row = page.rows[at];
      if (row === undefined) return null;
      before += sumOfEntries(page.rows.slice(0, at));
      page = await this.#page(row.pageId);
      requireFirstName(page, row.firstName);
    }
    const entries = requireLeaf(page);
    const at = entries.findIndex((entry) => compareBytes(entry.name, name) === 0);
    const entry = entries[at];
    return entry === undefined ? null : { entry, position: before + at };
  }

  /**
   * Follows a path from the root of a snapshot; no leading slash, "/" between components.
   * @returns the entry, or null when a component is absent or something on the way is no folder
   */
  async lookup(root: ListedFolder, path: Uint8Array): Promise<TreeEntry | null> {
    let folder = root;
    let entry: TreeEntry | null = null;
    for (const name of componentsOf(path)) {
      if (entry !== null && entry.type !== "folder") return null;
      entry = await this.find(folder, name);
      if (entry === null) return null;
      if (entry.type === "folder") folder = entry;
    }
    return entry;
  }

  /** The chunks and holes of a file, in order; proves that they cover exactly `sizeBytes`. */
  async *items(file: { readonly sizeBytes: number; readonly content: FileContent }): AsyncGenerator<ChunkItem> {
    if (file.content.form === "inline") {
      yield* file.content.items;
      return;
    }
    const row = { coveredBytes: file.sizeBytes, pageId: file.content.pageId };
    yield* this.#listItems(row, 0);
  }

  /** @param skip entries that are not wanted; what is left of it after a page lies in the leaf that comes next */
  async *#listPage(
    page: TreePage,
    depth: number,
    skip: { left: number },
  ): AsyncGenerator<readonly TreeEntry[], void, void> {
    requireDepth(depth);
    if (page.type !== "directory-index") {
      yield requireLeaf(page);
      return;
    }
    let previous: Uint8Array | null = null;
    for (const row of page.rows) {
      if (skip.left >= row.entries) {
        skip.left -= row.entries;
        continue;
      }
      const below = await this.#page(row.pageId);
      requireFirstName(below, row.firstName);
      const isWhole = skip.left === 0 || below.type === "directory-leaf";
      let count = 0;
      for await (const entries of this.#listPage(below, depth + 1, skip)) {
        // Within a leaf the decoder has seen to the order.
        const [first, last] = [entries[0], entries.at(-1)];
        if (previous !== null && first !== undefined && compareBytes(previous, first.name) >= 0) {
          throw new IntegrityError("bad_index", "pages of one folder overlap");
        }
        previous = last?.name ?? previous;
        count += entries.length;
        yield entries;
      }
      if (isWhole && count !== row.entries)
        throw new IntegrityError("bad_index", "an index page miscounts what lies below it");
    }
  }

  async *#listItems(row: ChunkListIndexRow, depth: number): AsyncGenerator<ChunkItem> {
    requireDepth(depth);
    const page = await this.#page(row.pageId);
    if (page.type !== "chunk-list-leaf" && page.type !== "chunk-list-index") {
      throw new IntegrityError("bad_page_type", "a chunk list leads to a page of another type");
    }
    const isLeaf = page.type === "chunk-list-leaf";
    const covered = isLeaf ? sizeOfItems(page.items) : page.rows.reduce((sum, below) => sum + below.coveredBytes, 0);
    if (covered !== row.coveredBytes) throw new IntegrityError("bad_index", "a chunk list does not cover its file");
    if (isLeaf) yield* page.items;
    else for (const below of page.rows) yield* this.#listItems(below, depth + 1);
  }

  async #page(id: Uint8Array): Promise<TreePage> {
    const { primitives, chunkIdKey, fetcher } = this.#options;
    const bytes = await fetcher.fetchPage(id, 2);
    if (!primitives.isEqual(chunkId(primitives, chunkIdKey, 2, bytes), id)) {
      throw new IntegrityError("bad_chunk_id", "a tree page is not what its id says");
    }
    const page = decodeTreePage(bytes);
    const clear = fetcher.clearChildIds?.(id) ?? null;
    if (clear !== null) requireEqualIds(childIdsOfTreePage(page), clear);
    return page;
  }
}

function sumOfEntries(rows: readonly DirectoryIndexRow[]): number {
  return rows.reduce((sum, row) => sum + row.entries, 0);
}

function requireEqualIds(sealed: readonly Uint8Array[], clear: readonly Uint8Array[]): void {
  const isEqual = sealed.length === clear.length && sealed.every((id, at) => compareBytes(id, clear[at] ?? id) === 0);
  if (!isEqual) throw new IntegrityError("bad_child_list", "the clear child list of a page differs from the page");
}

function requireLeaf(page: TreePage): readonly TreeEntry[] {
  if (page.type !== "directory-leaf") {
    throw new IntegrityError("bad_page_type", "a folder leads to a page of another type");
  }
  return page.entries;
}

function requireFirstName(page: TreePage, firstName: Uint8Array): void {
  const first =
    page.type === "directory-leaf"
      ? page.entries[0]?.name
      : page.type === "directory-index"
        ? page.rows[0]?.firstName
        : undefined;
  if (first === undefined || compareBytes(first, firstName) !== 0) {
    throw new IntegrityError("bad_index", "an index page names another first entry than the page below it");
  }
}

function requireDepth(depth: number): void {
  if (depth > DEPTH_LIMIT) throw new FormatError("too_deep", "index pages are nested deeper than any listing needs");
}

function componentsOf(path: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    if (at > start) names.push(path.subarray(start, at));
    start = at + 1;
  }
  return names;
}
