// Compiled by engine/testing/build-wasm.ts. Memory: the gear table (2 KiB) at 1,024, the window from 65,536 on.

const TABLE: usize = 1024;
const WINDOW: usize = 65536;
/** A 64-bit hash that shifts by one bit a byte remembers 64 bytes. */
const HISTORY: usize = 64;

let leastBytes: usize = 0;
let averageBytes: usize = 0;
let mostBytes: usize = 0;
let hardBelow: u64 = 0;
let easyBelow: u64 = 0;

export function configure(least: u32, average: u32, most: u32, hardBits: u32, easyBits: u32): void {
  leastBytes = least;
  averageBytes = average;
  mostBytes = most;
  hardBelow = (<u64>1) << (64 - hardBits);
  easyBelow = (<u64>1) << (64 - easyBits);
}

/** End of the chunk that begins at `start`, as an offset into the window; -1 when the bytes up to `end` do not tell. */
export function cut(start: u32, end: u32, isLast: bool): i32 {
  const size: usize = end - start;
  if (size <= leastBytes) return isLast ? <i32>end : -1;
  const begin = WINDOW + <usize>start;
  const last = begin + min<usize>(size, mostBytes);
  const middle = min<usize>(begin + averageBytes, last);
  let at = begin + leastBytes - HISTORY;
  let hash: u64 = 0;
  for (let warm = begin + leastBytes; at < warm; at++) hash = (hash << 1) + gear(at);

  for (; at < middle; at++) {
    hash = (hash << 1) + gear(at);
    if (hash < hardBelow) return <i32>(at + 1 - WINDOW);
  }
  for (; at < last; at++) {
    hash = (hash << 1) + gear(at);
    if (hash < easyBelow) return <i32>(at + 1 - WINDOW);
  }
  if (size >= mostBytes || isLast) return <i32>(last - WINDOW);
  return -1;
}

// @ts-ignore: decorator
@inline
function gear(at: usize): u64 {
  return load<u64>(TABLE + ((<usize>load<u8>(at)) << 3));
}
