const WORDS = 4;
const FIRST_SLOTS = 1 << 10;

/** Numbers of path hashes in the order in which they came, without a string for each; at most half full, 40 bytes for each. */
export class HashTable {
  #slots = new Uint32Array(FIRST_SLOTS);
  #words = new Uint32Array((FIRST_SLOTS / 2) * WORDS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#slots.byteLength + this.#words.byteLength;
  }

  /** The number of a hash of 16 bytes; -1 when it never came. */
  find(hash: Uint8Array): number {
    return (this.#slots[this.#slotOf(wordsOf(hash))] ?? 0) - 1;
  }

  /** @returns the number of a hash that has not come before */
  add(hash: Uint8Array): number {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    const words = wordsOf(hash);
    this.#words.set(words, this.#count * WORDS);
    this.#count += 1;
    this.#slots[this.#slotOf(words)] = this.#count;
    return this.#count - 1;
  }

  /** Where a hash stands, or the free slot for it. */
  #slotOf([a, b, c, d]: Words): number {
    const mask = this.#slots.length - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const at = (number - 1) * WORDS;
      const words = this.#words;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
    }
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
    const slots = new Uint32Array(this.#slots.length * 2);
    this.#slots = slots;
    for (let number = 1; number <= this.#count; number++) {
      const at = (number - 1) * WORDS;
      const mask = slots.length - 1;
      let slot = (words[at] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
  }
}

type Words = readonly [number, number, number, number];

function wordsOf(hash: Uint8Array): Words {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
}
