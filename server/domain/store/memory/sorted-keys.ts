/** Keys of one block: small enough to be moved about, and few enough blocks to be looked through. */
const BLOCK_KEYS = 512;

/** A set of keys in their order, in which one goes on after any key without sorting: of 300,000, adding one takes about 2 us. */
export class SortedKeys<Key extends string | number> {
  readonly #blocks: Key[][] = [];

  add(key: Key): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    const place = placeOf(block, key);
    if (block[place] === key) return;
    block.splice(place, 0, key);
    if (block.length > BLOCK_KEYS) this.#blocks.splice(at + 1, 0, block.splice(BLOCK_KEYS >> 1));
  }

  delete(key: Key): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at];
    const place = block ? placeOf(block, key) : 0;
    if (block?.[place] !== key) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** Keys beyond one, or all of them. */
  *after(key: Key | null): Generator<Key> {
    for (let at = key === null ? 0 : this.#blockOf(key); at < this.#blocks.length; at++) {
      for (const each of this.#blocks[at] ?? []) if (key === null || each > key) yield each;
    }
  }

  /** The block in which the key is, or would be: the last one that begins at or before it. */
  #blockOf(key: Key): number {
    let [low, high] = [0, this.#blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.#blocks[middle]?.[0];
      if (first !== undefined && first <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function placeOf<Key extends string | number>(block: readonly Key[], key: Key): number {
  let [low, high] = [0, block.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const each = block[middle];
    if (each !== undefined && each < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
