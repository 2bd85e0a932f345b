import type { CacheRecord, FolderEndRecord, FolderRecord, LeafRecord, MissingRecord } from "./cache-record.ts";

/** Where the records of the last run come from, one after the other. */
export interface CacheRecords {
  /** Undefined at the end, and from the first damaged block on. */
  next(): CacheRecord | undefined;
}

/** The last run's records read beside the walk: both are in the same order, so neither is ever held as a whole. */
export class CacheCursor {
  readonly #records: CacheRecords;
  #head: CacheRecord | undefined;

  constructor(records: CacheRecords) {
    this.#records = records;
    this.#head = records.next();
  }

  /** The next object in the folder that is being walked; undefined at the folder's end. */
  peek(): LeafRecord | FolderRecord | MissingRecord | undefined {
    return this.#head === undefined || this.#head.kind === "end" ? undefined : this.#head;
  }

  /** Steps over an object; for a folder, into it. */
  step(): void {
    this.#head = this.#records.next();
  }

  /** Steps over the end of a folder. */
  takeEnd(): FolderEndRecord | undefined {
    const end = this.#head;
    if (end?.kind !== "end") return undefined;
    this.#head = this.#records.next();
    return end;
  }
}
