import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64 } from "../codec/hex.ts";
import { codeOf } from "../codec/testing/mutations.ts";
import { seededRandomness } from "../format/testing/format-fixture.ts";
import { chunkId, gearTable, idKey } from "../ids/chunk-id.ts";
import { nodePrimitives, nodeRandomness } from "../primitives/node.ts";
import { compileWasm } from "../testing/build-wasm.ts";
import { type Chunker, createChunker } from "./chunker.ts";
import { CUT_WASM_BASE64 } from "./cut-wasm.ts";
import { CHUNK_PARAMS, type ChunkParams } from "./params.ts";
import { referenceCut } from "./testing/reference-cut.ts";

const key = new Uint8Array(32).fill(3);
const table = gearTable(nodePrimitives, key);
const SMALL: ChunkParams = { leastBytes: 128, averageBytes: 512, mostBytes: 2_048 };
let small: Chunker;
beforeAll(async () => {
  small = await createChunker(table, SMALL);
});

/** Sizes of all chunks of one file, read in pieces of `pieceBytes` like an agent does. */
function chunksOf(chunker: Chunker, file: Uint8Array, pieceBytes: number): number[] {
  const sizes: number[] = [];
  let read = 0;
  let start = 0;
  let end = 0;
  while (read < file.length || start < end) {
    const cut = chunker.cut(start, end, read === file.length);
    if (cut >= 0) {
      sizes.push(cut - start);
      start = cut;
      continue;
    }
    chunker.window.copyWithin(0, start, end);
    end -= start;
    start = 0;
    const piece = file.subarray(read, read + Math.min(pieceBytes, chunker.windowSizeBytes - end));
    chunker.window.set(piece, end);
    read += piece.length;
    end += piece.length;
  }
  return sizes;
}

function idsOf(file: Uint8Array, sizes: readonly number[]): Set<string> {
  let at = 0;
  return new Set(
    sizes.map((size) => {
      at += size;
      return idKey(chunkId(nodePrimitives, key, 1, file.subarray(at - size, at)));
    }),
  );
}

describe("the chunker", () => {
  it("cuts exactly where the plain reference implementation does", () => {
    const content = fc.uint8Array({ minLength: 1, maxLength: 5_000 });
    fc.assert(
      fc.property(content, fc.boolean(), (bytes, isLast) => {
        small.window.set(bytes);
        expect(small.cut(0, bytes.length, isLast)).toBe(referenceCut(table, SMALL, bytes, isLast));
      }),
      { numRuns: 500 },
    );
  });

  it("cuts a file alike in whatever pieces it is read, within the limits", () => {
    const file = nodeRandomness.bytes(60_000).fill(0, 20_000, 30_000);
    const whole = chunksOf(small, file, file.length);
    for (const pieceBytes of [1, 100, 777, 4_096]) expect(chunksOf(small, file, pieceBytes)).toEqual(whole);
    expect(whole.reduce((sum, size) => sum + size, 0)).toBe(file.length);
    for (const size of whole.slice(0, -1)) {
      expect(size).toBeGreaterThan(SMALL.leastBytes);
      expect(size).toBeLessThanOrEqual(SMALL.mostBytes);
    }
  });

  it("finds its cuts again after an insertion", () => {
    const file = nodeRandomness.bytes(400_000);
    const edited = Buffer.concat([file.subarray(0, 100_000), Buffer.from("inserted"), file.subarray(100_000)]);
    const before = idsOf(file, chunksOf(small, file, 65_536));
    const after = idsOf(edited, chunksOf(small, edited, 65_536));
    const added = [...after].filter((id) => !before.has(id));
    expect(added.length).toBeLessThan(8);
  });

  it("cuts elsewhere under another key", async () => {
    const other = await createChunker(gearTable(nodePrimitives, new Uint8Array(32).fill(4)), SMALL);
    const file = nodeRandomness.bytes(60_000);
    expect(chunksOf(other, file, 65_536)).not.toEqual(chunksOf(small, file, 65_536));
  });

  it("gathers sizes around the average that it is set to", async () => {
    const chunker = await createChunker(table);
    const sizes = chunksOf(chunker, nodeRandomness.bytes(64 * 1024 * 1024), 8 * 1024 * 1024);
    const average = (64 * 1024 * 1024) / sizes.length;
    expect(average).toBeGreaterThan(CHUNK_PARAMS.averageBytes * 0.7);
    expect(average).toBeLessThan(CHUNK_PARAMS.averageBytes * 1.6);
  });

  it("cuts where it always did: other cuts would store every large file anew", async () => {
    const file = seededRandomness("cuts").bytes(4 * 1024 * 1024);
    const sizes = [322240, 335737, 281219, 277295, 277150, 279749, 301839, 269408, 264315, 280063, 316506, 579122];
    expect(chunksOf(await createChunker(table), file, file.length)).toEqual([...sizes, 308166, 101495]);
  });

  it("refuses a range outside its window and a table of another size", async () => {
    expect(codeOf(() => small.cut(0, small.windowSizeBytes + 1, true))).toBe("bad_range");
    expect(codeOf(() => small.cut(5, 4, true))).toBe("bad_range");
    await expect(createChunker(new BigUint64Array(255))).rejects.toMatchObject({ code: "bad_size" });
  });

  it("runs what its source compiles to", async () => {
    expect(await compileWasm("cut")).toEqual(fromBase64(CUT_WASM_BASE64));
  }, 30_000);
});
