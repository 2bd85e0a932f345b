import { formatCount } from "../../format/format-bytes.ts";
import type { IconName } from "../../ui/icon.tsx";
import type { EntryKind, FolderRow } from "../runtime/protocol/reading-calls.ts";

export const KIND_ICON: Readonly<Record<EntryKind, IconName>> = {
  file: "document",
  folder: "folder",
  symlink: "link",
  fifo: "device",
  socket: "device",
  "character-device": "device",
  "block-device": "device",
};

const KIND_WORD: Readonly<Record<EntryKind, string | null>> = {
  file: null,
  folder: null,
  symlink: "link",
  fifo: "pipe",
  socket: "socket",
  "character-device": "device",
  "block-device": "device",
};

/** What an entry is, where it is neither a plain document nor a folder. */
export function kindWord(row: Pick<FolderRow, "type" | "isSparse">): string | null {
  return row.type === "file" && row.isSparse ? "sparse" : KIND_WORD[row.type];
}

/** "13 items", with what is gone said apart. */
export function itemsWord(entries: number): string {
  return entries === 1 ? "1 item" : `${formatCount(entries)} items`;
}
