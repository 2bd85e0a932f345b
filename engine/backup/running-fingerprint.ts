import { encodeUtf8 } from "../codec/text.ts";
import type { Primitives, RunningHash } from "../ports/primitives.ts";

const CONTENT = encodeUtf8("holdfast/1/content");
const BLOCK_BYTES = 64;
const FINGERPRINT_BYTES = 16;

/** `contentFingerprint` of a file whose items come piece by piece: the same HMAC, over two running hashes. */
export class RunningFingerprint {
  readonly #primitives: Primitives;
  readonly #outerPad: Uint8Array;
  readonly #inner: RunningHash;

  /** @param chunkIdKey 32 bytes */
  constructor(primitives: Primitives, chunkIdKey: Uint8Array) {
    this.#primitives = primitives;
    this.#outerPad = padOf(chunkIdKey, 0x5c);
    this.#inner = primitives.sha256Start();
    this.#inner.update(padOf(chunkIdKey, 0x36));
    this.#inner.update(CONTENT);
  }

  /** @param items encoded chunk-list items, whole or not */
  add(items: Uint8Array): void {
    this.#inner.update(items);
  }

  finish(): Uint8Array {
    return this.#primitives.sha256(this.#outerPad, this.#inner.digest()).slice(0, FINGERPRINT_BYTES);
  }
}

function padOf(key: Uint8Array, byte: number): Uint8Array {
  const pad = new Uint8Array(BLOCK_BYTES).fill(byte);
  for (const [at, value] of key.entries()) pad[at] = byte ^ value;
  return pad;
}
