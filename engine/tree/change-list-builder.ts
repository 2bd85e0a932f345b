import { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import {
  type ChangeListForm,
  type ChangeListLeafRow,
  type ChangeListPage,
  type ChangeRow,
  childIdsOfChangeListPage,
  encodeChangeListPage,
  encodeChangeRow,
} from "../format/change-list.ts";
import { emitPage, type PageOutput } from "./built-page.ts";

/** Leaves are cut before this size; about 1,500 rows. */
const LEAF_MOST_BYTES = 192 * 1024;

export interface ChangeListStart {
  readonly form: ChangeListForm;
  /** Top page of the list that this one continues; null for a baseline and only then. */
  readonly parentId: Uint8Array | null;
}

/**
 * Builds one snapshot's change list in the memory of one leaf and one row per leaf. Rows arrive sorted by path hash,
 * strictly ascending (`out_of_order` otherwise); whoever has them in another order sorts them in runs on disk before.
 */
export class ChangeListBuilder {
  readonly #output: PageOutput;
  readonly #start: ChangeListStart;
  readonly #scratch = new ByteWriter(256);
  readonly #leaves: ChangeListLeafRow[] = [];
  #rows: ChangeRow[] = [];
  #leafBytes = 0;
  #lastHash: Uint8Array | null = null;

  constructor(output: PageOutput, start: ChangeListStart) {
    if ((start.form === "baseline") !== (start.parentId === null)) {
      throw new FormatError("bad_parent", "only deltas and merged change lists have a parent, and they must");
    }
    this.#output = output;
    this.#start = start;
  }

  add(row: ChangeRow): void {
    if (this.#lastHash !== null && compareBytes(this.#lastHash, row.pathHash) >= 0) {
      throw new FormatError(
        "out_of_order",
        "rows of a change list must arrive in ascending order of their path hashes",
      );
    }
    this.#lastHash = row.pathHash;
    this.#scratch.reset();
    encodeChangeRow(this.#scratch, row);
    const sizeBytes = this.#scratch.position;
    if (this.#rows.length > 0 && this.#leafBytes + sizeBytes > LEAF_MOST_BYTES) this.#cut();
    this.#rows.push(row);
    this.#leafBytes += sizeBytes;
  }

  /** Emits the last leaf and the top page. @returns the id of the top page */
  finish(): Uint8Array {
    this.#cut();
    return this.#emit({ type: "change-list-top", ...this.#start, leaves: this.#leaves });
  }

  #cut(): void {
    const [first] = this.#rows;
    if (first === undefined) return;
    const pageId = this.#emit({ type: "change-list-leaf", rows: this.#rows });
    this.#leaves.push({ firstPathHash: first.pathHash, pageId });
    this.#rows = [];
    this.#leafBytes = 0;
  }

  #emit(page: ChangeListPage): Uint8Array {
    return emitPage(this.#output, 3, encodeChangeListPage(page), childIdsOfChangeListPage(page));
  }
}
