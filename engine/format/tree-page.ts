import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import { ID_SIZE_BYTES, idKey } from "../ids/chunk-id.ts";
import { type ChunkItem, decodeItems, encodeItems } from "./chunk-item.ts";
import { CHUNK_LIMIT_BYTES, NAME_LIMIT_BYTES } from "./limits.ts";
import { decodeTreeEntry, encodeTreeEntry, type TreeEntry } from "./tree-entry.ts";

/** FORMAT.md section 4. Rows stand in order; a page may not be larger than 4 MiB. */
export type TreePage = DirectoryLeaf | DirectoryIndex | ChunkListLeaf | ChunkListIndex;

export interface DirectoryLeaf {
  readonly type: "directory-leaf";
  /** Sorted by name, bytewise, strictly ascending. */
  readonly entries: readonly TreeEntry[];
}

export interface DirectoryIndex {
  readonly type: "directory-index";
  readonly rows: readonly DirectoryIndexRow[];
}

export interface DirectoryIndexRow {
  /** The first name that the page below holds. */
  readonly firstName: Uint8Array;
  /** Entries in all leaves below, not counting what their folders hold. */
  readonly entries: number;
  readonly pageId: Uint8Array;
}

export interface ChunkListLeaf {
  readonly type: "chunk-list-leaf";
  readonly items: readonly ChunkItem[];
}

export interface ChunkListIndex {
  readonly type: "chunk-list-index";
  readonly rows: readonly ChunkListIndexRow[];
}

export interface ChunkListIndexRow {
  readonly coveredBytes: number;
  readonly pageId: Uint8Array;
}

const DIRECTORY_LEAF = 1;
const DIRECTORY_INDEX = 2;
const CHUNK_LIST_LEAF = 3;
const CHUNK_LIST_INDEX = 4;

/** Rows that one page may hold, whatever their size; builders stay far below. */
const ROWS_LIMIT = 131_072;

export function encodeTreePage(page: TreePage): Uint8Array {
  const writer = new ByteWriter(4096);
  switch (page.type) {
    case "directory-leaf":
      writer.u8(DIRECTORY_LEAF).varint(page.entries.length);
      for (const entry of page.entries) encodeTreeEntry(writer, entry);
      break;
    case "directory-index":
      writer.u8(DIRECTORY_INDEX).varint(page.rows.length);
      for (const row of page.rows) writer.bytes(row.firstName).varint(row.entries).raw(row.pageId);
      break;
    case "chunk-list-leaf":
      writer.u8(CHUNK_LIST_LEAF);
      encodeItems(writer, page.items);
      break;
    case "chunk-list-index":
      writer.u8(CHUNK_LIST_INDEX).varint(page.rows.length);
      for (const row of page.rows) writer.varint(row.coveredBytes).raw(row.pageId);
      break;
  }
  requirePageSize(writer.position);
  return writer.finish();
}

/** @throws FormatError unless it is exactly one well-formed page in canonical order */
export function decodeTreePage(bytes: Uint8Array): TreePage {
  requirePageSize(bytes.length);
  const reader = new ByteReader(bytes);
  const page = decodeBody(reader.u8(), reader);
  reader.expectEnd();
  return page;
}

function decodeBody(pageType: number, reader: ByteReader): TreePage {
  switch (pageType) {
    case DIRECTORY_LEAF:
      return { type: "directory-leaf", entries: decodeEntries(reader) };
    case DIRECTORY_INDEX:
      return { type: "directory-index", rows: decodeDirectoryRows(reader) };
    case CHUNK_LIST_LEAF:
      return { type: "chunk-list-leaf", items: decodeItems(reader, ROWS_LIMIT) };
    case CHUNK_LIST_INDEX:
      return { type: "chunk-list-index", rows: decodeChunkListRows(reader) };
    default:
      throw new FormatError("bad_page_type", `unknown type of tree page: ${pageType}`);
  }
}

function decodeEntries(reader: ByteReader): TreeEntry[] {
  const count = reader.count(ROWS_LIMIT, 9);
  const entries: TreeEntry[] = [];
  let previous: Uint8Array | null = null;
  for (let at = 0; at < count; at++) {
    const entry = decodeTreeEntry(reader);
    requireAscending(previous, entry.name);
    previous = entry.name;
    entries.push(entry);
  }
  return entries;
}

function decodeDirectoryRows(reader: ByteReader): DirectoryIndexRow[] {
  const count = reader.count(ROWS_LIMIT, 2 + ID_SIZE_BYTES);
  if (count === 0) throw new FormatError("empty_index", "an index page has at least one row");
  const rows: DirectoryIndexRow[] = [];
  let previous: Uint8Array | null = null;
  for (let at = 0; at < count; at++) {
    const firstName = reader.bytes(NAME_LIMIT_BYTES);
    requireAscending(previous, firstName);
    previous = firstName;
    rows.push({ firstName, entries: reader.varint(), pageId: reader.raw(ID_SIZE_BYTES) });
  }
  return rows;
}

function decodeChunkListRows(reader: ByteReader): ChunkListIndexRow[] {
  const count = reader.count(ROWS_LIMIT, 1 + ID_SIZE_BYTES);
  if (count === 0) throw new FormatError("empty_index", "an index page has at least one row");
  const rows: ChunkListIndexRow[] = [];
  for (let at = 0; at < count; at++) {
    const coveredBytes = reader.varint();
    if (coveredBytes === 0) throw new FormatError("empty_row", "a row of a chunk list covers nothing");
    rows.push({ coveredBytes, pageId: reader.raw(ID_SIZE_BYTES) });
  }
  return rows;
}

/** What a page reaches, in order of first appearance, without repeats. */
export function childIdsOfTreePage(page: TreePage): Uint8Array[] {
  const children = new ChildIds();
  switch (page.type) {
    case "directory-leaf":
      for (const entry of page.entries) children.addEntry(entry);
      break;
    case "chunk-list-leaf":
      children.addItems(page.items);
      break;
    case "directory-index":
    case "chunk-list-index":
      for (const row of page.rows) children.add(row.pageId);
      break;
  }
  return children.ids;
}

class ChildIds {
  readonly ids: Uint8Array[] = [];
  readonly #seen = new Set<string>();

  add(id: Uint8Array): void {
    const key = idKey(id);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.ids.push(id);
  }

  addItems(items: readonly ChunkItem[]): void {
    for (const item of items) if (item.kind === "content") this.add(item.chunkId);
  }

  addEntry(entry: TreeEntry): void {
    if (entry.type === "folder") this.add(entry.pageId);
    if (entry.type !== "file") return;
    if (entry.content.form === "paged") this.add(entry.content.pageId);
    else this.addItems(entry.content.items);
  }
}

function requireAscending(previous: Uint8Array | null, name: Uint8Array): void {
  if (previous !== null && compareBytes(previous, name) >= 0) {
    throw new FormatError("out_of_order", "names of a tree page are not strictly ascending");
  }
}

function requirePageSize(sizeBytes: number): void {
  if (sizeBytes > CHUNK_LIMIT_BYTES) {
    throw new FormatError("too_long", `a page of ${sizeBytes} bytes; the limit is ${CHUNK_LIMIT_BYTES}`);
  }
}
