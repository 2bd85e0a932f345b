import { compareBytes } from "../../../../engine/codec/hex.ts";
import type { TreeEntry } from "../../../../engine/format/tree-entry.ts";
import { toBinaryText, toReadableText } from "../../../../engine/restore/binary-text.ts";
import { isSameEntry } from "../../../../engine/tree/is-same-entry.ts";
import type { FolderRow } from "../protocol/reading-calls.ts";
import { foldName } from "./fold-name.ts";

/** One row of a folder as it is shown. */
export interface ShownEntry {
  /** Readable. */
  readonly name: string;
  readonly binaryName: string;
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
    before === null ? entries.map((entry, position) => toShownEntry(entry, position)) : compare(entries, before);
  const keyed = shown.map((one) => ({ one, key: keyOf(one) }));
  // By code units: a collator of the reader's language takes fifty times as long.
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.one.position - b.one.position));
  return keyed.map(({ one }) => one);
}

export function toShownEntry(entry: TreeEntry, position: number, change: FolderRow["change"] = null): ShownEntry {
  const binaryName = toBinaryText(entry.name);
  return { name: toReadableText(binaryName), binaryName, entry, position, change };
}

function compare(entries: readonly TreeEntry[], before: readonly TreeEntry[]): ShownEntry[] {
  const shown: ShownEntry[] = [];
  // Both stand in the tree's order of names, so that one walk through them pairs them.
  let at = 0;
  const goneUntil = (name: Uint8Array | null) => {
    for (let was = before[at]; was && (name === null || compareBytes(was.name, name) < 0); was = before[++at]) {
      shown.push(toShownEntry(was, at, "gone"));
    }
  };
  for (const [position, entry] of entries.entries()) {
    goneUntil(entry.name);
    const was = before[at];
    if (was === undefined || compareBytes(was.name, entry.name) !== 0) {
      shown.push(toShownEntry(entry, position, "new"));
      continue;
    }
    at += 1;
    shown.push(toShownEntry(entry, position, isSameEntry(was, entry) ? null : "changed"));
  }
  goneUntil(null);
  return shown;
}

function keyOf({ name, entry }: ShownEntry): string {
  const folded = foldName(name).replace(DIGITS, (digits) => digits.padStart(NUMBER_WIDTH, "0"));
  return `${entry.type === "folder" ? 0 : 1}${folded}`;
}
