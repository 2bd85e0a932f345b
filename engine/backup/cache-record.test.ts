import { expect, test } from "vitest";
import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { type CacheRecord, decodeCacheRecord, encodeCacheRecord } from "./cache-record.ts";

const bytes = (size: number, fill: number) => new Uint8Array(size).fill(fill);
const records: readonly CacheRecord[] = [
  { kind: "folder", name: bytes(255, 7), fingerprint: bytes(64, 1), entry: bytes(40, 2) },
  { kind: "leaf", name: bytes(1, 9), fingerprint: bytes(64, 3), contentFingerprint: bytes(16, 4), entry: bytes(90, 5) },
  { kind: "end", entriesBelow: 123_456, bytesBelow: 2 ** 50, listingId: bytes(32, 6) },
];

test("records come back as they were", () => {
  const writer = new ByteWriter();
  for (const record of records) encodeCacheRecord(writer, record);
  const reader = new ByteReader(writer.finish());
  for (const record of records) expect(decodeCacheRecord(reader)).toEqual(record);
  expect(reader.remaining).toBe(0);
});

test("a record that was cut short, or of an unknown kind, is refused by name", () => {
  const writer = new ByteWriter();
  for (const record of records) encodeCacheRecord(writer, record);
  const whole = writer.finish();
  expect(() => decodeCacheRecord(new ByteReader(whole.subarray(0, 100)))).toThrow("ends too early");
  expect(() => decodeCacheRecord(new ByteReader(Uint8Array.of(9)))).toThrow("unknown kind");
});
