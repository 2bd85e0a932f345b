import { expect, test } from "vitest";
import type { ReadInto, TakeChunk } from "../../engine/backup/content-writer.ts";
import { MemoryObjects } from "../../engine/backup/testing/memory-source.ts";
import { find } from "../../engine/backup/testing/source-scene.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { decodeItem } from "../../engine/format/chunk-item.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { ObjectReader } from "./object-reader.ts";
import type { ReadResult } from "./read-messages.ts";

const PIECE_BYTES = 1000;

/** Cuts after every thousand bytes: what a ContentWriter does, without packs. */
async function write(sizeBytes: number, readInto: ReadInto, takeChunk: TakeChunk): Promise<boolean> {
  for (let left = sizeBytes; left > 0; ) {
    const readBytes = readInto(new Uint8Array(Math.min(left, PIECE_BYTES)));
    if (readBytes === 0) return false;
    takeChunk(new Uint8Array(32), readBytes);
    left -= readBytes;
  }
  return true;
}

function scene() {
  const objects = new MemoryObjects();
  objects.writeFile("file", Buffer.alloc(2500, 1), 5000, Buffer.alloc(10, 2));
  const source = objects.open();
  const reader = new ObjectReader({
    primitives: nodePrimitives,
    chunkIdKey: new Uint8Array(32),
    source,
    content: { write },
  });
  const { key } = find(source, "file");
  const fingerprint = find(source, "file").fingerprint();
  return { objects, reader, task: { taskId: 7, key, fingerprint, part: undefined } };
}

function sizesOf(result: ReadResult): readonly string[] {
  if (result.status !== "read") throw new Error(result.detail);
  const items = new ByteReader(result.items);
  return Array.from({ length: result.itemCount }, () => {
    const item = decodeItem(items);
    return `${item.kind} ${item.sizeBytes}`;
  });
}

test("what is read is the stretches in order, with holes that are not read", async () => {
  const { reader, task } = scene();
  const result = await reader.read(task);
  expect(sizesOf(result)).toEqual(["content 1000", "content 1000", "content 500", "hole 5000", "content 10"]);
  expect(reader.counts.bytes).toBe(2510);
});

test("a file that changed while it was read is read again, as it is then", async () => {
  const { objects, reader, task } = scene();
  objects.onRead = () => {
    objects.onRead = undefined;
    objects.writeFile("file", Buffer.alloc(2501, 3));
  };
  expect(sizesOf(await reader.read(task))).toEqual(["content 1000", "content 1000", "content 501"]);
});

test("a file that changes each time, or ends early each time, is a gap of that name", async () => {
  const { objects, reader, task } = scene();
  let sizeBytes = 3000;
  objects.onRead = () => objects.writeFile("file", Buffer.alloc(++sizeBytes));
  const gap = { taskId: 7, status: "failed", reason: "changed-while-read" };
  expect(await reader.read(task)).toMatchObject(gap);
  objects.onRead = () => objects.writeFile("file", Buffer.alloc(sizeBytes--).subarray(0, 5));
  expect(await reader.read(task)).toMatchObject(gap);
});

test("a part that is not what was planned is not read again: who planned it decides", async () => {
  const { objects, reader, task } = scene();
  objects.writeFile("file", Buffer.alloc(10_000));
  let reads = 0;
  objects.onRead = () => {
    reads += 1;
  };
  const part = [{ isHole: false, offset: 0, sizeBytes: 2500 }];
  expect(await reader.read({ ...task, part })).toMatchObject({ status: "failed", reason: "changed-while-read" });
  expect(reads).toBe(0);
});

test("a hiccup of the storage is tried again, a missing right is not", async () => {
  const { objects, reader, task } = scene();
  objects.fail("file", "io-error", { isPassing: true, times: 2 });
  expect((await reader.read(task)).status).toBe("read");
  objects.fail("file", "unreadable", { times: 1 });
  expect(await reader.read(task)).toMatchObject({ status: "failed", reason: "unreadable" });
});
