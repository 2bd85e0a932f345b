import { expect, test } from "vitest";
import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { type CacheRecord, decodeCacheRecord, encodeCacheRecord } from "./cache-record.ts";

const bytes = (size: number, fill: number) => new Uint8Array(size).fill(fill);
const records: readonly CacheRecord[] = [
  { kind: "folder", name: bytes(255, 7), fingerprint: bytes(64, 1), entry: bytes(40, 2) },
  { kind: "leaf", name: bytes(1, 9), fingerprint: bytes(64, 3), contentFingerprint: bytes(16, 4), entry: bytes(90, 5) },
  { kind: "missing", name: bytes(12, 8) },
  { kind: "end", entriesBelow: 123_456, bytesBelow: 2 ** 50, listingId: bytes(32, 6) },
];

test("records come back as they were", () => {
  const writer = new ByteWriter();
  for (const record of records) encodeCacheRecord(writer, record);
  const block = writer.finish();
  const reader = new ByteReader(block);
  const decoded = records.map(() => decodeCacheRecord(reader, block));
  expect(reader.remaining).toBe(0);
  for (const [at, record] of records.entries()) expect(decoded[at]).toMatchObject(record);
  const again = new ByteWriter();
  for (const record of decoded) encodeCacheRecord(again, record);
  expect(again.finish()).toEqual(block);
});

test("a record that was cut short, or of an unknown kind, is refused by name", () => {
  const writer = new ByteWriter();
  for (const record of records) encodeCacheRecord(writer, record);
  const whole = writer.finish();
  const decode = (block: Uint8Array) => decodeCacheRecord(new ByteReader(block), block);
  expect(() => decode(whole.subarray(0, 100))).toThrow("ends too early");
  expect(() => decode(Uint8Array.of(9))).toThrow("unknown kind");
});
