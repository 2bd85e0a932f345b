import { FormatError } from "./format-error.ts";

/**
 * Writes the integers and lengths of FORMAT.md section 0 one after the other. Over a buffer of its own it grows; over
 * one that was given it writes in place and refuses (`buffer_full`) what does not fit.
 */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #position: number;
  readonly #isFixed: boolean;

  /** @param target initial size in bytes of a growing buffer, or the fixed buffer to write into, from `start` on */
  constructor(target: number | Uint8Array = 256, start = 0) {
    this.#isFixed = typeof target !== "number";
    this.#bytes = typeof target === "number" ? new Uint8Array(Math.max(16, target)) : target;
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#position = start;
  }

  /** Offset of the next byte, which is also the number of bytes written (plus `start`). */
  get position(): number {
    return this.#position;
  }

  u8(value: number): this {
    const at = this.#take(1);
    this.#bytes[at] = integer(value, 0xff);
    return this;
  }

  u16(value: number): this {
    const at = this.#take(2);
    this.#view.setUint16(at, integer(value, 0xffff), true);
    return this;
  }

  u32(value: number): this {
    const at = this.#take(4);
    this.#view.setUint32(at, integer(value, 0xffffffff), true);
    return this;
  }

  /** At most 2^53 - 1, the largest whole number that every program here can hold. */
  u64(value: number): this {
    const at = this.#take(8);
    integer(value, Number.MAX_SAFE_INTEGER);
    this.#view.setUint32(at, value % 0x1_0000_0000, true);
    this.#view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
    return this;
  }

  /** Unsigned LEB128. */
  varint(value: number): this {
    let rest = integer(value, Number.MAX_SAFE_INTEGER);
    while (rest > 0x7f) {
      const at = this.#take(1);
      this.#bytes[at] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    const at = this.#take(1);
    this.#bytes[at] = rest;
    return this;
  }

  /** Signed, within 2^52. */
  zigzag(value: number): this {
    return this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Bytes without a length. */
  raw(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A varint length and the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.varint(bytes.length).raw(bytes);
  }

  /** Overwrites four bytes that were written before. */
  patchU32(at: number, value: number): this {
    if (at < 0 || at + 4 > this.#position) throw new FormatError("bad_patch", "only written bytes can be patched");
    this.#view.setUint32(at, integer(value, 0xffffffff), true);
    return this;
  }

  /** Room for bytes that the caller fills in; valid until the next write. */
  reserve(sizeBytes: number): Uint8Array {
    const at = this.#take(sizeBytes);
    return this.#bytes.subarray(at, at + sizeBytes);
  }

  /** What was written, without a copy; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }

  /** What was written, as a copy of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#position);
  }

  /** Starts over with the same buffer. */
  reset(): void {
    this.#position = 0;
  }

  #take(sizeBytes: number): number {
    const at = this.#position;
    const end = at + sizeBytes;
    if (end > this.#bytes.length) this.#grow(end);
    this.#position = end;
    return at;
  }

  #grow(atLeast: number): void {
    if (this.#isFixed) {
      throw new FormatError("buffer_full", `${atLeast} bytes do not fit into a buffer of ${this.#bytes.length}`);
    }
    const larger = new Uint8Array(Math.max(atLeast, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function integer(value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new FormatError("bad_integer", `${value} is not a whole number from 0 to ${max}`);
  }
  return value;
}
