import { createRequire } from "node:module";
import type { Primitives } from "../../engine/ports/primitives.ts";

/** ZSTD_c_compressionLevel of zstd.h. */
const COMPRESSION_LEVEL = 100;

/** Compresses `plain` into the start of `into`; returns the compressed size, undefined when it does not fit. */
type CompressInto = (plain: Uint8Array, level: number, into: Uint8Array) => number | undefined;

/**
 * [Note: One zstd context] node:zlib makes a context, a stream object and an output buffer for every call. For a body of 256 KiB at level 1
 * that is a third of the CPU (docs/decisions/0003-compression.md), and output buffers start collections. The zstd inside of Node can
 * be called directly, because Node exports it for its add-ons. The context lives as long as the process: about 1 MB for each
 * thread that compresses.
 *
 * @returns the same primitives, which compress to the same bytes for less; as they were where this Node exports no zstd
 */
export function withOneZstdContext(primitives: Primitives): Primitives {
  const compressInto = openZstdOfNode();
  if (compressInto === undefined) return primitives;
  return {
    ...primitives,
    zstdCompress(plain, level, into) {
      if (into === undefined || plain.length === 0) return primitives.zstdCompress(plain, level, into);
      const sizeBytes = compressInto(plain, level, into);
      return sizeBytes === undefined ? primitives.zstdCompress(plain, level, into) : into.subarray(0, sizeBytes);
    },
  };
}

function openZstdOfNode(): CompressInto | undefined {
  try {
    const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
    const node = koffi.load(null);
    const createContext = node.func("ZSTD_createCCtx", "void *", []);
    const setParameter = node.func("ZSTD_CCtx_setParameter", "size_t", ["void *", "int", "int"]);
    const compress = node.func("ZSTD_compress2", "size_t", ["void *", "void *", "size_t", "void *", "size_t"]);
    const context: unknown = createContext();
    if (context === null) return undefined;
    let levelSet: number | undefined;
    return (plain, level, into) => {
      if (level !== levelSet) setParameter(context, COMPRESSION_LEVEL, level);
      levelSet = level;
      const result: unknown = compress(context, into, into.length, plain, plain.length);
      // Errors are the greatest numbers of a size_t, which come as bigint.
      return typeof result === "number" && result <= into.length ? result : undefined;
    };
  } catch {
    // No such symbols in this Node, or no koffi for this system: node:zlib serves.
    return undefined;
  }
}
