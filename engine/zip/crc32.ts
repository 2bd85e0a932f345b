import { fromBase64 } from "../codec/hex.ts";
import { CRC32_WASM_BASE64 } from "./crc32-wasm.ts";

// The engine is compiled without DOM and Node types; both platforms have WebAssembly.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Crc32Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  crc32(before: number, sizeBytes: number): number;
}

const WINDOW_AT = 65_536;
/** Small enough to stay in the processor's cache between the copy and the sum. */
const WINDOW_SIZE_BYTES = 65_536;

let made: { readonly wasm: Crc32Exports; readonly window: Uint8Array } | null = null;

/**
 * The CRC-32 of ZIP, over bytes in pieces: give what the last piece gave, 0 at first. Sixteen bytes a turn in WebAssembly: a table of one byte a
 * turn would be the slowest step of an archive (docs/decisions/0040-zip-in-the-browser.md).
 */
export function crc32(before: number, bytes: Uint8Array): number {
  made ??= instantiate();
  const { wasm, window } = made;
  let crc = before;
  for (let at = 0; at < bytes.length; at += WINDOW_SIZE_BYTES) {
    const piece = bytes.subarray(at, at + WINDOW_SIZE_BYTES);
    window.set(piece);
    crc = wasm.crc32(crc, piece.length);
  }
  return crc >>> 0;
}

/** At once, which browsers allow in workers only: a window's own thread must not be held up. */
function instantiate() {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromBase64(CRC32_WASM_BASE64)));
  const wasm = parseExports(exports);
  return { wasm, window: new Uint8Array(wasm.memory.buffer, WINDOW_AT, WINDOW_SIZE_BYTES) };
}

function parseExports(exports: unknown): Crc32Exports {
  return exports as Crc32Exports;
}
