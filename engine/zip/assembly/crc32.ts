// Compiled by engine/testing/build-wasm.ts. Memory: sixteen tables (16 KiB) at 1,024, the window from 65,536 on.

const TABLES: usize = 1024;
const WINDOW: usize = 65536;
const SLICES: usize = 16;
const POLYNOMIAL: u32 = 0xedb88320;

// Table n, entry b: the remainder of byte b with n zero bytes after it.
for (let byte: u32 = 0; byte < 256; byte++) {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  store<u32>(TABLES + (<usize>byte << 2), value);
}
for (let at: usize = 256; at < SLICES << 8; at++) {
  const before = load<u32>(TABLES + ((at - 256) << 2));
  store<u32>(TABLES + (at << 2), (before >>> 8) ^ remainder(0, before));
}

/** Of the first bytes of the window; `before` is what the bytes before them gave, 0 at first. */
export function crc32(before: u32, sizeBytes: u32): u32 {
  const end = WINDOW + <usize>sizeBytes;
  const wholeEnd = end - (<usize>sizeBytes & (SLICES - 1));
  let crc = ~before;
  let at = WINDOW;
  for (; at < wholeEnd; at += SLICES) {
    const a = load<u32>(at) ^ crc;
    const b = load<u32>(at, 4);
    const c = load<u32>(at, 8);
    const d = load<u32>(at, 12);
    crc =
      remainder(15, a) ^ remainder(14, a >> 8) ^ remainder(13, a >> 16) ^ remainder(12, a >> 24) ^
      remainder(11, b) ^ remainder(10, b >> 8) ^ remainder(9, b >> 16) ^ remainder(8, b >> 24) ^
      remainder(7, c) ^ remainder(6, c >> 8) ^ remainder(5, c >> 16) ^ remainder(4, c >> 24) ^
      remainder(3, d) ^ remainder(2, d >> 8) ^ remainder(1, d >> 16) ^ remainder(0, d >> 24);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ remainder(0, crc ^ <u32>load<u8>(at));
  return ~crc;
}

// @ts-ignore: decorator
@inline
function remainder(zeroBytes: usize, byte: u32): u32 {
  return load<u32>(TABLES + (zeroBytes << 10) + (<usize>(byte & 0xff) << 2));
}
