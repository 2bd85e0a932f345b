import { ByteReader } from "../codec/byte-reader.ts";
import { compareBytes } from "../codec/hex.ts";
import { type ChangeListLeaf, type ChangeRow, decodeChangeRow, PATH_HASH_SIZE_BYTES } from "../format/change-list.ts";

/**
 * A leaf of a change list as it is stored, with where its rows begin: a row is decoded when it is asked for, so that the leaves of
 * a thousand lists take the room of their bytes.
 */
export class LeafRows {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;

  /** @param bytes what `leaf` was decoded from, without a copy in between */
  constructor(bytes: Uint8Array, leaf: ChangeListLeaf) {
    this.#bytes = bytes;
    this.#starts = Uint32Array.from(leaf.rows, ({ pathHash }) => pathHash.byteOffset - bytes.byteOffset);
  }

  get sizeBytes(): number {
    return this.#bytes.length + this.#starts.byteLength;
  }

  find(pathHash: Uint8Array): ChangeRow | null {
    let [low, high] = [0, this.#starts.length - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const start = this.#starts[middle] ?? 0;
      const order = compareBytes(this.#bytes.subarray(start, start + PATH_HASH_SIZE_BYTES), pathHash);
      if (order === 0) return decodeChangeRow(new ByteReader(this.#bytes, start));
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }
}
