import { randomFillSync } from "node:crypto";

const VERSION_7 = 0x70;
const VARIANT = 0x80;

/** A new row id: a version 7 UUID as text, so that ids of one table sort by the time they were made. */
export function newId(now: Date = new Date()): string {
  const bytes = randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes.writeUInt8(VERSION_7 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(VARIANT | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
