/** Where content may be cut; docs/decisions/0002-chunk-size.md has the measurements. */
export interface ChunkParams {
  /** No chunk is shorter, but for a file's last; at least 64. */
  readonly leastBytes: number;
  /** A power of two. */
  readonly averageBytes: number;
  readonly mostBytes: number;
}

const KIB = 1024;

export const CHUNK_PARAMS: ChunkParams = { leastBytes: 64 * KIB, averageBytes: 256 * KIB, mostBytes: 1024 * KIB };

/**
 * How many leading bits of the hash must be zero: more before the average, fewer after it, so that sizes gather
 * around the average.
 */
export function maskBits(params: ChunkParams): { readonly hard: number; readonly easy: number } {
  const bits = Math.log2(params.averageBytes);
  return { hard: bits + 2, easy: bits - 2 };
}
