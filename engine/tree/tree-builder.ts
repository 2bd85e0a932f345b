import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import { type ChunkItem, sizeOfItems } from "../format/chunk-item.ts";
import { encodeTreeEntry, type FileContent, INLINE_ITEMS_LIMIT, type TreeEntry } from "../format/tree-entry.ts";
import {
  type ChunkListIndexRow,
  childIdsOfTreePage,
  type DirectoryIndexRow,
  encodeTreePage,
  type TreePage,
} from "../format/tree-page.ts";
import { emitPage, type PageOutput } from "./built-page.ts";
import { IndexLevels } from "./index-levels.ts";

/** FORMAT.md section 4: where leaves are cut. The same folder always gives the same pages. */
const LEAF_LEAST_ENTRIES = 64;
const LEAF_MOST_ENTRIES = 4_096;
const LEAF_MOST_BYTES = 192 * 1024;
const LEAF_CUT_MODULO = 256;
const LIST_LEAF_ITEMS = 2_048;
const INDEX_ROWS = 4_096;

/** What stands for a whole folder in its parent. */
export interface BuiltFolder {
  readonly pageId: Uint8Array;
  readonly entriesBelow: number;
  readonly bytesBelow: number;
}

/** Builds the pages of a snapshot's tree bottom-up, in memory that does not grow with folders or files. */
export class TreeBuilder {
  readonly #output: PageOutput;

  constructor(output: PageOutput) {
    this.#output = output;
  }

  folder(): FolderBuilder {
    return new FolderBuilder(this.#output);
  }

  chunkList(): ChunkListBuilder {
    return new ChunkListBuilder(this.#output);
  }
}

/** One folder's listing. Entries arrive sorted by name, bytewise, strictly ascending (`out_of_order` otherwise). */
export class FolderBuilder {
  readonly #output: PageOutput;
  readonly #levels: IndexLevels<DirectoryIndexRow>;
  readonly #scratch = new ByteWriter(1024);
  #entries: TreeEntry[] = [];
  #leafBytes = 0;
  #lastName: Uint8Array | null = null;
  #entriesBelow = 0;
  #bytesBelow = 0;

  /** @internal use TreeBuilder.folder() */
  constructor(output: PageOutput) {
    this.#output = output;
    this.#levels = new IndexLevels(INDEX_ROWS, (rows) => this.#emitIndex(rows));
  }

  add(entry: TreeEntry): void {
    if (this.#lastName !== null && compareBytes(this.#lastName, entry.name) >= 0) {
      throw new FormatError("out_of_order", "entries of a folder must arrive in ascending order of their names");
    }
    this.#lastName = entry.name;
    const sizeBytes = this.#sizeOf(entry);
    if (this.#entries.length > 0 && this.#leafBytes + sizeBytes > LEAF_MOST_BYTES) this.#cut();
    this.#entries.push(entry);
    this.#leafBytes += sizeBytes;
    this.#entriesBelow += 1;
    if (entry.type === "file") this.#bytesBelow += entry.sizeBytes;
    if (entry.type === "folder") {
      this.#entriesBelow += entry.entriesBelow;
      this.#bytesBelow += entry.bytesBelow;
    }
    const count = this.#entries.length;
    const isCut = count >= LEAF_LEAST_ENTRIES && fnv1a(entry.name) % LEAF_CUT_MODULO === 0;
    if (isCut || count >= LEAF_MOST_ENTRIES) this.#cut();
  }

  finish(): BuiltFolder {
    // An empty folder is a leaf of nothing; a leaf that was cut at the very last entry leaves nothing behind.
    if (this.#entries.length > 0 || this.#lastName === null) this.#cut();
    const top = this.#levels.finish();
    if (top === null) throw new FormatError("finished", "a folder is finished once");
    return { pageId: top.pageId, entriesBelow: this.#entriesBelow, bytesBelow: this.#bytesBelow };
  }

  #sizeOf(entry: TreeEntry): number {
    this.#scratch.reset();
    encodeTreeEntry(this.#scratch, entry);
    return this.#scratch.position;
  }

  #cut(): void {
    const entries = this.#entries;
    const pageId = emitTreePage(this.#output, { type: "directory-leaf", entries });
    this.#levels.add({ firstName: entries[0]?.name ?? new Uint8Array(0), entries: entries.length, pageId });
    this.#entries = [];
    this.#leafBytes = 0;
  }

  #emitIndex(rows: readonly DirectoryIndexRow[]): DirectoryIndexRow {
    const pageId = emitTreePage(this.#output, { type: "directory-index", rows });
    const entries = rows.reduce((sum, row) => sum + row.entries, 0);
    return { firstName: rows[0]?.firstName ?? new Uint8Array(0), entries, pageId };
  }
}

/** The chunks and holes of one file, in order. Up to 64 items stay inline; more become pages. */
export class ChunkListBuilder {
  readonly #output: PageOutput;
  readonly #levels: IndexLevels<ChunkListIndexRow>;
  #items: ChunkItem[] = [];
  #isPaged = false;
  #sizeBytes = 0;

  /** @internal use TreeBuilder.chunkList() */
  constructor(output: PageOutput) {
    this.#output = output;
    this.#levels = new IndexLevels(INDEX_ROWS, (rows) => {
      const pageId = emitTreePage(output, { type: "chunk-list-index", rows });
      return { coveredBytes: rows.reduce((sum, row) => sum + row.coveredBytes, 0), pageId };
    });
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(item: ChunkItem): void {
    if (this.#items.length === LIST_LEAF_ITEMS) this.#cut();
    this.#items.push(item);
    this.#sizeBytes += item.sizeBytes;
  }

  finish(): FileContent {
    if (!this.#isPaged && this.#items.length <= INLINE_ITEMS_LIMIT) return { form: "inline", items: this.#items };
    this.#cut();
    const top = this.#levels.finish();
    if (top === null) throw new FormatError("finished", "a chunk list is finished once");
    return { form: "paged", pageId: top.pageId };
  }

  #cut(): void {
    this.#isPaged = true;
    const items = this.#items;
    const pageId = emitTreePage(this.#output, { type: "chunk-list-leaf", items });
    this.#levels.add({ coveredBytes: sizeOfItems(items), pageId });
    this.#items = [];
  }
}

function emitTreePage(output: PageOutput, page: TreePage): Uint8Array {
  return emitPage(output, 2, encodeTreePage(page), childIdsOfTreePage(page));
}

/** FNV-1a, 32 bit. It only spreads cuts evenly; the names themselves are sealed. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
