import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import { ID_SIZE_BYTES } from "../ids/chunk-id.ts";
import type { EntryType } from "../ports/source.ts";
import { CHUNK_LIMIT_BYTES, PATH_LIMIT_BYTES } from "./limits.ts";
import { entryTypeNumber, parseEntryType } from "./tree-entry.ts";

/** FORMAT.md section 5. */
export type ChangeListPage = ChangeListLeaf | ChangeListTop;

export interface ChangeListLeaf {
  readonly type: "change-list-leaf";
  /** Sorted by path hash, strictly ascending. */
  readonly rows: readonly ChangeRow[];
}

export interface ChangeRow {
  readonly pathHash: Uint8Array;
  readonly op: "present" | "gone";
  readonly entryType: EntryType;
  /** Without a leading slash, "/" between components. */
  readonly path: Uint8Array;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly contentFingerprint: Uint8Array;
}

export type ChangeListForm = "baseline" | "delta" | "merged";

export interface ChangeListTop {
  readonly type: "change-list-top";
  readonly form: ChangeListForm;
  /** Top page of the list that this one continues; null for a baseline. */
  readonly parentId: Uint8Array | null;
  readonly leaves: readonly ChangeListLeafRow[];
}

export interface ChangeListLeafRow {
  readonly firstPathHash: Uint8Array;
  readonly pageId: Uint8Array;
}

/** Of a path, at the beginning of a row. */
export const PATH_HASH_SIZE_BYTES = 16;
const LEAF = 1;
const TOP = 2;
const FORMS: readonly ChangeListForm[] = ["baseline", "delta", "merged"];
const OPS = ["present", "gone"] as const;
const LEAST_ROW_BYTES = 2 * PATH_HASH_SIZE_BYTES + 6;

export function encodeChangeListPage(page: ChangeListPage): Uint8Array {
  const writer = new ByteWriter(4096);
  if (page.type === "change-list-leaf") {
    writer.u8(LEAF).varint(page.rows.length);
    for (const row of page.rows) encodeChangeRow(writer, row);
  } else {
    writer.u8(TOP).u8(FORMS.indexOf(page.form) + 1);
    writer.raw(page.parentId ?? new Uint8Array(ID_SIZE_BYTES)).varint(page.leaves.length);
    for (const leaf of page.leaves) writer.raw(leaf.firstPathHash).raw(leaf.pageId);
  }
  requirePageSize(writer.position);
  return writer.finish();
}

/** One row, as leaves and the agent's spill files hold it. */
export function encodeChangeRow(writer: ByteWriter, row: ChangeRow): void {
  requirePath(row.path);
  writer
    .raw(row.pathHash)
    .u8(OPS.indexOf(row.op) + 1)
    .u8(entryTypeNumber(row.entryType));
  writer.bytes(row.path).varint(row.sizeBytes);
  writer.zigzag(row.mtimeSeconds).varint(row.mtimeNanoseconds).raw(row.contentFingerprint);
}

export function decodeChangeRow(reader: ByteReader): ChangeRow {
  const rowHash = reader.raw(PATH_HASH_SIZE_BYTES);
  const op = OPS[reader.u8() - 1];
  if (op === undefined) throw new FormatError("bad_op", "unknown kind of change");
  const entryType = parseEntryType(reader.u8());
  const path = reader.bytes(PATH_LIMIT_BYTES);
  requirePath(path);
  return {
    pathHash: rowHash,
    op,
    entryType,
    path,
    sizeBytes: reader.varint(),
    mtimeSeconds: reader.zigzag(),
    mtimeNanoseconds: reader.varint(999_999_999),
    contentFingerprint: reader.raw(PATH_HASH_SIZE_BYTES),
  };
}

/** @throws FormatError unless it is exactly one well-formed page in canonical order */
export function decodeChangeListPage(bytes: Uint8Array): ChangeListPage {
  requirePageSize(bytes.length);
  const reader = new ByteReader(bytes);
  const pageType = reader.u8();
  if (pageType !== LEAF && pageType !== TOP) {
    throw new FormatError("bad_page_type", `unknown type of change-list page: ${pageType}`);
  }
  const page = pageType === LEAF ? decodeLeaf(reader) : decodeTop(reader);
  reader.expectEnd();
  return page;
}

function decodeLeaf(reader: ByteReader): ChangeListLeaf {
  const count = reader.count(CHUNK_LIMIT_BYTES / LEAST_ROW_BYTES, LEAST_ROW_BYTES);
  const rows: ChangeRow[] = [];
  for (let at = 0; at < count; at++) {
    const row = decodeChangeRow(reader);
    requireAscending(rows.at(-1)?.pathHash, row.pathHash);
    rows.push(row);
  }
  return { type: "change-list-leaf", rows };
}

function decodeTop(reader: ByteReader): ChangeListTop {
  const form = FORMS[reader.u8() - 1];
  if (form === undefined) throw new FormatError("bad_form", "unknown form of a change list");
  const parent = reader.raw(ID_SIZE_BYTES);
  const hasParent = parent.some((byte) => byte !== 0);
  if (hasParent !== (form !== "baseline")) {
    throw new FormatError("bad_parent", "only deltas and merged change lists have a parent, and they must");
  }
  const rowBytes = PATH_HASH_SIZE_BYTES + ID_SIZE_BYTES;
  const count = reader.count(CHUNK_LIMIT_BYTES / rowBytes, rowBytes);
  const leaves: ChangeListLeafRow[] = [];
  for (let at = 0; at < count; at++) {
    const firstPathHash = reader.raw(PATH_HASH_SIZE_BYTES);
    requireAscending(leaves.at(-1)?.firstPathHash, firstPathHash);
    leaves.push({ firstPathHash, pageId: reader.raw(ID_SIZE_BYTES) });
  }
  return { type: "change-list-top", form, parentId: hasParent ? parent : null, leaves };
}

/** The leaves, then the parent if there is one. */
export function childIdsOfChangeListPage(page: ChangeListPage): Uint8Array[] {
  if (page.type === "change-list-leaf") return [];
  const leafIds = page.leaves.map((leaf) => leaf.pageId);
  return page.parentId === null ? leafIds : [...leafIds, page.parentId];
}

function requirePath(path: Uint8Array): void {
  if (path.length === 0 || path.length > PATH_LIMIT_BYTES) {
    throw new FormatError("bad_path", `a change has a path of 1 to ${PATH_LIMIT_BYTES} bytes`);
  }
}

function requireAscending(previous: Uint8Array | undefined, hash: Uint8Array): void {
  if (previous !== undefined && compareBytes(previous, hash) >= 0) {
    throw new FormatError("out_of_order", "path hashes of a change list are not strictly ascending");
  }
}

function requirePageSize(sizeBytes: number): void {
  if (sizeBytes > CHUNK_LIMIT_BYTES) {
    throw new FormatError("too_long", `a page of ${sizeBytes} bytes; the limit is ${CHUNK_LIMIT_BYTES}`);
  }
}
