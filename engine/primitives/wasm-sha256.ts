import { fromBase64 } from "../codec/hex.ts";
import type { RunningHash } from "../ports/primitives.ts";
import { SHA256_WASM_BASE64 } from "./sha256-wasm.ts";

interface Sha256Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  begin(): void;
  stateAt(): number;
  absorb(blocks: number): void;
}

const WINDOW_AT = 65_536;
/** Small enough to stay in the processor's cache between the copy and the hash. */
const WINDOW_SIZE_BYTES = 65_536;
const BLOCK_SIZE_BYTES = 64;
const LENGTH_SIZE_BYTES = 8;

/**
 * One SHA-256 over any length, for archives: a browser's own takes no bytes in pieces, and libsodium's costs half as much again
 * (docs/decisions/0040-zip-in-the-browser.md). For what is not secret: its memory is not wiped.
 */
export async function startWasmSha256(): Promise<RunningHash> {
  const { instance } = await WebAssembly.instantiate(fromBase64(SHA256_WASM_BASE64).slice());
  return new WasmSha256(parseExports(instance.exports));
}

class WasmSha256 implements RunningHash {
  readonly #wasm: Sha256Exports;
  readonly #window: Uint8Array;
  #filledBytes = 0;
  #totalBytes = 0;

  constructor(wasm: Sha256Exports) {
    this.#wasm = wasm;
    this.#window = new Uint8Array(wasm.memory.buffer, WINDOW_AT, WINDOW_SIZE_BYTES);
    wasm.begin();
  }

  update(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + WINDOW_SIZE_BYTES - this.#filledBytes);
      this.#window.set(piece, this.#filledBytes);
      this.#filledBytes += piece.length;
      at += piece.length;
      if (this.#filledBytes === WINDOW_SIZE_BYTES) this.#absorb();
    }
  }

  digest(): Uint8Array {
    this.update(paddingOf(this.#totalBytes));
    this.#absorb();
    const words = new Uint32Array(this.#wasm.memory.buffer, this.#wasm.stateAt(), 8);
    const digest = new DataView(new ArrayBuffer(32));
    for (const [at, word] of words.entries()) digest.setUint32(at * 4, word);
    return new Uint8Array(digest.buffer);
  }

  #absorb(): void {
    this.#wasm.absorb(this.#filledBytes / BLOCK_SIZE_BYTES);
    this.#filledBytes = 0;
  }
}

/** The end of a message: one bit, zeros, and how many bits it has, up to the end of a block. */
function paddingOf(messageBytes: number): Uint8Array {
  const leastBytes = 1 + LENGTH_SIZE_BYTES;
  const excessBytes = (messageBytes + leastBytes) % BLOCK_SIZE_BYTES;
  const padding = new DataView(new ArrayBuffer(leastBytes + ((BLOCK_SIZE_BYTES - excessBytes) % BLOCK_SIZE_BYTES)));
  padding.setUint8(0, 0x80);
  padding.setBigUint64(padding.byteLength - LENGTH_SIZE_BYTES, BigInt(messageBytes) * 8n);
  return new Uint8Array(padding.buffer);
}

function parseExports(exports: unknown): Sha256Exports {
  return exports as Sha256Exports;
}
