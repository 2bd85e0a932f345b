import type { TreeEntry } from "../../../../engine/format/tree-entry.ts";
import { toBinaryText, toReadableText } from "../../../../engine/restore/binary-text.ts";
import type { Place, SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import type { FolderRow, PlaceFound } from "../protocol/reading-calls.ts";
import type { ShownEntry } from "./folder-order.ts";

/** A row of the folder at that place. */
export function toFolderRow(
  { path, steps }: Place,
  { name, binaryName, entry, position, change }: ShownEntry,
): FolderRow {
  return {
    name,
    path: path === "" ? binaryName : `${path}/${binaryName}`,
    steps: [...steps, position],
    ...shape(entry),
    change,
  };
}

/** The row of one place by itself. */
export function toPlaceRow(reader: SnapshotReader, { path, steps, entry }: Place): FolderRow {
  if (entry === null) return rootRow(reader);
  return { name: toReadableText(toBinaryText(entry.name)), path, steps, ...shape(entry), change: null };
}

export function toPlaceFound({ path, steps, entry }: Place): PlaceFound {
  const names = path === "" ? [] : path.split("/").map(toReadableText);
  return { path, names, steps, type: entry?.type ?? "folder" };
}

function shape(entry: TreeEntry): Omit<FolderRow, "name" | "path" | "steps" | "change"> {
  const isFolder = entry.type === "folder";
  return {
    type: entry.type,
    sizeBytes: entry.type === "file" ? entry.sizeBytes : isFolder ? entry.bytesBelow : 0,
    entriesBelow: isFolder ? entry.entriesBelow : 0,
    modifiedAtMs: modifiedAtMs(entry),
    mode: entry.mode,
    target: entry.type === "symlink" ? toReadableText(toBinaryText(entry.target)) : null,
    isSparse: isSparse(entry),
  };
}

/** The tree has no entry for its root; the manifest says what lies below it. */
function rootRow({ snapshot: { header } }: SnapshotReader): FolderRow {
  return {
    name: "",
    path: "",
    steps: [],
    type: "folder",
    sizeBytes: header.contentBytes,
    entriesBelow: header.entryCount,
    modifiedAtMs: header.endedAtMs,
    mode: 0o755,
    target: null,
    isSparse: false,
    change: null,
  };
}

/** Unix ms, of nanoseconds rounded down. */
export function modifiedAtMs(moment: { readonly mtimeSeconds: number; readonly mtimeNanoseconds: number }): number {
  return moment.mtimeSeconds * 1000 + Math.floor(moment.mtimeNanoseconds / 1_000_000);
}

function isSparse(entry: TreeEntry): boolean {
  return (
    entry.type === "file" && entry.content.form === "inline" && entry.content.items.some(({ kind }) => kind === "hole")
  );
}
