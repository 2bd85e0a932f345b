import { describe, expect, it } from "vitest";
import type { Primitives } from "../ports/primitives.ts";
import { nodePrimitives, nodeRandomness } from "../primitives/node.ts";
import { compressBody } from "./compress.ts";

/** Counts what is handed to the compressor. */
function counting(): { primitives: Primitives; compressedBytes: () => number } {
  let sum = 0;
  const primitives: Primitives = {
    ...nodePrimitives,
    zstdCompress(plain, level, into) {
      sum += plain.length;
      return nodePrimitives.zstdCompress(plain, level, into);
    },
  };
  return { primitives, compressedBytes: () => sum };
}

const text = new TextEncoder().encode("all work and no play makes a dull backup. ".repeat(10_000));

describe("the body of a frame", () => {
  it("is compressed where it pays, into the room that was given", () => {
    const room = new Uint8Array(text.length);
    const { compression, bytes } = compressBody(nodePrimitives, text, { into: room });
    expect(compression).toBe(1);
    expect(bytes.buffer).toBe(room.buffer);
    expect(nodePrimitives.zstdDecompress(bytes, text.length)).toEqual(text);
    const elsewhere = compressBody(nodePrimitives, text, { into: new Uint8Array(1) });
    expect(elsewhere.bytes).toEqual(bytes);
  });

  it("that is incompressible stays as it is, after samples of 12 KiB", () => {
    const { primitives, compressedBytes } = counting();
    const body = nodeRandomness.bytes(1_000_000);
    expect(compressBody(primitives, body)).toEqual({ compression: 0, bytes: body });
    expect(compressedBytes()).toBe(3 * 4096);
  });

  it("that is tiny is not tried, and one that gains nothing stays as it is", () => {
    const { primitives, compressedBytes } = counting();
    expect(compressBody(primitives, text.subarray(0, 63)).compression).toBe(0);
    expect(compressedBytes()).toBe(0);
    const noise = nodeRandomness.bytes(20_000);
    expect(compressBody(primitives, noise)).toEqual({ compression: 0, bytes: noise });
  });

  it("is judged by samples of its beginning, middle and end", () => {
    const mixed = nodeRandomness.bytes(300_000).fill(7, 100_000, 200_000);
    expect(compressBody(nodePrimitives, mixed).compression).toBe(1);
  });
});
