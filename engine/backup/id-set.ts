const WORDS = 4;
const FIRST_SLOTS = 1 << 14;

/**
 * A set of ids with a bound on its memory: 16 bytes of each id in open addressing, at most half full. When it is full it
 * forgets everything, which costs a question asked twice and nothing else.
 */
export class IdSet {
  #table = new Uint32Array(FIRST_SLOTS * WORDS);
  #count = 0;
  readonly #maxSlots: number;

  /** @param maxIds rounded up to a power of two; 32 bytes of memory each */
  constructor(maxIds: number) {
    this.#maxSlots = 2 ** Math.ceil(Math.log2(Math.max(maxIds * 2, FIRST_SLOTS)));
  }

  get size(): number {
    return this.#count;
  }

  has(id: Uint8Array): boolean {
    return this.#find(this.#table, wordsOf(id)) < 0;
  }

  /** True when it was not there. */
  add(id: Uint8Array): boolean {
    if (this.#count * 2 * WORDS >= this.#table.length) this.#makeRoom();
    const words = wordsOf(id);
    const at = this.#find(this.#table, words);
    if (at < 0) return false;
    this.#table.set(words, at);
    this.#count += 1;
    return true;
  }

  clear(): void {
    this.#table = new Uint32Array(FIRST_SLOTS * WORDS);
    this.#count = 0;
  }

  /** Offset of the free place for an id; negative when the id is there. */
  #find(table: Uint32Array, [a, b, c, d]: Words): number {
    const slots = table.length / WORDS;
    for (let slot = a % slots; ; slot = (slot + 1) % slots) {
      const at = slot * WORDS;
      const first = table[at];
      if (first === 0 && table[at + 1] === 0) return at;
      if (first === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d) return -1;
    }
  }

  #makeRoom(): void {
    const slots = this.#table.length / WORDS;
    if (slots >= this.#maxSlots) {
      this.clear();
      return;
    }
    const larger = new Uint32Array(this.#table.length * 2);
    for (let at = 0; at < this.#table.length; at += WORDS) {
      const words: Words = [
        this.#table[at] ?? 0,
        this.#table[at + 1] ?? 0,
        this.#table[at + 2] ?? 0,
        this.#table[at + 3] ?? 0,
      ];
      if (words[0] !== 0 || words[1] !== 0) larger.set(words, this.#find(larger, words));
    }
    this.#table = larger;
  }
}

type Words = readonly [number, number, number, number];

/** An id whose first 64 bits are zero does not occur; it would be taken for a free place. */
function wordsOf(id: Uint8Array): Words {
  const view = new DataView(id.buffer, id.byteOffset, 16);
  return [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
}
