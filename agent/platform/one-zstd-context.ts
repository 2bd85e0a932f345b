import { createRequire } from "node:module";
import { IntegrityError } from "../../engine/codec/format-error.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";

/** ZSTD_c_compressionLevel of zstd.h. */
const COMPRESSION_LEVEL = 100;

interface ZstdOfNode {
  /** Compresses `plain` into the start of `into`; returns the compressed size, undefined when it does not fit. */
  readonly compress: (plain: Uint8Array, level: number, into: Uint8Array) => number | undefined;
  /** Expands into `into`; returns how many bytes came, undefined when they do not fit or `compressed` is damaged. */
  readonly expand: (compressed: Uint8Array, into: Uint8Array) => number | undefined;
}

/**
 * [Note: One zstd context] node:zlib makes a context, a stream object and an output buffer for every call. For a body of 256 KiB at level 1
 * that is a third of the CPU (docs/decisions/0003-compression.md), and output buffers start collections. Expanding a body of 100 KiB
 * costs half as much without them. The zstd inside of Node can be called directly, because Node exports it for its add-ons. A context
 * lives as long as the process: about 1 MB for each thread that compresses, 100 KB for each that expands.
 *
 * @returns the same primitives, which compress to the same bytes and expand for less; as they were where this Node exports no zstd
 */
export function withOneZstdContext(primitives: Primitives): Primitives {
  const zstd = openZstdOfNode();
  if (zstd === undefined) return primitives;
  return {
    ...primitives,
    zstdCompress(plain, level, into) {
      if (into === undefined || plain.length === 0) return primitives.zstdCompress(plain, level, into);
      const sizeBytes = zstd.compress(plain, level, into);
      return sizeBytes === undefined ? primitives.zstdCompress(plain, level, into) : into.subarray(0, sizeBytes);
    },
    zstdDecompress(compressed, plainSizeBytes, into) {
      const isRoomy = into !== undefined && plainSizeBytes > 0 && plainSizeBytes <= into.length;
      if (!isRoomy) return primitives.zstdDecompress(compressed, plainSizeBytes);
      const plain = into.subarray(0, plainSizeBytes);
      if (zstd.expand(compressed, plain) === plainSizeBytes) return plain;
      throw new IntegrityError("bad_compression", `compressed bytes do not expand to exactly ${plainSizeBytes}`);
    },
  };
}

function openZstdOfNode(): ZstdOfNode | undefined {
  try {
    const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
    const node = koffi.load(null);
    return { compress: openCompressor(node), expand: openExpander(node) };
  } catch {
    // No such symbols in this Node, or no koffi for this system: node:zlib serves.
    return undefined;
  }
}

type Library = ReturnType<typeof import("koffi")["load"]>;

function openCompressor(node: Library): ZstdOfNode["compress"] {
  const createContext = node.func("ZSTD_createCCtx", "void *", []);
  const setParameter = node.func("ZSTD_CCtx_setParameter", "size_t", ["void *", "int", "int"]);
  const compress = node.func("ZSTD_compress2", "size_t", ["void *", "void *", "size_t", "void *", "size_t"]);
  let context: unknown = null;
  let levelSet: number | undefined;
  return (plain, level, into) => {
    context ??= createContext();
    if (context === null) return undefined;
    if (level !== levelSet) setParameter(context, COMPRESSION_LEVEL, level);
    levelSet = level;
    return sizeOf(compress(context, into, into.length, plain, plain.length), into);
  };
}

function openExpander(node: Library): ZstdOfNode["expand"] {
  const createContext = node.func("ZSTD_createDCtx", "void *", []);
  const expand = node.func("ZSTD_decompressDCtx", "size_t", ["void *", "void *", "size_t", "void *", "size_t"]);
  let context: unknown = null;
  return (compressed, into) => {
    context ??= createContext();
    if (context === null) throw new Error("there is no memory for expanding what was compressed");
    return sizeOf(expand(context, into, into.length, compressed, compressed.length), into);
  };
}

/** Errors are the greatest numbers of a size_t, which come as bigint. */
function sizeOf(result: unknown, into: Uint8Array): number | undefined {
  return typeof result === "number" && result <= into.length ? result : undefined;
}
