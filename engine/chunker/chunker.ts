import { FormatError } from "../codec/format-error.ts";
import { fromBase64 } from "../codec/hex.ts";
import { CUT_WASM_BASE64 } from "./cut-wasm.ts";
import { CHUNK_PARAMS, type ChunkParams, maskBits } from "./params.ts";

// The engine is compiled without DOM and Node types; both platforms have WebAssembly.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>;
};

/** Finds the ends of chunks in a window of memory that files are read straight into. */
export interface Chunker {
  /** The memory to read into; `windowSizeBytes` long, the same for the life of the chunker. */
  readonly window: Uint8Array;
  readonly windowSizeBytes: number;
  /**
   * @param start where in the window the chunk begins
   * @param end how far the window is filled
   * @param isLast true when nothing follows `end`
   * @returns the offset of the chunk's end in the window, or -1 when more input is needed
   */
  cut(start: number, end: number, isLast: boolean): number;
}

/** Several of the largest chunks, so that few bytes are moved to the front between two reads. */
const WINDOW_SIZE_BYTES = 8 * 1024 * 1024;
const TABLE_AT = 1024;
const WINDOW_AT = 65_536;

interface CutExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  configure(least: number, average: number, most: number, hardBits: number, easyBits: number): void;
  cut(start: number, end: number, isLast: number): number;
}

/** @param gearTable from the chunk-id key (`gearTable` in engine/ids); another key cuts elsewhere */
export async function createChunker(gearTable: BigUint64Array, params: ChunkParams = CHUNK_PARAMS): Promise<Chunker> {
  if (gearTable.length !== 256) throw new FormatError("bad_size", "a gear table has 256 numbers");
  const { instance } = await WebAssembly.instantiate(fromBase64(CUT_WASM_BASE64));
  const wasm = parseExports(instance.exports);
  new BigUint64Array(wasm.memory.buffer, TABLE_AT, 256).set(gearTable);
  const bits = maskBits(params);
  wasm.configure(params.leastBytes, params.averageBytes, params.mostBytes, bits.hard, bits.easy);
  return {
    window: new Uint8Array(wasm.memory.buffer, WINDOW_AT, WINDOW_SIZE_BYTES),
    windowSizeBytes: WINDOW_SIZE_BYTES,
    cut(start, end, isLast) {
      if (!(start >= 0 && start <= end && end <= WINDOW_SIZE_BYTES)) {
        throw new FormatError("bad_range", `${start} to ${end} does not lie in the window`);
      }
      return wasm.cut(start, end, isLast ? 1 : 0);
    },
  };
}

function parseExports(exports: unknown): CutExports {
  return exports as CutExports;
}
