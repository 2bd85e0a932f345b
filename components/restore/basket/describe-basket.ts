import { formatCount } from "../../format/format-bytes.ts";
import type { FolderRow } from "../runtime/protocol/reading-calls.ts";
import type { BasketItem } from "./basket-item.ts";

/** "3 documents and 1 folder from 2 machines": what can be said without opening a folder. */
export function describeBasket(
  items: readonly BasketItem[],
  rows: ReadonlyMap<string, FolderRow>,
  keyOf: (item: BasketItem) => string,
): string {
  const folders = items.filter((item) => item.steps.length === 0 || rows.get(keyOf(item))?.type === "folder").length;
  const documents = items.length - folders;
  const parts = [
    ...(documents > 0 ? [plural(documents, "document")] : []),
    ...(folders > 0 ? [plural(folders, "folder")] : []),
  ];
  const machines = new Set(items.map(({ machineId }) => machineId)).size;
  const from = machines > 1 ? ` from ${plural(machines, "machine")}` : "";
  return `${parts.join(" and ")}${from}`;
}

export function plural(count: number, word: string): string {
  return count === 1 ? `1 ${word}` : `${formatCount(count)} ${word}s`;
}

/** Bytes of all that is chosen; what lies in a chosen folder and is chosen itself counts once more, as it is restored once more. */
export function sumBytes(rows: Iterable<FolderRow>): number {
  let bytes = 0;
  for (const row of rows) bytes += row.sizeBytes;
  return bytes;
}
