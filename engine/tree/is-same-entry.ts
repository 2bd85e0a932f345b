import { compareBytes } from "../codec/hex.ts";
import type { ChunkItem } from "../format/chunk-item.ts";
import type { FileContent, TreeEntry } from "../format/tree-entry.ts";
import type { Xattr } from "../ports/source.ts";

/**
 * Whether a name stands for the same in two trees of one company: kind, content or listing, mode, owner, time and xattrs. Equal page
 * ids mean that nothing below differs, so nothing below is read. Link ids are left out: they say something of their own tree alone.
 */
export function isSameEntry(a: TreeEntry, b: TreeEntry): boolean {
  return (
    a.mtimeSeconds === b.mtimeSeconds &&
    a.mtimeNanoseconds === b.mtimeNanoseconds &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    isSameBody(a, b) &&
    isEach(a.xattrs, b.xattrs, isSameXattr)
  );
}

function isSameBody(a: TreeEntry, b: TreeEntry): boolean {
  switch (a.type) {
    case "file":
      return b.type === "file" && a.sizeBytes === b.sizeBytes && isSameContent(a.content, b.content);
    case "folder":
      return b.type === "folder" && isEqual(a.pageId, b.pageId);
    case "symlink":
      return b.type === "symlink" && isEqual(a.target, b.target);
    case "character-device":
    case "block-device":
      return b.type === a.type && a.major === b.major && a.minor === b.minor;
    case "fifo":
    case "socket":
      return b.type === a.type;
  }
}

function isSameContent(a: FileContent, b: FileContent): boolean {
  if (a.form === "paged") return b.form === "paged" && isEqual(a.pageId, b.pageId);
  return b.form === "inline" && isEach(a.items, b.items, isSameItem);
}

function isSameItem(a: ChunkItem, b: ChunkItem): boolean {
  if (a.sizeBytes !== b.sizeBytes) return false;
  if (a.kind === "hole") return b.kind === "hole";
  return b.kind === "content" && isEqual(a.chunkId, b.chunkId);
}

function isSameXattr(a: Xattr, b: Xattr): boolean {
  return isEqual(a.name, b.name) && isEqual(a.value, b.value);
}

function isEach<Item>(a: readonly Item[], b: readonly Item[], isSame: (a: Item, b: Item) => boolean): boolean {
  return a.length === b.length && a.every((one, at) => b[at] !== undefined && isSame(one, b[at]));
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}
