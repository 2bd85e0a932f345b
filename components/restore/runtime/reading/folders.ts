import type { TreeEntry } from "../../../../engine/format/tree-entry.ts";
import { idKey } from "../../../../engine/ids/chunk-id.ts";
import { BoundedCache } from "../../../../engine/restore/bounded-cache.ts";
import type { FolderEntry, Place, SnapshotReader } from "../../../../engine/restore/snapshot-reader.ts";
import type { FolderInput, FolderRow, FolderView } from "../protocol/reading-calls.ts";
import type { OpenVault } from "../vault-room.ts";
import { orderFolder, type ShownEntry, toShownEntry } from "./folder-order.ts";
import { toFolderRow, toPlaceFound } from "./folder-row.ts";
import { ReadingError } from "./reading-error.ts";
import type { SnapshotLists } from "./snapshot-lists.ts";

/** Larger folders are shown in the tree's own order: to sort them, all their pages would have to be read first. */
export const MAX_SORTED = 20_000;
/** Rows of one answer. */
const MAX_ROWS = 20_000;
/** Entries of folders that were put in order; about 1 KiB each. */
const CACHED_ENTRIES = 2 * MAX_SORTED;

/** A folder in one snapshot. */
interface ListedPlace {
  readonly reader: SnapshotReader;
  readonly place: Place;
  readonly folder: FolderEntry | null;
}

/** What a folder is compared with: its place in the snapshot before, null if that had no such folder. */
interface Before {
  readonly snapshotId: string;
  readonly at: ListedPlace | null;
}

/** Opens folders, reading as few pages of the tree as their size allows. */
export class Folders {
  readonly #vault: OpenVault;
  readonly #lists: SnapshotLists;
  /** By the listings' page ids, which say all that lies in them. */
  readonly #ordered = new BoundedCache<readonly ShownEntry[]>(CACHED_ENTRIES);

  constructor(vault: OpenVault, lists: SnapshotLists) {
    this.#vault = vault;
    this.#lists = lists;
  }

  /** @throws RestoreError, IntegrityError, FormatError as SnapshotReader; ReadingError `not_a_folder` */
  async open({ snapshotId, steps, offset, limit, isCompared = false }: FolderInput): Promise<FolderView> {
    const reader = await this.#vault.openSnapshot(snapshotId);
    const here = asFolder(reader, await reader.at(steps));
    if (here === null) throw new ReadingError("not_a_folder", "What lies at this place is not a folder.");
    const entries = await reader.count(here.folder);
    const about = {
      place: toPlaceFound(here.place),
      entries,
      bytes: here.folder?.bytesBelow ?? reader.snapshot.header.contentBytes,
    };
    const wanted = { offset, limit: Math.min(limit, MAX_ROWS) };
    if (entries > MAX_SORTED) {
      const rows = await readUnsorted(here, wanted);
      return { ...about, rows, total: entries, isSorted: false, comparedWith: null };
    }
    const before = isCompared ? await this.#findBefore(here) : null;
    const shown = await this.#order(here, before);
    const rows = shown.slice(wanted.offset, wanted.offset + wanted.limit).map((one) => {
      const owner = one.change === "gone" && before?.at ? before.at : here;
      return toFolderRow(owner.place, one);
    });
    return { ...about, rows, total: shown.length, isSorted: true, comparedWith: before?.snapshotId ?? null };
  }

  async #findBefore({ reader, place }: ListedPlace): Promise<Before | null> {
    const { header, snapshotId } = reader.snapshot;
    const before = await this.#lists.findBefore(header, snapshotId);
    if (before === null) return null;
    const other = await this.#vault.openSnapshot(before.snapshotId);
    const found = await other.locate(place.path);
    const at = found && asFolder(other, found);
    if (at !== null && (await other.count(at.folder)) > MAX_SORTED) return null;
    return { snapshotId: before.snapshotId, at };
  }

  async #order(here: ListedPlace, before: Before | null): Promise<readonly ShownEntry[]> {
    const key = orderKey(here, before);
    const known = this.#ordered.get(key);
    if (known !== undefined) return known;
    const entries = await readAll(here);
    const shown = orderFolder(entries, before && (await readBefore(here, { at: before.at, entries })));
    this.#ordered.set(key, shown, shown.length);
    return shown;
  }
}

function asFolder(reader: SnapshotReader, place: Place): ListedPlace | null {
  const { entry } = place;
  if (entry !== null && entry.type !== "folder") return null;
  return { reader, place, folder: entry };
}

function pageKey({ reader, folder }: ListedPlace): string {
  return idKey(folder?.pageId ?? reader.snapshot.header.topPageId);
}

function orderKey(here: ListedPlace, before: Before | null): string {
  if (before === null) return pageKey(here);
  return `${pageKey(here)} after ${before.at === null ? "nothing" : pageKey(before.at)}`;
}

async function readAll({ reader, folder }: ListedPlace): Promise<TreeEntry[]> {
  return (await Array.fromAsync(reader.leaves(folder))).flat();
}

/** The same page is the same listing: then nothing is read. */
async function readBefore(
  here: ListedPlace,
  { at, entries }: { at: ListedPlace | null; entries: readonly TreeEntry[] },
): Promise<readonly TreeEntry[]> {
  if (at === null) return [];
  return pageKey(at) === pageKey(here) ? entries : readAll(at);
}

async function readUnsorted(
  { reader, folder, place }: ListedPlace,
  { offset, limit }: { offset: number; limit: number },
): Promise<FolderRow[]> {
  const rows: FolderRow[] = [];
  for await (const entries of reader.leaves(folder, offset)) {
    for (const entry of entries) {
      if (rows.length >= limit) return rows;
      rows.push(toFolderRow(place, toShownEntry(entry, offset + rows.length)));
    }
  }
  return rows;
}
