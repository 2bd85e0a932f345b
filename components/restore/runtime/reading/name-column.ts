import { toBinaryText, toReadableText } from "../../../../engine/restore/binary-text.ts";
import { foldName } from "./fold-name.ts";

/** Names in one text, which is searched at once; a name has no line feed, for it is escaped. */
const BLOCK_NAMES = 4_096;
const SEPARATOR = "\n";

interface Block {
  readonly text: string;
  /** Where each name begins in the text. */
  readonly starts: Uint32Array;
}

/** Names by number, folded for search, and as they are. Searching is one `indexOf` over long texts, not a loop over names. */
export class NameColumn {
  #bytes = new Uint8Array(1 << 16);
  readonly #ends: number[] = [];
  readonly #blocks: Block[] = [];
  #textLength = 0;

  get count(): number {
    return this.#ends.length;
  }

  /** Texts are counted at two bytes a character, as engines keep them at worst. */
  get sizeBytes(): number {
    return this.#bytes.byteLength + 8 * this.#ends.length + 2 * this.#textLength;
  }

  add(name: Uint8Array): void {
    const start = this.#endOf(this.count - 1);
    const end = start + name.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.ceil(end * 1.5));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(name, start);
    this.#ends.push(end);
    if (this.count % BLOCK_NAMES === 0) this.#fold(this.count - BLOCK_NAMES, this.count);
  }

  /** As binary text. */
  get(number: number): string {
    return toBinaryText(this.#bytes.subarray(this.#endOf(number - 1), this.#endOf(number)));
  }

  /** Numbers of the names that hold a folded text, in their order. */
  *search(folded: string): Generator<number> {
    if (folded === "" || folded.includes(SEPARATOR)) return;
    for (const [at, block] of this.#blocks.entries()) yield* searchBlock(block, at * BLOCK_NAMES, folded);
    const first = this.#blocks.length * BLOCK_NAMES;
    if (first < this.count) yield* searchBlock(this.#makeBlock(first, this.count), first, folded);
  }

  #fold(first: number, end: number): void {
    const block = this.#makeBlock(first, end);
    this.#blocks.push(block);
    this.#textLength += block.text.length + block.starts.length * 2;
  }

  #makeBlock(first: number, end: number): Block {
    const names = Array.from({ length: end - first }, (_, at) => foldName(toReadableText(this.get(first + at))));
    const starts = new Uint32Array(names.length);
    let start = 0;
    for (const [at, name] of names.entries()) {
      starts[at] = start;
      start += name.length + SEPARATOR.length;
    }
    return { text: names.join(SEPARATOR), starts };
  }

  #endOf(number: number): number {
    return number < 0 ? 0 : (this.#ends[number] ?? 0);
  }
}

function* searchBlock({ text, starts }: Block, first: number, folded: string): Generator<number> {
  for (let found = text.indexOf(folded); found >= 0; ) {
    const at = lastAtMost(starts, found);
    yield first + at;
    const next = starts[at + 1];
    if (next === undefined) return;
    found = text.indexOf(folded, next);
  }
}

function lastAtMost(starts: Uint32Array, position: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
