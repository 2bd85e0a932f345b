import type { TreeEntry } from "../../../../engine/format/tree-entry.ts";
import { toBinaryText, toReadableText } from "../../../../engine/restore/binary-text.ts";
import { isSameEntry } from "../../../../engine/tree/is-same-entry.ts";
import type { FolderRow } from "../protocol/reading-calls.ts";
import { foldName } from "./fold-name.ts";

/** One row of a folder as it is shown. */
export interface ShownEntry {
  /** Readable. */
  readonly name: string;
  readonly entry: TreeEntry;
  /** In the tree that has it: of the snapshot before, for what is gone. */
  readonly position: number;
  readonly change: FolderRow["change"];
}

/** Digits of a number are compared as one: "9" stands before "10". */
const DIGITS = /\d+/g;
const NUMBER_WIDTH = 15;

/**
 * Puts a folder into the order in which it is shown: folders first, then by name without regard to case and accents, numbers by their
 * value; equal ones as the tree has them.
 *
 * @param before the listing of the snapshot before; an empty one if that had no such folder, null if there is nothing to compare with
 */
export function orderFolder(entries: readonly TreeEntry[], before: readonly TreeEntry[] | null): ShownEntry[] {
  const shown =
    before === null ? entries.map((entry, position) => show(entry, position, null)) : compare(entries, before);
  const keyed = shown.map((one) => ({ one, key: keyOf(one) }));
  // By code units: a collator of the reader's language takes fifty times as long.
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.one.position - b.one.position));
  return keyed.map(({ one }) => one);
}

function show(entry: TreeEntry, position: number, change: FolderRow["change"]): ShownEntry {
  return { name: toReadableText(toBinaryText(entry.name)), entry, position, change };
}

function compare(entries: readonly TreeEntry[], before: readonly TreeEntry[]): ShownEntry[] {
  const left = new Map(before.map((entry, position) => [toBinaryText(entry.name), { entry, position }]));
  const shown = entries.map((entry, position) => {
    const name = toBinaryText(entry.name);
    const was = left.get(name)?.entry;
    left.delete(name);
    if (was === undefined) return show(entry, position, "new");
    return show(entry, position, isSameEntry(was, entry) ? null : "changed");
  });
  return [...shown, ...[...left.values()].map(({ entry, position }) => show(entry, position, "gone"))];
}

function keyOf({ name, entry }: ShownEntry): string {
  const folded = foldName(name).replace(DIGITS, (digits) => digits.padStart(NUMBER_WIDTH, "0"));
  return `${entry.type === "folder" ? 0 : 1}${folded}`;
}
