import type { ChangeListForm, ChangeRow } from "../../../../engine/format/change-list.ts";
import { toBinaryText, toReadableText } from "../../../../engine/restore/binary-text.ts";
import type { EntryKind } from "../protocol/reading-calls.ts";
import { foldName } from "./fold-name.ts";
import { modifiedAtMs } from "./folder-row.ts";
import { HashTable } from "./hash-table.ts";
import { NameColumn } from "./name-column.ts";

/** A path that is or was. */
export interface IndexedName {
  /** Both binary text. */
  readonly folder: string;
  readonly name: string;
  readonly type: EntryKind;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Number of the list since which it is gone; null while it is there. */
  readonly goneAt: number | null;
}

/** Of a path, beside its name and its hash: five columns of numbers. */
const COLUMN_BYTES = 5 * 8;
/** Of a folder's path, beside its text: a place in the map and one in the list. */
const FOLDER_BYTES = 100;
const SLASH = 0x2f;
const PRESENT = -1;

/**
 * All paths of one source that are or were, made from its change lists in their order. It holds what search needs and nothing else:
 * about 120 bytes a path. Beyond its limit new paths are passed over, and `isCut` says so.
 */
export class NameIndex {
  readonly #limitBytes: number;
  readonly #hashes = new HashTable();
  readonly #names = new NameColumn();
  readonly #folderNumbers = new Map<string, number>();
  readonly #folders: string[] = [];
  #folderBytes = 0;
  readonly #folderOf: number[] = [];
  readonly #types: EntryKind[] = [];
  readonly #sizes: number[] = [];
  readonly #times: number[] = [];
  readonly #goneAt: number[] = [];
  /** While a baseline is read: 1 for what it names. */
  #named: Uint8Array | null = null;
  #isCut = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get count(): number {
    return this.#names.count;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  get sizeBytes(): number {
    return this.#hashes.sizeBytes + this.#names.sizeBytes + this.#folderBytes + this.count * COLUMN_BYTES;
  }

  /** The list that follows; lists come in the order of their snapshots. */
  begin(form: ChangeListForm): void {
    // What a baseline does not name is not there any more.
    this.#named = form === "baseline" && this.count > 0 ? new Uint8Array(this.count) : null;
  }

  /** @param list number of the list, from 0 */
  add(row: ChangeRow, list: number): void {
    const known = this.#hashes.find(row.pathHash);
    if (known < 0) {
      if (row.op === "present") this.#append(row);
      return;
    }
    if (this.#named !== null && known < this.#named.length) this.#named[known] = 1;
    if (row.op === "gone") {
      if (this.#goneAt[known] === PRESENT) this.#goneAt[known] = list;
      return;
    }
    this.#types[known] = row.entryType;
    this.#sizes[known] = row.sizeBytes;
    this.#times[known] = modifiedAtMs(row);
    this.#goneAt[known] = PRESENT;
  }

  end(list: number): void {
    for (const [number, isNamed] of this.#named?.entries() ?? []) {
      if (isNamed === 0 && this.#goneAt[number] === PRESENT) this.#goneAt[number] = list;
    }
    this.#named = null;
  }

  get(number: number): IndexedName {
    const goneAt = this.#goneAt[number] ?? PRESENT;
    return {
      folder: this.#folders[this.#folderOf[number] ?? 0] ?? "",
      name: this.#names.get(number),
      type: this.#types[number] ?? "file",
      sizeBytes: this.#sizes[number] ?? 0,
      modifiedAtMs: this.#times[number] ?? 0,
      goneAt: goneAt === PRESENT ? null : goneAt,
    };
  }

  /**
   * Numbers of what is named so, without regard to case and accents. A text with slashes is looked for in whole paths: its last part
   * begins the name, what stands before ends the folder.
   */
  *search(text: string): Generator<number> {
    const folded = foldName(text);
    const slash = folded.lastIndexOf("/");
    if (slash < 0) yield* this.#names.search(folded);
    else yield* this.#searchPaths(folded.slice(0, slash), folded.slice(slash + 1));
  }

  *#searchPaths(folder: string, beginning: string): Generator<number> {
    const fits = this.#folders.map((path) => {
      const folded = foldName(toReadableText(path));
      return folded.endsWith(folder) || `/${folded}`.endsWith(folder);
    });
    for (let number = 0; number < this.count; number++) {
      if (fits[this.#folderOf[number] ?? 0] !== true) continue;
      if (foldName(toReadableText(this.#names.get(number))).startsWith(beginning)) yield number;
    }
  }

  #append(row: ChangeRow): void {
    if (this.sizeBytes > this.#limitBytes) {
      this.#isCut = true;
      return;
    }
    const slash = row.path.lastIndexOf(SLASH);
    this.#hashes.add(row.pathHash);
    this.#names.add(row.path.subarray(slash + 1));
    this.#folderOf.push(this.#folderNumber(toBinaryText(row.path.subarray(0, Math.max(0, slash)))));
    this.#types.push(row.entryType);
    this.#sizes.push(row.sizeBytes);
    this.#times.push(modifiedAtMs(row));
    this.#goneAt.push(PRESENT);
  }

  #folderNumber(path: string): number {
    const known = this.#folderNumbers.get(path);
    if (known !== undefined) return known;
    this.#folderNumbers.set(path, this.#folders.length);
    this.#folderBytes += path.length + FOLDER_BYTES;
    return this.#folders.push(path) - 1;
  }
}
