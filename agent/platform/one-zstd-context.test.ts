import { expect, test } from "vitest";
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
