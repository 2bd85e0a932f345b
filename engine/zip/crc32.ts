/** Bytes that one turn of the loop takes. */
const SLICES = 16;
const POLYNOMIAL = 0xedb88320;

/** `TABLES[n * 256 + b]`: the remainder of byte `b` with `n` zero bytes after it. */
const TABLES = makeTables();

function makeTables(): Uint32Array {
  const tables = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[byte] = value;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = entry(tables, at - 256);
    tables[at] = (before >>> 8) ^ entry(tables, before & 0xff);
  }
  return tables;
}

function entry(tables: Uint32Array, at: number): number {
  return tables[at] ?? 0;
}

/**
 * The CRC-32 of ZIP, over bytes in pieces: give what the last piece gave, 0 at first. Sixteen bytes a turn: a table of one
 * byte a turn would be the slowest step of an archive (docs/decisions/0040-zip-in-the-browser.md).
 */
export function crc32(before: number, bytes: Uint8Array): number {
  const tables = TABLES;
  const wholeEnd = bytes.length - (bytes.length % SLICES);
  let crc = ~before;
  let at = 0;
  for (; at < wholeEnd; at += SLICES) {
    const b = bytes;
    // Written out: a loop over the sixteen tables takes twice as long. `| 0` tells that nothing is absent.
    crc =
      ((tables[3840 + ((crc ^ (b[at] ?? 0)) & 0xff)] ?? 0) ^
        (tables[3584 + (((crc >>> 8) ^ (b[at + 1] ?? 0)) & 0xff)] ?? 0) ^
        (tables[3328 + (((crc >>> 16) ^ (b[at + 2] ?? 0)) & 0xff)] ?? 0) ^
        (tables[3072 + (((crc >>> 24) ^ (b[at + 3] ?? 0)) & 0xff)] ?? 0) ^
        (tables[2816 + (b[at + 4] ?? 0)] ?? 0) ^
        (tables[2560 + (b[at + 5] ?? 0)] ?? 0) ^
        (tables[2304 + (b[at + 6] ?? 0)] ?? 0) ^
        (tables[2048 + (b[at + 7] ?? 0)] ?? 0) ^
        (tables[1792 + (b[at + 8] ?? 0)] ?? 0) ^
        (tables[1536 + (b[at + 9] ?? 0)] ?? 0) ^
        (tables[1280 + (b[at + 10] ?? 0)] ?? 0) ^
        (tables[1024 + (b[at + 11] ?? 0)] ?? 0) ^
        (tables[768 + (b[at + 12] ?? 0)] ?? 0) ^
        (tables[512 + (b[at + 13] ?? 0)] ?? 0) ^
        (tables[256 + (b[at + 14] ?? 0)] ?? 0) ^
        (tables[b[at + 15] ?? 0] ?? 0)) |
      0;
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}
