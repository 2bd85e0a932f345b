import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { decodeItem } from "../../engine/format/chunk-item.ts";
import type { EntryBase, TreeEntry } from "../../engine/format/tree-entry.ts";
import type { SourceAttributes, SourceObject, Xattr } from "../../engine/ports/source.ts";
import type { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import type { LargeDone } from "./large-file.ts";
import type { ReadDone } from "./read-messages.ts";

/** An object's name, and what its fingerprint says about it. */
export interface Named {
  readonly name: Uint8Array;
  readonly attributes: SourceAttributes;
}

const NO_LISTING = { entriesBelow: 0, bytesBelow: 0, pageId: new Uint8Array(32) };

/** The entry of a file that was read: what its source said when it was open, and the chunks. */
export function fileEntry(named: Named, read: ReadDone | LargeDone, tree: TreeBuilder): TreeEntry {
  const base = baseOf(named, read.xattrs);
  if ("content" in read) return { ...base, type: "file", sizeBytes: read.sizeBytes, content: read.content };
  const list = tree.chunkList();
  const reader = new ByteReader(read.items);
  for (let left = read.itemCount; left > 0; left--) list.add(decodeItem(reader));
  const sizeBytes = list.sizeBytes;
  return { ...base, type: "file", sizeBytes, content: list.finish() };
}

/** A folder's entry; what it lists comes when all of it was seen. */
export function folderEntry(named: Named, xattrs: readonly Xattr[]): TreeEntry {
  // A folder's names beside its own are "." and "..": no links.
  const { linkId: _, ...base } = baseOf(named, xattrs);
  return { ...base, type: "folder", ...NO_LISTING };
}

/** The entry of anything but a file or a folder. @throws SourceError */
export function specialEntry(named: Named, object: SourceObject): TreeEntry {
  const base = baseOf(named, object.xattrs());
  const { type } = object;
  switch (type) {
    case "symlink":
      return { ...base, type, target: object.target() };
    case "character-device":
    case "block-device":
      return { ...base, type, ...object.deviceNumbers() };
    case "fifo":
    case "socket":
      return { ...base, type };
    default:
      throw new Error(`not a special object: ${type}`);
  }
}

function baseOf({ name, attributes }: Named, xattrs: readonly Xattr[]): EntryBase {
  return { name, ...attributes, xattrs };
}
