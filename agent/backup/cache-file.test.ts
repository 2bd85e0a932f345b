import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CacheRecord } from "../../engine/backup/cache-record.ts";
import { CacheWriter, openCache } from "./cache-file.ts";

const key = new Uint8Array(32).fill(1);
const state = {
  changeListId: new Uint8Array(32).fill(2),
  mergeBaseId: new Uint8Array(32).fill(3),
  deltas: 4,
  changesBytes: 5,
  files: 6,
  bytes: 7,
  selectionKey: new Uint8Array(32).fill(8),
};
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-cache-"));
  path = join(folder, "cache");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function recordOf(number: number): CacheRecord {
  const name = Buffer.from(`name ${number}`);
  const fingerprint = new Uint8Array(64).fill(number);
  return { kind: "leaf", name, fingerprint, contentFingerprint: new Uint8Array(16), entry: Buffer.alloc(200, number) };
}

function writeRecords(count: number): void {
  const writer = new CacheWriter(path);
  for (let number = 0; number < count; number++) writer.add(recordOf(number));
  writer.commit(key, state);
}

function readNames(): string[] {
  const cache = openCache(path, key);
  const names: string[] = [];
  for (let record = cache?.next(); record !== undefined; record = cache?.next()) {
    if (record.kind !== "end") names.push(Buffer.from(record.name).toString());
  }
  cache?.close();
  return names;
}

test("what was written is read in order, over many blocks", () => {
  writeRecords(5000);
  expect(openCache(path, key)?.state).toEqual(state);
  expect(readNames()).toEqual(Array.from({ length: 5000 }, (_, number) => `name ${number}`));
});

test("a cache of another company, zone or key is as if there were none", () => {
  writeRecords(1);
  expect(openCache(path, new Uint8Array(32))).toBeUndefined();
  expect(openCache(join(folder, "none"), key)).toBeUndefined();
});

test("until it is committed the last one stays in use", () => {
  writeRecords(3);
  const writer = new CacheWriter(path);
  writer.add(recordOf(9));
  writer.discard();
  expect(readNames()).toHaveLength(3);
});

test("a damaged block ends the cache before it, and a damaged header ends all of it", () => {
  writeRecords(5000);
  const whole = readFileSync(path);
  const middle = Math.floor(whole.length / 2);
  const damaged = Buffer.from(whole);
  damaged[middle] = (damaged[middle] ?? 0) ^ 1;
  writeFileSync(path, damaged);
  const names = readNames();
  expect(names.length).toBeGreaterThan(0);
  expect(names.length).toBeLessThan(4000);
  damaged[60] = (damaged[60] ?? 0) ^ 1;
  writeFileSync(path, damaged);
  expect(openCache(path, key)).toBeUndefined();
});

test("a cache that was cut short gives what is whole", () => {
  writeRecords(5000);
  truncateSync(path, readFileSync(path).length - 100);
  expect(readNames().length).toBeLessThan(5000);
  truncateSync(path, 100);
  expect(openCache(path, key)).toBeUndefined();
});
