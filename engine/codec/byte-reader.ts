import { FormatError } from "./format-error.ts";

/**
 * Reads what ByteWriter wrote, strictly: nothing beyond the end, only shortest varints, no length beyond its limit.
 * Returned bytes are views into the input, not copies.
 *
 * @throws FormatError `truncated`, `bad_varint`, `too_long`, `trailing_bytes`
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Refuses what lies beyond 2^53 - 1. */
  u64(): number {
    const at = this.#take(8);
    const high = this.#view.getUint32(at + 4, true);
    if (high > 0x1f_ffff) throw new FormatError("too_large", "a number is beyond 2^53 - 1");
    return high * 0x1_0000_0000 + this.#view.getUint32(at, true);
  }

  varint(max: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let scale = 1;
    for (let count = 1; ; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && count > 1) throw new FormatError("bad_varint", "a number is not in its shortest form");
        break;
      }
      if (count === 8) throw new FormatError("bad_varint", "a number takes more than 8 bytes");
      scale *= 0x80;
    }
    if (value > max) throw new FormatError("too_large", `${value} is beyond the limit of ${max}`);
    return value;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  raw(sizeBytes: number): Uint8Array {
    const at = this.#take(sizeBytes);
    return this.#bytes.subarray(at, at + sizeBytes);
  }

  /** A varint length, at most `limitBytes`, and the bytes. */
  bytes(limitBytes: number): Uint8Array {
    const sizeBytes = this.varint();
    if (sizeBytes > limitBytes) throw new FormatError("too_long", `${sizeBytes} bytes; the limit is ${limitBytes}`);
    return this.raw(sizeBytes);
  }

  /**
   * A varint count of things that take at least `leastBytes` each, so that a forged count never costs memory: what
   * could not fit into the rest of the input is refused before anything is allocated.
   */
  count(limit: number, leastBytes: number): number {
    const count = this.varint();
    if (count > limit) throw new FormatError("too_many", `a count of ${count}; the limit is ${limit}`);
    if (count * leastBytes > this.remaining)
      throw new FormatError("truncated", "a count is beyond the end of the input");
    return count;
  }

  expectEnd(): void {
    if (this.remaining !== 0) throw new FormatError("trailing_bytes", `${this.remaining} bytes after the end`);
  }

  #take(sizeBytes: number): number {
    const at = this.#position;
    if (sizeBytes > this.#bytes.length - at) throw new FormatError("truncated", "the input ends too early");
    this.#position = at + sizeBytes;
    return at;
  }
}
