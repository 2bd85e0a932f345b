import { type ChunkParams, maskBits } from "../params.ts";

/** What engine/chunker/assembly/cut.ts computes, written as plainly as possible: the end of the first chunk. */
export function referenceCut(
  gearTable: BigUint64Array,
  params: ChunkParams,
  bytes: Uint8Array,
  isLast: boolean,
): number {
  if (bytes.length <= params.leastBytes) return isLast ? bytes.length : -1;
  const bits = maskBits(params);
  const last = Math.min(bytes.length, params.mostBytes);
  let hash = 0n;
  for (let at = params.leastBytes - 64; at < last; at++) {
    hash = BigInt.asUintN(64, (hash << 1n) + (gearTable[bytes[at] ?? 0] ?? 0n));
    const zeroBits = at < params.averageBytes ? bits.hard : bits.easy;
    if (at >= params.leastBytes && hash >> BigInt(64 - zeroBits) === 0n) return at + 1;
  }
  return bytes.length >= params.mostBytes || isLast ? last : -1;
}
