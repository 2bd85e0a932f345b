import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { decodeItem } from "../../engine/format/chunk-item.ts";
import type { EntryBase, TreeEntry } from "../../engine/format/tree-entry.ts";
import type { Xattr } from "../../engine/ports/source.ts";
import type { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import { deviceNumbers, entryType, readTarget, readXattrs } from "../platform/posix-read.ts";
import { fingerprintOf, readFingerprint } from "../sources/files/fingerprint.ts";
import type { FolderOpened, LeafFound } from "../sources/files/walk-events.ts";
import type { LargeDone } from "./large-file.ts";
import type { ReadDone } from "./read-messages.ts";

const NO_LISTING = { entriesBelow: 0, bytesBelow: 0, pageId: new Uint8Array(32) };

/** The entry of a file that was read: what the system said when it was open, and the chunks. */
export function fileEntry(name: Uint8Array, read: ReadDone | LargeDone, tree: TreeBuilder): TreeEntry {
  const base = baseOf(name, read.fingerprint, read.xattrs);
  if ("content" in read) return { ...base, type: "file", sizeBytes: read.sizeBytes, content: read.content };
  const list = tree.chunkList();
  const reader = new ByteReader(read.items);
  for (let left = read.itemCount; left > 0; left--) list.add(decodeItem(reader));
  const sizeBytes = list.sizeBytes;
  return { ...base, type: "file", sizeBytes, content: list.finish() };
}

/** A folder's entry; what it lists comes when all of it was seen. @throws the system's error */
export function folderEntry(found: FolderOpened): TreeEntry {
  return bareFolderEntry(found, readXattrs(found.path));
}

/** A folder's entry when its attributes cannot be read any more. */
export function bareFolderEntry(found: FolderOpened, xattrs: readonly Xattr[] = []): TreeEntry {
  // A folder's names beside its own are "." and "..": no links.
  const { linkId: _, ...base } = baseOf(found.name, fingerprintOf(found.stat), xattrs);
  return { ...base, type: "folder", ...NO_LISTING };
}

/** The entry of anything but a file or a folder. @throws the system's error */
export function specialEntry(found: LeafFound): TreeEntry {
  const base = baseOf(found.name, fingerprintOf(found.stat), readXattrs(found.path));
  const type = entryType(Number(found.stat.mode));
  switch (type) {
    case "symlink":
      return { ...base, type, target: readTarget(found.path) };
    case "character-device":
    case "block-device":
      return { ...base, type, ...deviceNumbers(found.stat.rdev) };
    case "fifo":
    case "socket":
      return { ...base, type };
    default:
      throw new Error(`not a special object: ${type}`);
  }
}

function baseOf(name: Uint8Array, fingerprint: Uint8Array, xattrs: readonly Xattr[]): EntryBase {
  const { mode, uid, gid, mtimeSeconds, mtimeNanoseconds, linkId } = readFingerprint(fingerprint);
  return { name, mode: mode & 0o7777, uid, gid, mtimeSeconds, mtimeNanoseconds, xattrs, ...(linkId && { linkId }) };
}
