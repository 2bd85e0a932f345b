import { expect, test } from "vitest";
import { codeOf } from "../../engine/codec/testing/mutations.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { withOneZstdContext } from "./one-zstd-context.ts";

test("one context for many bodies makes the bytes that a new one for each would, also in shared memory", () => {
  const primitives = withOneZstdContext(nodePrimitives);
  for (const level of [1, 3, 2, 1]) {
    for (const size of [1, 100, 70_000, 600_000]) {
      const plain = nodeRandomness.bytes(size).fill(7, 0, size >> 1);
      const expected = nodePrimitives.zstdCompress(plain, level);
      const shared = new Uint8Array(new SharedArrayBuffer(size + 10_000));
      const compressed = primitives.zstdCompress(plain, level, shared);
      expect(compressed.buffer).toBe(shared.buffer);
      expect(compressed).toEqual(expected);
      expect(primitives.zstdCompress(plain, level)).toEqual(expected);
    }
  }
});

test("what does not fit into the room, and nothing at all, is compressed elsewhere", () => {
  const primitives = withOneZstdContext(nodePrimitives);
  const plain = nodeRandomness.bytes(100_000);
  const room = new Uint8Array(1_000);
  const compressed = primitives.zstdCompress(plain, 1, room);
  expect(compressed.buffer).not.toBe(room.buffer);
  expect(primitives.zstdDecompress(compressed, plain.length)).toEqual(plain);
  expect(primitives.zstdCompress(new Uint8Array(0), 1, room)).toEqual(
    nodePrimitives.zstdCompress(new Uint8Array(0), 1),
  );
});

test("what was compressed is expanded into the given room, and refused unless it has exactly the size that was said", () => {
  const primitives = withOneZstdContext(nodePrimitives);
  const room = new Uint8Array(700_000);
  for (const size of [1, 100, 70_000, 600_000]) {
    const plain = nodeRandomness.bytes(size).fill(7, 0, size >> 1);
    const compressed = nodePrimitives.zstdCompress(plain, 2);
    const expanded = primitives.zstdDecompress(compressed, size, room);
    expect(expanded.buffer).toBe(room.buffer);
    expect(expanded).toEqual(plain);
    const short = compressed.subarray(0, compressed.length - 1);
    for (const [bytes, told] of [
      [compressed, size + 1],
      [compressed, size - 1],
      [short, size],
      [plain, size],
    ] as const) {
      expect(codeOf(() => primitives.zstdDecompress(bytes, told, room))).toBe("bad_compression");
    }
    expect(primitives.zstdDecompress(compressed, size, room)).toEqual(plain);
  }
});

test("nothing is written beyond the size that was said", () => {
  const primitives = withOneZstdContext(nodePrimitives);
  const compressed = nodePrimitives.zstdCompress(new Uint8Array(100_000).fill(5), 2);
  const room = new Uint8Array(100_000);
  expect(codeOf(() => primitives.zstdDecompress(compressed, 1_000, room))).toBe("bad_compression");
  expect(room.subarray(1_000).every((byte) => byte === 0)).toBe(true);
});

test("what is too large for the room, and what is empty, is expanded elsewhere", () => {
  const primitives = withOneZstdContext(nodePrimitives);
  const plain = nodeRandomness.bytes(5_000);
  const room = new Uint8Array(4_000);
  const expanded = primitives.zstdDecompress(nodePrimitives.zstdCompress(plain, 1), plain.length, room);
  expect(expanded).toEqual(plain);
  expect(expanded.buffer).not.toBe(room.buffer);
  const empty = nodePrimitives.zstdCompress(new Uint8Array(0), 1);
  expect(primitives.zstdDecompress(empty, 0, room)).toHaveLength(0);
});
